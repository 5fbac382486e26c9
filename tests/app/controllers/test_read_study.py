"""What is read is found by headers, and says by itself whether it may be scored."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.controllers.read_study import find_study, load_readers
from medct_core.cancel import Cancelled, CancelToken
from tests import small_chest
from tests.app.opening import Opening, three_series
from tests.medct_core.io import making

pytestmark = pytest.mark.gui


def test_one_slice_opens_and_says_why_it_is_not_scored(opening: Opening, tmp_path: Path) -> None:
    path = making.save(making.ct_slice(making.chest_volume(), 0), tmp_path / "a.dcm")

    scan = opening.open_whole(path)

    assert scan.volume.values.shape[2] == 1
    assert opening.session.refusal == scan.refusal
    assert scan.refusal is not None
    assert "single CT slice" in scan.refusal.summary


def test_a_scan_without_lungs_opens_and_says_why_it_is_not_scored(
    opening: Opening, tmp_path: Path
) -> None:
    scan = opening.open_whole(small_chest.write(tmp_path / "a.nii.gz", lung_hu=50))

    assert scan.refusal is not None
    assert "no pair of lungs" in scan.refusal.summary
    assert opening.session.refusal == scan.refusal


def test_a_chest_is_not_refused(opening: Opening, scans: tuple[Path, Path]) -> None:
    assert opening.open_whole(scans[0]).refusal is None


def test_nothing_that_reads_files_is_loaded_before_something_is_read() -> None:
    readers = ("pydicom", "nibabel", "SimpleITK", "scipy.ndimage")
    program = (
        "import sys, app.controllers.open_study, app.controllers.draw_thumbnails\n"
        f"print([one for one in {readers} if one in sys.modules])"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"


def test_loading_what_reads_files_stops_when_asked() -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        load_readers(token, lambda _: None)


def test_a_series_goes_before_the_largest_only_by_its_name(tmp_path: Path) -> None:
    three_series(tmp_path)
    usual = find_study(tmp_path)
    (other,) = [one for one in usual.study.series if one.number == 3]

    assert other.slice_count < usual.series.slice_count
    assert find_study(tmp_path, other.uid).series == other
    assert find_study(tmp_path, "9.9").series == usual.series
