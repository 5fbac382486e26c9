"""Colour lies over the tissue it belongs to, and nowhere else."""

import numpy as np
import numpy.typing as npt

from app.state.view import Overlay, PlaneKind, standard_plane
from app.viewer.overlay_image import OverlayImage, OverlayScene, coloured
from app.viewer.pixel_grid import grid_of
from tests import phantoms

RAMP = np.stack([np.arange(256)] * 4, axis=1).astype(np.uint8)
ORIGIN = (0.0, 0.0, 0.0)


def heat(values: npt.NDArray[np.float32], low: float = 0.0, high: float = 1.0) -> OverlayImage:
    """Heatmap on a grid of its own, 4 mm."""
    geometry = phantoms.centred(values.shape, (4.0, 4.0, 4.0))
    return OverlayImage(Overlay.HEATMAP, values, geometry, RAMP, low, high)


def test_the_lowest_value_has_the_first_colour_and_the_highest_the_last() -> None:
    overlay = heat(np.zeros((2, 2, 2), dtype=np.float32), low=-1.0, high=1.0)

    levels = coloured(np.array([-5.0, -1.0, 0.0, 1.0, 5.0], dtype=np.float32), overlay)[:, 0]

    assert levels.tolist() == [0, 0, 128, 255, 255]


def test_a_map_of_one_value_has_one_colour() -> None:
    overlay = heat(np.zeros((2, 2, 2), dtype=np.float32), low=3.0, high=3.0)

    assert coloured(np.array([3.0], dtype=np.float32), overlay)[0, 0] == 0


def test_a_hot_voxel_shows_at_its_place_in_the_patient() -> None:
    values = np.zeros((5, 5, 5), dtype=np.float32, order="F")
    values[4, 1, 2] = 1.0
    grid = grid_of(phantoms.letter_f().geometry, standard_plane(PlaneKind.AXIAL, ORIGIN))

    opacity = OverlayScene(heat(values)).cut(grid)[..., 3]

    row, column = np.unravel_index(int(opacity.argmax()), opacity.shape)
    place = grid.to_patient(float(column), float(row))
    np.testing.assert_allclose(place[:2], (8.0, -4.0), atol=2.0)


def test_beyond_the_map_nothing_is_coloured() -> None:
    values = np.ones((3, 3, 3), dtype=np.float32, order="F")
    grid = grid_of(phantoms.letter_f().geometry, standard_plane(PlaneKind.AXIAL, ORIGIN))

    opacity = OverlayScene(heat(values)).cut(grid)[..., 3]

    assert opacity[0, 0] == 0
    assert opacity[10, 10] == 255


def test_a_label_has_exactly_its_own_colour() -> None:
    labels = np.zeros((20, 20, 24), dtype=np.int16, order="F")
    labels[10:] = 200
    geometry = phantoms.letter_f().geometry
    grid = grid_of(geometry, standard_plane(PlaneKind.CORONAL, ORIGIN))

    cut = OverlayScene(OverlayImage(Overlay.MASKS, labels, geometry, RAMP)).cut(grid)

    assert set(np.unique(cut)) == {0, 200}


def test_bytes_and_wider_numbers_of_the_same_labels_have_the_same_colours() -> None:
    labels = np.arange(256).reshape(4, 8, 8)
    colours = np.random.default_rng(1).integers(0, 256, (256, 4)).astype(np.uint8)
    geometry = phantoms.centred(labels.shape)
    one, other = (
        OverlayImage(Overlay.MASKS, labels.astype(kind), geometry, colours)
        for kind in (np.uint8, np.int16)
    )

    by_byte = coloured(one.values, one)

    np.testing.assert_array_equal(by_byte, coloured(other.values, other))
    np.testing.assert_array_equal(by_byte.reshape(-1, 4), colours)
