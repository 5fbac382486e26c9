"""One window joins opening, scoring and keeping."""

from pathlib import Path

import pytest

from tests.app.case_windows import Case

pytestmark = pytest.mark.gui


def test_a_scan_that_is_dropped_is_shown_and_scored(case: Case, chests: tuple[Path, Path]) -> None:
    case.open(chests[0])
    case.wait(lambda: case.results.scored is not None)

    assert case.window.windowTitle() == "now.nii.gz - MedCT"
