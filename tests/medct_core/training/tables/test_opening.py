"""Opening every scan: each that cannot be used is named with its reason, and none stops it."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.training.tables.opening import Opened, copies_in, open_scans, why_unusable
from medct_core.training.tables.scan_reading import PLACED, SCALED
from tests import small_chest, tiny_model
from tests.scan_rows import METADATA, row, write_stored


def test_each_unusable_scan_is_named_and_nothing_stops_at_the_first(tmp_path: Path) -> None:
    thin = nibabel.Nifti1Image(small_chest.voxels()[:, :, :5], np.eye(4))
    nibabel.save(thin, tmp_path / "thin.nii")
    small_chest.write(tmp_path / "lungless.nii", lung_hu=50)
    write_stored(tmp_path / "stored.nii")
    (tmp_path / "text.nii").write_text("no scan", encoding="utf-8")
    small_chest.write(tmp_path / "good.nii")
    rows = [row(file.name, file) for file in sorted(tmp_path.iterdir())]
    rows += [row("gone.nii", tmp_path / "gone.nii"), row("nowhere")]

    found = {one.row.scan: one.why for one in open_scans(rows, tiny_model.RECIPE)}

    assert found["good.nii"] == ""
    assert "no pair of lungs" in found["lungless.nii"]
    assert "only 5 slices" in found["thin.nii"]
    assert "not Hounsfield units" in found["stored.nii"]
    assert all(found[name] for name in ("text.nii", "gone.nii", "nowhere"))


def test_what_metadata_completed_is_said(tmp_path: Path) -> None:
    stored = row("a", write_stored(tmp_path / "a.nii.gz"), METADATA)

    (found,) = open_scans([stored], tiny_model.RECIPE)

    assert found.why == ""
    assert set(found.notices) == {SCALED, PLACED}


def test_equal_scans_are_found_whatever_their_names_and_files(tmp_path: Path) -> None:
    stored = row("a", write_stored(tmp_path / "a.nii.gz"), METADATA)
    packed = row("b", write_stored(tmp_path / "b.nii"), METADATA)
    other = row("c", small_chest.write(tmp_path / "c.nii", seed=2))

    found = list(open_scans([stored, packed, other], tiny_model.RECIPE))

    (within,) = copies_in([found])
    (across,) = copies_in([found[:1], found[1:]])
    assert (within.lines, within.are_in_several_tables) == ({0: (2, 2)}, False)
    assert (across.lines, across.are_in_several_tables) == ({0: (2,), 1: (2,)}, True)
    assert copies_in([[Opened(stored, "unusable")] * 2]) == ()


def test_opening_stops_when_asked(tmp_path: Path) -> None:
    rows = [row("a", small_chest.write(tmp_path / "a.nii"))]
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        list(open_scans(rows, tiny_model.RECIPE, cancel=cancel))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "does not fit into memory"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
    ],
)
def test_any_error_becomes_a_reason(error: Exception, said: str) -> None:
    assert said in why_unusable(error)
