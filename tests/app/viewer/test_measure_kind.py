"""What the points set by a hand become."""

import pytest

from app.viewer.measure_kind import MeasureKind, made_of
from medct_core.measurement.shapes import (
    KINDS,
    Angle,
    Arrow,
    Bidirectional,
    Measurement,
    NoSizeError,
)
from tests.drawn_samples import CORONAL

POINTS = [(0.0, 0.0, 0.0), (30.0, 0.0, -40.0), (0.0, 0.0, -40.0)]


def made(kind: MeasureKind) -> Measurement:
    return made_of(kind, CORONAL, POINTS[: kind.point_count], identity="a", label="b")


def test_every_kind_of_measurement_can_be_drawn() -> None:
    assert {type(made(kind)) for kind in MeasureKind} == set(KINDS)


@pytest.mark.parametrize("kind", MeasureKind)
def test_what_is_made_has_the_kind_the_plane_and_the_id_asked_for(kind: MeasureKind) -> None:
    measurement = made(kind)

    assert kind.value == measurement.KIND
    assert (measurement.id, measurement.label, measurement.plane) == ("a", "b", CORONAL)
    assert kind.title


def test_axes_start_with_a_short_axis_of_half_the_length() -> None:
    axes = made(MeasureKind.AXES)

    assert isinstance(axes, Bidirectional)
    assert (axes.long_mm, axes.short_mm) == pytest.approx((50.0, 25.0))


def test_the_second_point_of_an_angle_is_its_vertex() -> None:
    angle = made(MeasureKind.ANGLE)

    assert isinstance(angle, Angle)
    assert angle.vertex_mm == POINTS[1]
    assert angle.angle_deg == pytest.approx(53.13, abs=0.01)


def test_an_arrow_begins_at_what_is_meant() -> None:
    arrow = made(MeasureKind.ARROW)

    assert isinstance(arrow, Arrow)
    assert (arrow.tip_mm, arrow.tail_mm) == (POINTS[0], POINTS[1])


@pytest.mark.parametrize("kind", [MeasureKind.AXES, MeasureKind.RECTANGLE, MeasureKind.ELLIPSE])
def test_points_without_extent_make_nothing(kind: MeasureKind) -> None:
    with pytest.raises(NoSizeError):
        made_of(kind, CORONAL, [POINTS[0], POINTS[0]], identity="a", label="")
