"""In whatever order scans are opened and files written, each record holds its own scan's work."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.controllers.keep_case import _Load
from app.state.case_folder import CaseFolder
from app.state.session import OpenScan
from medct_core.cancel import CancelToken
from medct_core.errors import OutOfDiskError
from tests.app.controllers.test_keep_case import Window, line, name_of, opened
from tests.app.stand_ins import FakeLoader

SCANS = tuple(opened(seed) for seed in range(3))
PLACES = st.integers(0, len(SCANS) - 1)


class Reading(RuleBasedStateMachine):
    """One window, three scans, a loader that is slow or fails, and what must be on disk."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.window = Window(CaseFolder(Path(self.folder.name) / "cases"))
        self.drawn: list[set[str]] = [set() for _ in SCANS]
        self.shown: int | None = None
        self.count = 0
        self.answered = 0

    @rule(place=PLACES)
    def open_scan(self, place: int) -> None:
        """Open a scan, once more perhaps."""
        self.shown = place
        scan = SCANS[place]
        again = OpenScan(
            scan.path, scan.study, scan.series, scan.volume, scan.patient, scan.notices
        )
        self.window.session.set_scan(again)

    @rule()
    def close_scan(self) -> None:
        """Show nothing."""
        self.shown = None
        self.window.session.set_scan(None)

    @precondition(lambda self: self.shown is not None)
    @rule(pauses=st.booleans())
    def draw(self, pauses: bool) -> None:
        """Draw a line that is named by its scan, and think for a while perhaps."""
        self.count += 1
        name = f"{self.shown}/{self.count}"
        self.window.lists.measurements.add(line(name))
        self.drawn[self.shown or 0].add(name)
        if pauses:
            self.pause()

    @precondition(lambda self: self.window.keep.is_loaded)
    @precondition(lambda self: self.window.lists.measurements.items)
    @rule()
    def remove(self) -> None:
        """Remove the oldest line."""
        name = self.window.lists.measurements.items[0].id
        self.window.lists.measurements.delete(name)
        self.drawn[self.shown or 0].discard(name)

    @precondition(lambda self: self.answered < len(self.loader.works))
    @rule(luck=st.integers(0, 3))
    def answer(self, luck: int) -> None:
        """Let the loader do its next job, or fail."""
        self.answered += 1
        if luck:
            result = self.loader.works[self.answered - 1](CancelToken(), lambda _: None)
            self.loader.done.emit(self.answered, result)
        else:
            error = OutOfDiskError("The disk is full.", remedy="Free some space.")
            self.loader.failed.emit(self.answered, error)

    def pause(self) -> None:
        """Let the pause after a change pass."""
        self.window.keep._saving.timeout.emit()

    @rule()
    def retry(self) -> None:
        """Let the pause after a failure pass."""
        self.window.keep._retrying.stop()
        self.window.keep._retrying.timeout.emit()

    @rule()
    def save_now(self) -> None:
        """Save everything, as when closing is thought better of."""
        assert self.window.keep.save_now() is None
        self.everything_is_on_disk()

    @invariant()
    def no_record_holds_what_is_of_another_scan(self) -> None:
        """Look at every file there is."""
        for place in range(len(SCANS)):
            assert {name.partition("/")[0] for name in self.on_disk(place)} <= {str(place)}

    @invariant()
    def the_window_shows_what_is_of_its_scan(self) -> None:
        """Look at the list; what was saved is in it once it is loaded."""
        names = {one.id for one in self.window.lists.measurements.items}
        mine = set() if self.shown is None else self.drawn[self.shown]
        assert names <= mine
        # What was drawn before a record could be read comes back as soon as it can.
        is_unread = any(isinstance(task, _Load) for task in self.window.keep._later)
        assert not self.window.keep.is_loaded or is_unread or names == mine

    def teardown(self) -> None:
        """Close, and find everything."""
        assert self.window.keep.close() is None
        self.everything_is_on_disk()
        self.folder.cleanup()

    @property
    def loader(self) -> FakeLoader:
        """The loader that works when told."""
        return self.window.fake

    def everything_is_on_disk(self) -> None:
        """Compare all files with what was drawn."""
        for place in range(len(SCANS)):
            assert self.on_disk(place) == self.drawn[place]

    def on_disk(self, place: int) -> set[str]:
        """Give the names of the lines that are saved for a scan."""
        record = self.window.folder.load(name_of(SCANS[place])).record
        return {one.id for one in record.measurements}


@pytest.mark.gui
def test_no_order_of_events_loses_or_mixes_anything(qapp: object) -> None:
    run_state_machine_as_test(
        Reading, settings=settings(max_examples=100, stateful_step_count=40, deadline=None)
    )
