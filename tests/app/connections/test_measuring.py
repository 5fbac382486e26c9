"""Drawing, table and histogram are about the same measurements."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from app.connections.grey import GreyConnection
from app.connections.measuring import MeasuringConnection
from app.panels.measurements_model import IDENTITY_ROLE
from app.viewer.measure_kind import MeasureKind
from medct_core.measurement.plane import DrawingPlane
from medct_core.measurement.shapes import Arrow, EllipseRoi, Length, Roi
from tests.app.small_window import SmallWindow
from tests.drawn_samples import AXIAL, ellipse

pytestmark = pytest.mark.gui

LINE = Length("line", "", AXIAL, (-10.0, 0.0, 0.0), (10.0, 0.0, 0.0))
ARROW = Arrow("arrow", "here", AXIAL, (0.0, 0.0, 0.0), (5.0, 5.0, 0.0))


class Measuring(SmallWindow):
    """A window in which a person measures."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.regions: list[Roi | None] = []
        grey = GreyConnection(
            self.window, self.session, self.view, self.loader.as_loader(), parent=self.owner
        )
        count = grey.show_region

        def note(region: Roi | None) -> None:
            self.regions.append(region)
            count(region)

        grey.show_region = note  # type: ignore[method-assign]  # to hear of it
        self.measurements = self.lists.measurements
        states = (self.session, self.measurements, self.view)
        views = self.window.views
        self.session.scan_changed.connect(lambda scan: views.show_volume(scan and scan.volume))
        self.connection = MeasuringConnection(self.window, states, grey, parent=self.owner)
        self.desk = self.connection.desk
        self.panel = self.window.measurements_panel

    @property
    def listed(self) -> list[str]:
        """Ids in the table."""
        model = self.panel.findChildren(QTableView)[0].model()
        return [model.index(at, 0).data(IDENTITY_ROLE) for at in range(model.rowCount())]


@pytest.fixture
def measuring(qtbot: QtBot) -> Measuring:
    made = Measuring(qtbot)
    made.open()
    return made


def region() -> EllipseRoi:
    made = ellipse(10.0, 6.0)
    assert isinstance(made, EllipseRoi)
    return made


def test_what_is_drawn_is_listed_and_what_is_deleted_is_not(measuring: Measuring) -> None:
    measuring.measurements.add(LINE)
    measuring.measurements.add(ARROW)
    before = measuring.listed

    measuring.panel.delete_requested.emit("line")

    assert before == ["line", "arrow"]
    assert measuring.listed == ["arrow"]
    assert measuring.measurements.items == (ARROW,)


def test_a_measurement_is_renamed_in_the_table(measuring: Measuring) -> None:
    measuring.measurements.add(LINE)

    measuring.panel.renamed.emit("line", "aorta")

    assert measuring.measurements.find("line").label == "aorta"


def test_a_measurement_chosen_in_the_table_is_gone_to_and_selected(measuring: Measuring) -> None:
    plane = DrawingPlane((0.0, 0.0, 16.0), AXIAL.right, AXIAL.down)
    measuring.measurements.add(
        replace(LINE, plane=plane, start_mm=(-10.0, 0.0, 16.0), end_mm=(10.0, 0.0, 16.0))
    )

    measuring.panel.measurement_chosen.emit("line")

    assert measuring.view.crosshair_mm[2] == pytest.approx(16.0)
    assert measuring.desk.selected_id == "line"


def test_without_a_scan_nothing_is_measured(measuring: Measuring) -> None:
    measuring.measurements.add(LINE)

    measuring.session.set_scan(None)

    assert measuring.desk.rows == ()
    assert measuring.listed == []


def test_the_values_of_a_selected_region_are_counted(measuring: Measuring) -> None:
    roi = region()
    measuring.measurements.add(roi)
    measuring.measurements.add(LINE)

    for identity in (roi.id, "line", roi.id, ""):
        measuring.desk.select(identity)

    assert distinct(measuring.regions) == [None, roi, None, roi, None]


def test_a_region_that_is_changed_is_counted_anew(measuring: Measuring) -> None:
    roi = region()
    measuring.measurements.add(roi)
    measuring.desk.select(roi.id)

    measuring.measurements.move(roi.id, (4.0, 0.0, 0.0))
    moved = measuring.measurements.find(roi.id)

    assert moved != roi
    assert measuring.regions[-1] == moved


def test_a_region_that_is_deleted_is_not_counted_any_more(measuring: Measuring) -> None:
    roi = region()
    measuring.measurements.add(roi)
    measuring.desk.select(roi.id)

    measuring.desk.delete_selected()

    assert measuring.regions[-1] is None


def test_an_arrow_that_wants_words_gets_them_in_the_table(measuring: Measuring) -> None:
    measuring.window.show()
    measuring.measurements.add(ARROW)

    measuring.desk.text_wanted.emit("arrow")

    assert not measuring.window.docks["measurements"].visibleRegion().isEmpty()
    assert measuring.panel.isAncestorOf(measuring.window.focusWidget())


def test_every_kind_is_drawn_on_all_views(measuring: Measuring) -> None:
    for kind in MeasureKind:
        measuring.desk.set_kind(kind)

        assert measuring.desk.kind is kind


def distinct(regions: list[Roi | None]) -> list[Roi | None]:
    """Leave out what repeats the one before."""
    pairs = zip(regions[1:], regions, strict=False)
    return regions[:1] + [now for now, before in pairs if now != before]
