"""Heart, great vessels, oesophagus, and the organs below the diaphragm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.chest.mediastinum import (
    Mediastinum,
    draw_mediastinum,
    plan_mediastinum,
)
from medct_core.phantom.streams import stream


def organs_of(seed: int) -> tuple[Habitus, Mediastinum]:
    habitus = sample_habitus(stream(seed, "habitus"), 0.5)
    return habitus, plan_mediastinum(habitus, stream(seed, "organs"))


@given(st.integers(0, 10**6))
def test_the_aorta_rises_arches_to_the_left_and_descends(seed: int) -> None:
    _, organs = organs_of(seed)
    line = organs.aorta.points_mm

    top = int(line[:, 2].argmax())

    assert 0 < top < len(line) - 1
    assert line[0, 2] < line[top, 2] > line[-1, 2]
    assert line[-1, 0] > line[top // 2, 0]
    assert line[-1, 1] > line[0, 1]
    assert (2 * organs.aorta.radii_mm > 12).all()
    assert (2 * organs.aorta.radii_mm < 40).all()


@given(st.integers(0, 10**6))
def test_liver_and_stomach_lie_on_their_sides_below_the_heart(seed: int) -> None:
    habitus, organs = organs_of(seed)

    middle = habitus.centre_mm[0]
    assert organs.liver.centre_mm[0] < middle < organs.stomach.centre_mm[0]
    assert (
        max(organs.liver.centre_mm[2], organs.stomach.centre_mm[2])
        < organs.heart.outline.centre_mm[2]
    )


def test_blood_is_painted_where_the_vessels_are(habitus: Habitus, canvas: Canvas) -> None:
    organs = plan_mediastinum(habitus, stream(17, "organs"))
    canvas.hu[:] = -95.0

    draw_mediastinum(canvas, habitus, organs, stream(17, "mediastinum"))

    grid = canvas.grid
    place = organs.aorta.points_mm[len(organs.aorta.points_mm) // 2]
    i, j, k = (
        round(p / s + (n - 1) / 2)
        for p, s, n in zip(place, grid.spacing_mm, grid.shape, strict=True)
    )
    assert canvas.hu[i, j, k] == pytest.approx(habitus.arterial_hu, abs=25)
