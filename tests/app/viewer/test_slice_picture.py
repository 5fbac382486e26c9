"""A slice is cut again only when what it shows has changed."""

import numpy as np
import pytest

from app.state.view import Overlay, PlaneKind, Slab, SlabMode, standard_plane
from app.viewer.overlay_image import OverlayImage
from app.viewer.slice_picture import SlicePicture, value_at
from app.viewer.slice_scene import Quality
from medct_core.volume.window import BONE, LUNG
from tests import phantoms

AXIAL = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 1.5))


def test_moving_within_the_plane_gives_the_same_cut() -> None:
    picture = SlicePicture(phantoms.letter_f())

    first = picture.cut(AXIAL, Slab())

    assert picture.cut(AXIAL.moved_to((9.0, -3.0, 1.5)), Slab()) is first


@pytest.mark.parametrize("change", ["depth", "turn", "slab", "quality"])
def test_what_changes_the_slice_makes_a_new_cut(change: str) -> None:
    picture = SlicePicture(phantoms.letter_f())
    first = picture.cut(AXIAL, Slab())
    changed = {
        "depth": (AXIAL.moved_to((0.0, 0.0, 4.5)), Slab(), Quality.FULL),
        "turn": (AXIAL.turned((1.0, 0.0, 0.0), 0.1), Slab(), Quality.FULL),
        "slab": (AXIAL, Slab(SlabMode.MIP, 9.0), Quality.FULL),
        "quality": (AXIAL, Slab(), Quality.PREVIEW),
    }

    assert picture.cut(*changed[change]) is not first


def test_the_grey_picture_follows_the_window() -> None:
    picture = SlicePicture(phantoms.letter_f())
    cut = picture.cut(AXIAL, Slab())

    bone = picture.grey(cut, BONE, inverted=False)

    assert picture.grey(cut, BONE, inverted=False) is bone
    assert picture.grey(cut, LUNG, inverted=False) != bone
    assert picture.grey(cut, BONE, inverted=True).pixelColor(0, 0).value() == 255


def test_colours_lie_on_the_pixels_of_the_cut() -> None:
    volume = phantoms.letter_f()
    colours = np.full((256, 4), 255, dtype=np.uint8)
    labels = np.ones(volume.values.shape, dtype=np.int16, order="F")
    picture = SlicePicture(volume)
    picture.set_overlays((OverlayImage(Overlay.MASKS, labels, volume.geometry, colours),))

    (image,) = picture.colours(picture.cut(AXIAL, Slab()))

    assert (image.height(), image.width()) == (20, 20)
    assert image.pixelColor(10, 10).alpha() == 255


def test_the_value_at_a_place_is_the_voxels() -> None:
    cut = SlicePicture(phantoms.letter_f()).cut(AXIAL, Slab())

    assert value_at(cut, (-7.5, 1.5, 1.5)) == 300
    assert value_at(cut, (1.5, 1.5, 1.5)) == 700
    assert value_at(cut, (20.0, 20.0, 1.5)) == -1000
    assert value_at(cut, (500.0, 0.0, 1.5)) is None


def test_outside_an_oblique_scan_there_is_no_value() -> None:
    geometry = phantoms.centred((20, 20, 20), (3.0, 3.0, 3.0), phantoms.rotation(30, 20, 10))
    cut = SlicePicture(phantoms.letter_f(geometry)).cut(AXIAL, Slab())

    assert value_at(cut, cut.grid.to_patient(0, 0)) is None
