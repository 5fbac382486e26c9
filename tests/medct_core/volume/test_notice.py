"""The notice that marks a synthetic scan."""

from medct_core.volume.notice import PHANTOM_CODE, PHANTOM_DESCRIPTION, PHANTOM_NOTICE


def test_the_phantom_notice_carries_the_code_that_calibration_looks_for() -> None:
    assert PHANTOM_NOTICE.code == PHANTOM_CODE


def test_the_phantom_description_fits_a_nifti_header() -> None:
    assert PHANTOM_DESCRIPTION.isascii()
    assert len(PHANTOM_DESCRIPTION) < 40
