"""Tensors on disk: what comes back, what makes them stale, and what is refused."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from medct_core.errors import NotScorableError, ResourceError, UsageError
from medct_core.preprocess.prepare import prepare
from medct_core.training.tables.scan_reading import read_row
from medct_core.training.tables.scan_table import ScanRow
from medct_core.training.tables.tensor_cache import (
    LARGEST_DIFFERENCE_HU,
    CachedScan,
    TensorCache,
    create_cache,
    in_half,
    open_cache,
    source_key,
)
from tests import small_chest, tiny_model
from tests.scan_rows import METADATA, read_table, row

RECIPE = tiny_model.RECIPE


def kept(cache: TensorCache, one: ScanRow) -> CachedScan:
    return cache.keep(one, prepare(read_row(one), cache.recipe))


def test_tensors_come_back_as_they_were_prepared_but_for_half_a_hounsfield_unit(
    tmp_path: Path,
) -> None:
    table = read_table(tmp_path)
    cache = create_cache(tmp_path / "cache", RECIPE)
    differences = [kept(cache, one).difference for one in table.rows]

    tables, scans = open_cache(tmp_path / "cache").of([table])

    values = scans.values([2, 0])
    wanted = [prepare(read_row(table.rows[place]), RECIPE).values for place in (2, 0)]
    assert tables == (table,)
    assert values.shape == (2, 1, *RECIPE.shape)
    assert values.dtype == np.float32
    apart = np.abs(values - np.stack(wanted)).max()
    assert apart == max(differences[2], differences[0])
    assert 0 < apart * RECIPE.scale <= LARGEST_DIFFERENCE_HU


@given(
    npst.arrays(np.float32, (2, 3, 4), elements=st.floats(-1, 1, width=32, allow_subnormal=False))
)
def test_half_precision_loses_a_quarter_of_a_thousandth_at_most(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    half, difference = in_half(values)

    assert difference == np.abs(half.astype(np.float32) - values).max() <= 2**-12


def test_a_scan_that_16_bits_would_change_is_refused(tmp_path: Path) -> None:
    one = row("a", small_chest.write(tmp_path / "a.nii"))
    bright = replace(RECIPE, scale=1.0, shift=5000.0)
    beyond = replace(RECIPE, scale=1e-3)

    for recipe, said in ((bright, "2.00 HU"), (beyond, "inf")):
        with pytest.raises(NotScorableError, match=said):
            kept(create_cache(tmp_path / recipe.id, recipe), one)


def test_a_changed_file_or_other_metadata_are_prepared_anew(tmp_path: Path) -> None:
    file = small_chest.write(tmp_path / "a.nii")
    cache = create_cache(tmp_path / "cache", RECIPE)
    kept(cache, row("a", file))

    assert cache.find(row("another name", file)) is not None
    assert cache.find(row("a", file, METADATA)) is None
    small_chest.write(file, seed=2)
    os.utime(file, (1, 1))
    assert cache.find(row("a", file)) is None


def test_equal_scans_share_one_tensor_wherever_they_lie(tmp_path: Path) -> None:
    files = [small_chest.write(tmp_path / name) for name in ("a.nii", "b.nii.gz")]
    cache = create_cache(tmp_path / "cache", RECIPE)

    one, two = (kept(cache, row(file.name, file)) for file in files)

    assert one == two
    assert len(list((tmp_path / "cache" / "tensors").iterdir())) == 1


def test_a_damaged_tensor_counts_as_missing(tmp_path: Path) -> None:
    one = row("a", small_chest.write(tmp_path / "a.nii"))
    cache = create_cache(tmp_path / "cache", RECIPE)
    path = kept(cache, one).path
    assert path.stat().st_size == cache.bytes_a_scan
    path.write_bytes(path.read_bytes()[:-1])

    assert cache.find(one) is None


def test_rows_that_are_not_in_the_cache_are_named(tmp_path: Path) -> None:
    table = read_table(tmp_path)
    cache = create_cache(tmp_path / "cache", RECIPE)
    kept(cache, table.rows[1])

    (left,), scans = cache.of([table])

    assert left.rows == (table.rows[1],)
    assert [(one.scan, one.why) for one in left.excluded] == [
        (name, "it is not in the cache of prepared scans") for name in ("scan0.nii", "scan2.nii")
    ]
    assert len(scans) == len(scans.sha256) == 1


def test_a_tensor_that_is_gone_is_said(tmp_path: Path) -> None:
    table = read_table(tmp_path, 1)
    cache = create_cache(tmp_path / "cache", RECIPE)
    path = kept(cache, table.rows[0]).path
    _, scans = cache.of([table])
    path.unlink()

    with pytest.raises(ResourceError, match="gone"):
        scans.values([0])


def test_a_cache_serves_one_recipe(tmp_path: Path) -> None:
    create_cache(tmp_path / "cache", RECIPE)

    assert create_cache(tmp_path / "cache", RECIPE).recipe == RECIPE
    with pytest.raises(UsageError, match="prepared by tiny"):
        create_cache(tmp_path / "cache", replace(RECIPE, pad_value=0.0))
    with pytest.raises(UsageError, match="no cache"):
        open_cache(tmp_path)


def test_a_folder_of_slices_is_known_by_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "1.dcm").write_bytes(b"1")
    before = source_key(row("a", folder))
    (folder / "2.dcm").write_bytes(b"2")

    assert source_key(row("a", folder)) != before


def test_a_scan_of_which_nobody_said_where_it_lies_is_no_missing_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--scans"):
        create_cache(tmp_path / "cache", RECIPE).find(row("a"))
