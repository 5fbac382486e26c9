"""Key images are seen from the feet, to scale, whatever the order of the file."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.export.key_images import key_images
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from tests import phantoms, report_samples

SHAPE, SPACING_MM = (40, 30, 25), (2.0, 4.0, 5.0)


def chest(directions: np.ndarray | None = None) -> Volume:
    """Lung everywhere between slices 5 and 20; metal at the front of the right side."""
    hu = np.full(SHAPE, 40, dtype=np.int16)
    hu[:, :, 5:21] = -800
    hu[2:6, 2:5, :] = 3000
    grid = phantoms.centred(SHAPE, SPACING_MM, directions)
    return Volume(np.asfortranarray(hu), Unit.HU, grid, "chest")


@pytest.mark.parametrize("codes", ["LPS", "RAS", "RPI", "SLP", "AIR"])
def test_the_right_side_is_on_the_left_and_the_front_on_top(codes: str) -> None:
    volume = reorient(chest(), codes)

    images = key_images(volume)

    assert {image.letters for image in images} == {("R", "L", "A", "P")}
    for image in images[:3]:
        rows, columns = np.nonzero(image.grey == 255)
        assert 0 < rows.mean() < 20
        assert 0 < columns.mean() < 10


def test_pixels_are_square() -> None:
    image = key_images(chest())[0]

    assert image.pixel_mm == 2.0
    assert image.grey.shape == (60, 40)


def test_slices_go_down_through_the_lungs() -> None:
    images = key_images(chest())

    captions = [image.caption for image in images]
    assert captions[:3] == captions[3:]
    assert captions[0] == "slice 17 of 25, S 20 mm"
    assert captions[1:3] == ["slice 13 of 25, S 0 mm", "slice 10 of 25, I 15 mm"]


def test_both_windows_are_shown_with_their_numbers() -> None:
    names = [image.window_name for image in key_images(chest())]

    assert names == ["Lung 1500/-600"] * 3 + ["Mediastinum 400/40"] * 3


def test_an_oblique_scan_has_two_letters_at_an_edge() -> None:
    image = key_images(chest(phantoms.rotation(20.0, 0.0, 0.0)))[0]

    assert image.letters == ("RA", "LP", "AL", "PR")


def test_uneven_slices_stored_in_another_order_are_shown() -> None:
    hu = np.zeros((20, 20, 8), dtype=np.int16)
    affine = np.array([[0, 0, 2.0, 0], [2.0, 0, 0, 0], [0, 2.0, 0, 0], [0, 0, 0, 1.0]])
    offsets = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 13.0, 14.0)
    volume = Volume(np.asfortranarray(hu), Unit.HU, Geometry(hu.shape, affine, offsets), "sagittal")

    images = key_images(volume)

    assert images[0].letters == ("R", "L", "A", "P")
    assert images[0].grey.shape == (20, 8)


def test_other_values_than_hounsfield_units_are_named() -> None:
    volume = replace(report_samples.scan(), unit=Unit.ARBITRARY)

    images = key_images(volume)

    assert len(images) == 3
    assert images[0].window_name.endswith("not HU")


def test_one_voxel_makes_a_picture() -> None:
    hu = np.zeros((1, 1, 1), dtype=np.int16)

    images = key_images(Volume(hu, Unit.HU, phantoms.centred((1, 1, 1)), "voxel"))

    assert [image.grey.shape for image in images] == [(1, 1), (1, 1)]
