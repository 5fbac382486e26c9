"""Scans of tables: stored values and Hounsfield units are told apart; no spacing is guessed."""

from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.errors import ScanRefusedError, UsageError
from medct_core.preprocess.prepare import prepare
from medct_core.training.tables.scan_reading import (
    PLACED,
    PLACED_APART,
    SCALED,
    SCALED_BEFORE,
    read_row,
    with_metadata,
)
from medct_core.training.tables.side_table import ScanMetadata
from medct_core.volume.volume import Unit, Volume
from tests import small_chest, tiny_model
from tests.scan_rows import METADATA, row, write_stored


def codes(volume: Volume) -> set[str]:
    return {notice.code for notice in volume.notices}


def test_both_releases_of_a_scan_give_a_model_the_same(tmp_path: Path) -> None:
    first = row("a", write_stored(tmp_path / "first.nii.gz"), METADATA)
    second = row("a", small_chest.write(tmp_path / "second.nii.gz"), METADATA)

    stored, ready = read_row(first), read_row(second)

    one, other = (prepare(volume, tiny_model.RECIPE).values for volume in (stored, ready))
    np.testing.assert_array_equal(one, other)
    assert codes(stored) == {SCALED, PLACED}
    assert codes(ready) == {SCALED_BEFORE}
    assert stored.unit is ready.unit is Unit.HU
    assert stored.geometry.spacing_mm == ready.geometry.spacing_mm == small_chest.SPACING_MM


@given(st.integers(-2000, 2000), st.sampled_from([-1024.0, -8192.0, 0.0, 500.0]))
@settings(max_examples=25)
def test_hounsfield_units_are_never_scaled_again(slope_per_mille: int, intercept: float) -> None:
    chest = small_chest.volume()
    offered = replace(METADATA, slope=slope_per_mille / 1000 or 1.0, intercept=intercept)

    given_them = with_metadata(chest, offered)

    np.testing.assert_array_equal(given_them.values, chest.values)


@given(st.sampled_from([1024, 1000, 8192]), st.sampled_from([1.0, 0.5, 2.0]))
@settings(max_examples=9)
def test_stored_values_become_hounsfield_units(offset: int, slope: float) -> None:
    hu = small_chest.voxels()
    stored = np.asfortranarray(np.round((hu.astype(np.float64) + offset) / slope).astype(np.int16))
    raw = replace(small_chest.volume(), values=stored, unit=Unit.ARBITRARY)

    scaled = with_metadata(raw, replace(METADATA, slope=slope, intercept=-offset))

    assert scaled.unit is Unit.HU
    assert np.abs(scaled.values.astype(np.int32) - hu).max() <= slope / 2


def test_values_that_no_slope_makes_a_ct_stay_what_they_are() -> None:
    raw = replace(small_chest.volume(), unit=Unit.ARBITRARY)
    wrong = replace(METADATA, intercept=-5000.0)

    assert with_metadata(raw, wrong).unit is Unit.ARBITRARY


def test_a_spacing_of_the_file_is_believed_and_a_contradiction_is_said() -> None:
    chest = small_chest.volume()

    other = with_metadata(chest, ScanMetadata((5.0, 5.0, 3.0), 1.0, 0.0))
    near = with_metadata(chest, ScanMetadata((5.01, 5.0, 6.0), 1.0, 0.0))

    assert other.geometry.spacing_mm == small_chest.SPACING_MM
    assert codes(other) == {PLACED_APART}
    assert codes(near) == set()


def test_padding_ends_where_it_ends_for_every_scan_that_is_read(tmp_path: Path) -> None:
    stored = np.asfortranarray(small_chest.voxels() + np.int16(1024))
    stored[:3] = -2000
    raw = replace(small_chest.volume(), values=stored, unit=Unit.ARBITRARY)

    assert with_metadata(raw, METADATA).values.min() == -1024


def test_a_row_without_a_file_or_with_no_scan_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.nii").write_text("no scan", encoding="utf-8")

    with pytest.raises(UsageError, match="--scans"):
        read_row(row("a"))
    with pytest.raises(ScanRefusedError):
        read_row(row("a", tmp_path / "a.nii"))


def test_a_scan_is_named_as_its_table_names_it(tmp_path: Path) -> None:
    file = small_chest.write(tmp_path / "b.nii")

    assert read_row(row("folder/a", file)).source == "a"


@pytest.mark.shared_data
def test_a_real_scan_without_geometry_comes_back_by_its_metadata(
    shared_dir: Path, tmp_path: Path
) -> None:
    real = read_row(row("a", shared_dir / "data" / "ct_chest" / "lungdx_a0001_5mm_B.zip"))
    stored = nibabel.Nifti1Image(real.values + np.int16(1024), np.eye(4))
    nibabel.save(stored, tmp_path / "a.nii")
    spacing_mm = real.geometry.spacing_mm

    found = read_row(row("a", tmp_path / "a.nii", ScanMetadata(spacing_mm, 1.0, -1024.0)))
    again = with_metadata(found, ScanMetadata(spacing_mm, 1.0, -1024.0))

    np.testing.assert_array_equal(found.values, real.values)
    np.testing.assert_array_equal(again.values, real.values)
    assert found.geometry.spacing_mm == pytest.approx(spacing_mm)
    assert (codes(found), codes(again) - codes(found)) == ({SCALED, PLACED}, {SCALED_BEFORE})
