"""What a scan needs is known before it is read."""

from pathlib import Path

import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself

from medct_core.io.open import open_study
from medct_core.io.reduction import FULL, Reduction
from medct_core.io.size import LARGE_BYTES, ScanSize, size_of
from tests.medct_core.io import making

SCAN = making.chest_volume()


def test_every_format_says_its_size_by_its_header(tmp_path: Path) -> None:
    making.write_series(tmp_path / "dicom", SCAN)
    making.write_nifti(tmp_path / "a.nii.gz", SCAN.values)
    sitk.WriteImage(sitk.GetImageFromArray(SCAN.values.T), str(tmp_path / "a.mha"))

    sizes = [size_of(open_study(path).series[0]) for path in sorted(tmp_path.iterdir())]

    assert [size.shape for size in sizes] == [SCAN.values.shape] * 3
    assert all(size.free_bytes > 0 and size.fits() and not size.is_large for size in sizes)


def test_a_usual_chest_is_not_large_and_a_whole_body_is() -> None:
    assert not ScanSize((512, 512, 800), 10**11).is_large
    assert ScanSize((1024, 1024, 1200), 10**11).is_large
    assert ScanSize((1024, 1024, 1200), 10**11).choices[0] == FULL


def test_what_does_not_fit_is_large_and_reading_it_in_full_is_no_choice() -> None:
    size = ScanSize((512, 512, 400), 60_000_000)

    assert size.needed_bytes() == 512 * 512 * 400 * 2
    assert size.needed_bytes() < LARGE_BYTES
    assert size.is_large
    assert size.choices == (Reduction(2, 1), Reduction(2, 2))


def test_a_quarter_is_read_only_where_nothing_else_fits() -> None:
    assert ScanSize((512, 512, 400), 10_000_000).choices == (Reduction(4, 4),)


def test_what_fits_in_no_way_leaves_no_choice() -> None:
    assert ScanSize((512, 512, 400), 1000).choices == ()


@pytest.mark.parametrize("free", [10**8, 10**9])
def test_every_choice_fits(free: int) -> None:
    size = ScanSize((1024, 1024, 3000), free)

    assert all(size.needed_bytes(choice) <= free for choice in size.choices)
