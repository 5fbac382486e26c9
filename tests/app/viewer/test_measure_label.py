"""What stands beside a measurement, and where."""

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from pytestqt.qtbot import QtBot

from app.state.view import PlaneKind, standard_plane
from app.viewer.frame import Frame
from app.viewer.measure_label import Label, label_lines, measure_font, placed
from medct_core.measurement.shapes import Angle, Arrow, Length, Measurement
from medct_core.measurement.table import measurement_row
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.drawn_samples import AXIAL, ellipse, nodule, rectangle

pytestmark = pytest.mark.gui

FRAME = Frame(standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0)), (0.0, 0.0, 0.0), 4.0, (600, 500))
SCAN = phantoms.water_cylinder()


@pytest.fixture(autouse=True)
def _qt(qtbot: QtBot) -> None:
    """Fonts need Qt."""


def length(x_mm: float, y_mm: float, length_mm: float = 20.0, identity: str = "l") -> Length:
    return Length(identity, "", AXIAL, (x_mm, y_mm, 0.0), (x_mm + length_mm, y_mm, 0.0))


@pytest.mark.parametrize(
    ("measurement", "lines"),
    [
        (length(0, 0, 12.34), ("12.3 mm",)),
        (nodule(12.3, 8.1), ("12.3 x 8.1 mm", "Mean 10 mm")),
        (Angle("a", "", AXIAL, (5.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 5.0, 0.0)), ("90.0°",)),
        (Arrow("r", "Nodule?", AXIAL, (0.0, 0.0, 0.0), (9.0, 0.0, 0.0)), ("Nodule?",)),
        (Arrow("r", "", AXIAL, (0.0, 0.0, 0.0), (9.0, 0.0, 0.0)), ()),
        (rectangle(20, 4), ("20.0 x 4.0 mm", "Area 80.0 mm²")),
        (ellipse(20, 20), ("20.0 x 20.0 mm", "Area 3.14 cm²")),
    ],
)
def test_every_number_has_its_unit(measurement: Measurement, lines: tuple[str, ...]) -> None:
    assert label_lines(measurement, None) == lines


def test_a_region_tells_its_values_once_they_are_read() -> None:
    lines = label_lines(rectangle(8, 8), measurement_row(rectangle(8, 8), SCAN))

    assert lines == ("Mean 0 HU, SD 0 HU", "Min 0 HU, max 0 HU", "Area 64.0 mm²")


def test_a_region_over_the_edge_says_so() -> None:
    region = rectangle(8, 8, centre=(32.0, 0.0))

    lines = label_lines(region, measurement_row(region, SCAN))

    assert lines[-1] == "50 % outside the scan"


def test_a_region_beside_the_scan_says_so() -> None:
    region = rectangle(8, 8, centre=(80.0, 0.0))

    lines = label_lines(region, measurement_row(region, SCAN))

    assert lines[-1] == "The region lies wholly outside the scan."


def test_values_in_arbitrary_units_are_not_called_hounsfield() -> None:
    other = Volume(
        values=SCAN.values, unit=Unit.ARBITRARY, geometry=SCAN.geometry, source=SCAN.source
    )

    lines = label_lines(rectangle(8, 8), measurement_row(rectangle(8, 8), other))

    assert lines[0] == "Mean 0, SD 0"
    assert lines[-1] == "Arbitrary units, not HU"


def test_the_words_of_the_reader_come_first() -> None:
    named = Length("l", "Aorta", AXIAL, (0.0, 0.0, 0.0), (31.0, 0.0, 0.0))

    assert label_lines(named, None) == ("Aorta", "31.0 mm")


def test_text_stands_beside_its_measurement() -> None:
    (label,) = placed((Label(length(-10, 0), ("20.0 mm",)),), FRAME)

    assert label.area.left() > 340
    assert label.area.contains(QPointF(label.area.left() + 1, 250))
    assert label.anchor == QPointF(340, 250)


def test_at_the_edge_of_the_picture_text_moves_to_the_other_side() -> None:
    (label,) = placed((Label(length(54, 0), ("20.0 mm",)),), FRAME)

    assert label.area.right() < FRAME.to_screen((54.0, 0.0, 0.0))[0]


def test_text_does_not_cover_another_measurement_where_there_is_room() -> None:
    line, neighbour = length(-10, 0), length(12, 0, 10.0, "n")

    first, _ = placed(
        (
            Label(line, ("20.0 mm",)),
            Label(neighbour, ("10.0 mm",)),
        ),
        FRAME,
    )

    assert not first.area.intersects(QRectF(348, 249, 40, 2))


def test_the_text_of_an_arrow_stands_at_its_tail_away_from_the_tip() -> None:
    to_the_right = Arrow("r", "text", AXIAL, (0.0, 0.0, 0.0), (20.0, 0.0, 0.0))
    to_the_left = Arrow("l", "text", AXIAL, (0.0, 0.0, 0.0), (-20.0, 0.0, 0.0))

    (one,) = placed((Label(to_the_right, ("text",)),), FRAME)
    (other,) = placed((Label(to_the_left, ("text",)),), FRAME)

    assert one.area.right() < 300 < other.area.left()


@given(
    places=st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200)), min_size=1, max_size=4)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_text_stays_in_the_picture(places: list[tuple[float, float]]) -> None:
    lines = ("Mean -862 HU, SD 41 HU", "Area 2.31 cm²")

    drawn = [length(*place, identity=str(number)) for number, place in enumerate(places)]

    labels = placed(tuple(Label(one, lines) for one in drawn), FRAME)

    assert all(QRectF(0, 0, 600, 500).contains(label.area) for label in labels)


def test_texts_of_measurements_that_lie_close_do_not_cover_each_other() -> None:
    crowd = tuple(Label(length(0, 3 * n, identity=str(n)), ("20.0 mm",)) for n in range(6))

    labels = placed(crowd, FRAME)

    for one, other in combinations(labels, 2):
        assert not one.area.intersects(other.area), (one.identity, other.identity)


def test_a_larger_picture_has_larger_text() -> None:
    assert measure_font((900, 900)).pixelSize() > measure_font((200, 200)).pixelSize()


def test_a_long_text_is_shortened_and_stays_in_the_picture() -> None:
    (label,) = placed((Label(length(40, 0), ("Nodule " * 40, "20.0 mm")),), FRAME)

    assert label.lines[0].endswith("…")
    assert label.lines[1] == "20.0 mm"
    assert QRectF(0, 0, 600, 500).contains(label.area)


def test_the_scale_bar_stays_free_where_there_is_room_elsewhere() -> None:
    near_the_corner = Arrow("r", "text", AXIAL, (-60.0, 38.0, 0.0), (-50.0, 30.0, 0.0))

    (label,) = placed((Label(near_the_corner, ("text",)),), FRAME)

    assert not label.area.intersects(QRectF(0, 405, 160, 95))
