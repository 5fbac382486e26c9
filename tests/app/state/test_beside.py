"""What stands beside the scan is told once."""

from app.state.beside import BesideScan, BesideState
from medct_core.retrieval.search import SimilarCase
from tests import library_samples
from tests.app.state.test_session import scan


def test_a_case_beside_the_scan_is_told_once_and_goes() -> None:
    beside, told = BesideState(), list[object]()
    beside.changed.connect(told.append)
    shown = BesideScan(scan(), SimilarCase(library_samples.case(), 0.5, 97.0, 1, 60))

    beside.set_shown(shown)
    beside.set_shown(shown)
    before = beside.shown
    beside.set_shown(None)

    assert told == [shown, None]
    assert (before, beside.shown) == (shown, None)
