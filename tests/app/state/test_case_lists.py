"""The lists of a window and the record of its scan say the same."""

from app.state.case_lists import CaseLists
from app.state.case_merge import merged
from app.state.case_record import CaseRecord
from app.state.measurements import MeasurementList
from app.state.prompt_list import PromptList
from app.state.reviews import MarkedImages, ReviewList
from tests.case_samples import FULL, SHA
from tests.drawn_samples import nodule


def lists() -> CaseLists:
    return CaseLists(MeasurementList(), ReviewList(), PromptList(), MarkedImages())


class Listener(MeasurementList):
    """Counts what it is told."""

    count = 0

    def told(self) -> None:
        """Count once more."""
        self.count += 1


def test_a_record_that_is_shown_comes_back_equal() -> None:
    shown = lists()

    shown.show(FULL)

    assert shown.record(SHA) == FULL


def test_cleared_lists_hold_nothing_and_undo_nothing() -> None:
    shown = lists()
    shown.show(FULL)
    shown.measurements.clear()

    shown.clear()
    shown.measurements.undo()

    assert shown.record(SHA) == CaseRecord(SHA)


def test_what_was_drawn_meanwhile_lies_on_top_and_can_be_undone() -> None:
    shown, saved = lists(), CaseRecord(SHA, (nodule(12.3, 8.1),))
    changed = CaseRecord(SHA, (nodule(14.0, 9.0), *FULL.measurements[1:]), FULL.reviews)

    shown.show_merged(saved, changed)

    assert shown.record(SHA) == merged(saved, changed)
    shown.measurements.undo()
    shown.measurements.undo()
    assert shown.measurements.items == saved.measurements


def test_every_list_tells_of_its_changes() -> None:
    shown, listener = lists(), Listener()
    shown.on_change(listener.told)

    shown.show(FULL)

    assert listener.count == 5
