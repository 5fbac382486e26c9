"""Sform, else qform, else voxel sizes; whoever guesses says so."""

from collections.abc import Callable

import nibabel as nib
import numpy as np
import pytest

from medct_core.io.nifti_geometry import Grid, grid_of

SHAPE = (4, 5, 6)
RAS = np.array([[-2.0, 0, 0, 10], [0, -2.0, 0, 20], [0, 0, 3.0, -30], [0, 0, 0, 1]])
SHEARED = RAS + np.array([[0, 0.3, 0, 0], [0] * 4, [0] * 4, [0] * 4])


def grid(edit: Callable[[nib.Nifti1Header], None]) -> Grid:
    header = nib.Nifti1Header()
    header.set_data_shape(SHAPE)
    header["pixdim"][1:4] = [2, 2, 3]
    edit(header)
    return grid_of(header, SHAPE)


def codes(found: Grid) -> list[str]:
    return [notice.code for notice in found.notices]


def lps(affine: np.ndarray) -> np.ndarray:
    turned: np.ndarray = np.diag([-1, -1, 1, 1]) @ affine
    return turned


def test_the_sform_is_used_and_turned_from_ras_to_lps() -> None:
    found = grid(lambda header: header.set_sform(RAS, code=1))

    np.testing.assert_allclose(found.geometry.affine, lps(RAS))
    assert found.notices == ()


def test_without_an_sform_the_qform_is_used() -> None:
    found = grid(lambda header: header.set_qform(RAS, code=1))

    np.testing.assert_allclose(found.geometry.affine, lps(RAS), atol=1e-5)
    assert found.notices == ()


def test_without_both_the_voxel_sizes_are_used_and_it_is_said() -> None:
    found = grid(lambda header: None)

    assert found.geometry.spacing_mm == (2.0, 2.0, 3.0)
    assert codes(found) == ["geometry-unknown"]
    assert "2.00 x 2.00 x 3.00 mm" in found.notices[0].text


def test_voxel_sizes_agree_with_nibabel() -> None:
    header = nib.Nifti1Header()
    header.set_data_shape(SHAPE)
    header["pixdim"][1:4] = [2, 2, 3]

    found = grid_of(header, SHAPE)

    np.testing.assert_allclose(found.geometry.affine, lps(header.get_best_affine()))


@pytest.mark.parametrize("size", [0.0, np.nan, np.inf])
def test_a_voxel_size_that_is_none_becomes_a_millimetre(size: float) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["pixdim"][3] = size

    assert grid(edit).geometry.spacing_mm[2] == 1.0


def test_two_descriptions_that_disagree_are_reported_and_the_sform_wins() -> None:
    moved = RAS.copy()
    moved[0, 3] += 25

    def edit(header: nib.Nifti1Header) -> None:
        header.set_sform(RAS, code=1)
        header.set_qform(moved, code=1)

    found = grid(edit)

    np.testing.assert_allclose(found.geometry.affine, lps(RAS))
    assert codes(found) == ["sform-qform-differ"]
    assert "25.0 mm" in found.notices[0].text


def test_an_sform_without_volume_gives_way_to_the_qform() -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header.set_sform(np.zeros((4, 4)), code=1)
        header.set_qform(RAS, code=1)

    found = grid(edit)

    np.testing.assert_allclose(found.geometry.affine, lps(RAS), atol=1e-5)
    assert codes(found) == ["sform-unusable"]


def test_a_qform_whose_handedness_is_not_given_is_right_handed() -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header.set_qform(np.diag([2.0, 2, 3, 1]), code=1)
        header["pixdim"][0] = 0

    np.testing.assert_allclose(grid(edit).geometry.affine, lps(np.diag([2.0, 2, 3, 1])), atol=1e-6)


def test_a_quaternion_of_nonsense_is_no_geometry() -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["qform_code"] = 1
        header["quatern_b"] = 7.0

    assert codes(grid(edit)) == ["geometry-unknown"]


def test_sheared_axes_are_kept() -> None:
    found = grid(lambda header: header.set_sform(SHEARED, code=1))

    assert found.geometry.is_sheared
    np.testing.assert_allclose(found.geometry.affine, lps(SHEARED), atol=1e-6)


@pytest.mark.parametrize(("unit", "factor"), [("meter", 1000.0), ("micron", 0.001)])
def test_metres_and_microns_become_millimetres_if_that_is_plausible(
    unit: str, factor: float
) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header.set_xyzt_units(unit)
        header.set_sform(np.diag([2 / factor, 2 / factor, 3 / factor, 1]), code=1)

    np.testing.assert_allclose(grid(edit).geometry.spacing_mm, (2.0, 2.0, 3.0), rtol=1e-5)


def test_metres_that_must_be_millimetres_are_taken_as_such() -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header.set_xyzt_units("meter")
        header.set_sform(RAS, code=1)

    np.testing.assert_allclose(grid(edit).geometry.spacing_mm, (2.0, 2.0, 3.0))
