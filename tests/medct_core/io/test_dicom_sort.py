"""Slices in order by position; gaps, tilt and doubles are told with names and numbers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from medct_core.errors import UnsupportedImageError
from medct_core.io.dicom_header import Plane, SliceHeader, without_warnings
from medct_core.io.dicom_sort import Stack, by_plane, coincident, stack
from medct_core.io.files import ScanFile
from tests import phantoms


def slice_at(
    position: np.ndarray | list[float], name: str = "", turn: np.ndarray | None = None
) -> SliceHeader:
    axes = np.eye(3) if turn is None else turn
    plane = Plane(np.asarray(position, dtype=float), axes[:, 0], axes[:, 1], (0.7, 0.8))
    file = ScanFile(Path(name or f"{position[2]:g}.dcm"))
    return SliceHeader(file, 0, Dataset(), plane)


def stacked(heights: list[float]) -> Stack:
    return stack([slice_at([0, 0, height]) for height in heights], columns=4, rows=5)


def codes(found: Stack) -> list[str]:
    return [notice.code for notice in found.notices]


@given(st.permutations(range(8)), st.tuples(*[st.floats(-180, 180)] * 3))
def test_the_order_of_files_does_not_matter(
    order: list[int], angles: tuple[float, float, float]
) -> None:
    turn = phantoms.rotation(*angles)
    places = [turn @ np.array([5.0, 7.0, 1.25 * k]) for k in range(8)]
    slices = [slice_at(places[k], f"{k}.dcm", turn) for k in order]

    found = stack(slices, columns=4, rows=5)

    assert [item.name for item in found.slices] == [f"{k}.dcm" for k in range(8)]
    assert found.geometry.shape == (4, 5, 8)
    np.testing.assert_allclose(found.geometry.to_patient([0, 0, 7]), places[7], atol=1e-9)
    np.testing.assert_allclose(found.geometry.spacing_mm, (0.7, 0.8, 1.25), atol=1e-9)
    assert not found.geometry.is_left_handed
    assert found.notices == ()


def test_positions_rounded_to_a_tenth_are_even() -> None:
    found = stacked([round(0.625 * k, 1) for k in range(40)])

    assert found.geometry.slice_offsets_mm is None
    assert found.notices == ()


def test_a_missing_slice_is_named_with_both_files_and_both_gaps() -> None:
    found = stacked([0, 2, 4, 8, 10])

    assert found.geometry.slice_offsets_mm == (0.0, 2.0, 4.0, 8.0, 10.0)
    assert codes(found) == ["missing-slices"]
    text = found.notices[0].text
    assert text.startswith("1 slice is missing: between 4.dcm and 8.dcm the gap is 4.00 mm")
    assert text.endswith("elsewhere it is 2.00 mm.")


def test_many_gaps_are_counted_and_three_are_named() -> None:
    heights = [float(k) for k in range(60) if k % 10 != 5]

    text = stacked(heights).notices[0].text

    assert text.startswith("6 slices are missing")
    assert "and 3 more" in text
    assert text.count("the gap is") == 3


def test_uneven_slices_are_named_with_the_narrowest_and_widest_gap() -> None:
    found = stacked([0, 1, 2.3, 3.3, 4.9])

    assert codes(found) == ["uneven-slices"]
    assert "1.00 mm apart between 0.dcm and 1.dcm" in found.notices[0].text
    assert "1.60 mm between 3.3.dcm and 4.9.dcm" in found.notices[0].text
    np.testing.assert_allclose(found.geometry.to_patient([0, 0, 2])[2], 2.3)


@pytest.mark.parametrize("degrees", [-25.0, 3.0, 15.0])
def test_gantry_tilt_is_found_from_positions(degrees: float) -> None:
    turn = phantoms.rotation(0, degrees, 0)
    slices = [slice_at([0, 0, 2.0 * k], turn=turn) for k in range(10)]

    found = stack(slices, columns=4, rows=5)

    assert codes(found) == ["gantry-tilt"]
    assert f"{abs(degrees):.1f} degrees" in found.notices[0].text
    assert found.geometry.is_sheared
    np.testing.assert_allclose(found.geometry.to_patient([0, 0, 9]), [0, 0, 18])


def test_a_slice_beside_the_line_is_named() -> None:
    slices = [slice_at([0, 3.0 if k == 2 else 0, 2.0 * k]) for k in range(5)]

    found = stack(slices, columns=4, rows=5)

    assert codes(found) == ["slices-shifted"]
    assert "4.dcm lies 3.0 mm beside" in found.notices[0].text


def test_two_slices_at_one_position_are_refused_with_their_names() -> None:
    slices = [slice_at([0, 0, k], f"{k}.dcm") for k in range(4)] + [slice_at([0, 0, 2], "b.dcm")]

    with pytest.raises(UnsupportedImageError, match=r"2\.dcm and b\.dcm"):
        stack(slices, columns=4, rows=5)


def test_coincident_slices_are_grouped_lowest_first() -> None:
    slices = [slice_at([0, 0, height], name) for height, name in [(2, "a"), (0, "b"), (2.001, "c")]]

    groups = coincident(slices)

    assert [[item.name for item in group] for group in groups] == [["b"], ["a", "c"]]


def test_slices_in_other_directions_are_kept_apart() -> None:
    coronal = phantoms.rotation(0, 90, 0)
    slices = [slice_at([0, 0, k]) for k in range(3)] + [slice_at([0, 9, 0], "x", coronal)]

    assert sorted(len(group) for group in by_plane(slices)) == [1, 3]


@pytest.mark.parametrize(
    ("thickness", "expected_mm"), [("2.5", 2.5), ("", 1.0), ("0", 1.0), ("5000", 1.0)]
)
def test_a_single_slice_is_as_deep_as_its_header_says(thickness: str, expected_mm: float) -> None:
    turn = phantoms.rotation(10.0, 20.0, 30.0)
    item = slice_at([1, 2, 3], turn=turn)
    with without_warnings():
        item.dataset.add_new("SliceThickness", "DS", thickness)

    found = stack([item], columns=4, rows=5)

    assert found.geometry.shape == (4, 5, 1)
    np.testing.assert_allclose(found.geometry.spacing_mm, (0.7, 0.8, expected_mm))
    np.testing.assert_allclose(found.geometry.directions, turn, atol=1e-12)
    assert found.notices == ()
