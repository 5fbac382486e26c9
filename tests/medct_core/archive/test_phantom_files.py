"""Phantoms of the library are drawn once, and what they show lies beside them."""

from pathlib import Path

import pytest

from medct_core.archive import phantom_files
from medct_core.archive.beside import facts_beside
from medct_core.archive.phantom_files import phantom_path, write_library_phantom
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.io.open import open_study, read_volume
from medct_core.phantom import seeds
from medct_core.phantom.canvas import Grid
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.vocabulary import FINDINGS
from medct_core.volume.notice import PHANTOM_NOTICE

SEED = seeds.LIBRARY.first


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with few voxels."""
    monkeypatch.setattr(phantom_files, "_GRID", Grid((48, 48, 32), (7.5, 7.5, 10.0)))


def test_a_phantom_is_a_scan_with_its_truth_beside_it(tmp_path: Path) -> None:
    scan = write_library_phantom(SEED, tmp_path / "new" / "phantoms")

    (series,) = open_study(scan).series
    assert PHANTOM_NOTICE.code in {notice.code for notice in read_volume(series).notices}
    facts = facts_beside(scan)
    drawn = set(sample_spec(SEED, Draw.RAISED, "a").findings) & set(FINDINGS)
    assert {one.name for one in facts.findings if one.is_present} >= drawn
    assert all(one.is_verified for one in facts.findings)
    assert facts.patient == f"phantom:{SEED}"
    assert facts.report.startswith("FINDINGS:")


def test_what_is_there_is_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = write_library_phantom(SEED, tmp_path)
    monkeypatch.delattr(phantom_files, "draw_phantom")

    assert write_library_phantom(SEED, tmp_path) == scan


def test_a_phantom_that_was_stopped_is_not_there(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        write_library_phantom(SEED, tmp_path, cancel=cancel)

    assert not phantom_path(tmp_path, SEED).exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(OutOfDiskError, match="cannot be written"):
        write_library_phantom(SEED, tmp_path / "file")


@pytest.mark.parametrize(
    "kept", [seeds.TRAINING, seeds.VALIDATION, seeds.CALIBRATION, seeds.EVALUATION]
)
def test_nothing_else_is_done_with_these_phantoms(kept: seeds.SeedRange) -> None:
    assert seeds.LIBRARY.stop is not None
    is_before = seeds.LIBRARY.stop <= kept.first
    is_after = kept.stop is not None and kept.stop <= seeds.LIBRARY.first

    assert is_before or is_after
