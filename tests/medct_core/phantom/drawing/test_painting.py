"""Painting writes densities and remembers where."""

import numpy as np
import pytest

from medct_core.phantom.canvas import Float
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import rod
from medct_core.phantom.request import DrawRequest
from tests.medct_core.phantom.drawing.conftest import BodyStore

BOX = (slice(4, 7), slice(4, 7), slice(4, 7))


@pytest.fixture
def paint(bodies: BodyStore) -> Painting:
    """Start in a chest whose corner is air."""
    return painting(bodies.fresh())


def _half() -> Float:
    return np.full((3, 3, 3), 0.5, np.float32)


def test_covering_mixes_by_share_and_marks_the_mask(paint: Painting) -> None:
    paint.cover(BOX, _half(), 0.0)

    np.testing.assert_allclose(paint.body.canvas.hu[BOX], -500.0)
    np.testing.assert_allclose(paint.mask[BOX], 0.5)
    assert paint.mask.sum() == pytest.approx(0.5 * 27)


def test_raising_never_darkens_and_lowering_never_brightens(paint: Painting) -> None:
    paint.body.canvas.hu[BOX] = 40.0

    paint.raise_to(BOX, _half(), -600.0)
    np.testing.assert_allclose(paint.body.canvas.hu[BOX], 40.0)

    paint.lower_to(BOX, _half(), 300.0)
    np.testing.assert_allclose(paint.body.canvas.hu[BOX], 40.0)


def test_a_voxel_half_in_the_lung_gets_as_dense_as_its_wall(paint: Painting) -> None:
    paint.body.canvas.hu[BOX] = 0.5 * 50 + 0.5 * -860

    paint.fill(BOX, np.ones((3, 3, 3), np.float32), _half(), 50.0)

    np.testing.assert_allclose(paint.body.canvas.hu[BOX], 50.0)
    np.testing.assert_allclose(paint.mask[BOX], 0.5)


def test_fluid_covers_what_was_in_the_lung_but_not_the_wall_beside_it(paint: Painting) -> None:
    paint.body.canvas.hu[BOX] = 80.0
    lung = np.full((3, 3, 3), 0.5, np.float32)
    lung[1] = 1.0

    paint.flood(BOX, np.ones((3, 3, 3), np.float32), lung, 10.0)

    np.testing.assert_allclose(paint.body.canvas.hu[BOX][1], 10.0)
    np.testing.assert_allclose(paint.body.canvas.hu[BOX][[0, 2]], 80.0)
    np.testing.assert_allclose(paint.mask[BOX], lung)


def test_rods_are_painted_along_their_line(paint: Painting) -> None:
    paint.rods((rod([[-150, -150, 0], [150, -150, 0]], 4.0),), 2000.0)

    assert (paint.body.canvas.hu > 1000).sum() > 70
    paint.rods((), 2000.0)


def test_what_was_painted_is_said(paint: Painting) -> None:
    request = DrawRequest(np.random.default_rng(0), "severe")

    drawn = paint.drawn(request, "here", "left", 12.0)

    assert (drawn.severity, drawn.location, drawn.side, drawn.size_mm) == (
        "severe",
        "here",
        "left",
        12.0,
    )
    assert drawn.mask is paint.mask
