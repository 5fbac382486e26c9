"""Taught findings are those of the open scan and the library, and of no other."""

from pathlib import Path

import pytest

from app.controllers.taught_findings import NO_MODEL, TaughtFindings
from app.state.answers import Problem
from app.state.results import ResultsState
from app.state.taught_page import TaughtState
from medct_core.inference.embedding import Embedding
from medct_core.retrieval.library_case import KnownFinding
from medct_core.retrieval.taught_finding import TaughtFinding, TeachableName
from tests import library_samples, taught_samples
from tests.app.stand_ins import FakeLibrary, facts

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

pytestmark = pytest.mark.gui

STAMP = facts().stamp
SWAN = "Swan sign"


class Window:
    """One window, with a library that answers when told, and what was heard."""

    def __init__(self, address: str) -> None:
        self.library, self.results, self.state = FakeLibrary(), ResultsState(), TaughtState()
        self.results.set_model(facts())
        library = self.library.as_library()
        self.taught = TaughtFindings(self.results, self.state, library, "w", address)
        self.names: list[tuple[TeachableName, ...]] = []
        self.learned: list[TaughtFinding] = []
        self.problems: list[Problem] = []
        self.written: list[str] = []
        self.told: list[float] = []
        self.taught.names_read.connect(self.names.append)
        self.taught.learned.connect(self.learned.append)
        self.taught.failed.connect(self.problems.append)
        self.taught.not_written.connect(self.problems.append)
        self.taught.written.connect(self.written.append)
        self.taught.progressed.connect(self.told.append)

    def open(self, number: int = 3) -> None:
        """Let the model have seen the scan of a number."""
        vector = library_samples.unit_vector(number)
        self.results.set_embedding(Embedding(vector, STAMP, f"{number:064x}"))

    def shown(self) -> list[str]:
        """Names that are shown."""
        page = self.state.page
        return [] if page is None else [one.finding.name for one in page.answers]


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Make a library that was taught one finding."""
    library = CaseLibrary.create(str(tmp_path / "library"))
    library.add(
        library_samples.case(n, stamp=STAMP, findings=(KnownFinding("Tide", is_present=n < 10),))
        for n in range(20)
    )
    library.keep_taught(taught_samples.taught(SWAN, 1, 2, 3, 4, stamp=STAMP))
    return str(tmp_path / "library")


@pytest.fixture
def window(qapp: object, place: str) -> Window:
    """Build a window with a model and no scan."""
    return Window(place)


def test_a_scan_that_is_encoded_is_asked(window: Window) -> None:
    window.open()
    before = window.shown()

    window.library.finish_newest("taught")

    assert (before, window.shown()) == ([], [SWAN])


def test_without_a_scan_nothing_is_shown(window: Window) -> None:
    window.open()
    window.library.finish_newest("taught")

    window.results.set_embedding(None)

    assert window.state.page is None


def test_a_late_answer_about_another_scan_is_dropped(window: Window) -> None:
    window.open(3)
    window.open(5)

    window.library.finish(1)

    assert window.state.page is None
    window.library.finish(2)
    assert window.shown() == [SWAN]


def test_another_library_is_asked_at_once(window: Window, tmp_path: Path) -> None:
    window.open()
    window.library.finish_newest("taught")

    window.taught.set_address(str(tmp_path / "none"))
    window.library.finish_newest("taught")

    assert window.state.page is None


def test_a_library_that_cannot_be_read_shows_nothing(window: Window, place: str) -> None:
    content = {"name": "x", "content": "damaged"}
    CaseLibrary.open(place).connection.open_table("taught").add([content])
    window.open()

    window.library.finish_newest("taught")

    assert window.state.page is None
    assert window.problems == []


def test_names_are_read_learned_and_kept(window: Window) -> None:
    window.open()
    window.library.finish_newest("taught")
    window.taught.read_names()
    window.library.finish_newest("teach")
    window.taught.learn("Tide", by="Dr B")
    window.library.progress.emit(window.library.newest("teach"), 0.5)
    window.library.finish_newest("teach")

    window.taught.keep(window.learned[0])
    window.library.finish_newest("keep")
    window.library.finish_newest("taught")

    assert [one.name for one in window.names[0]] == ["Tide"]
    assert (window.learned[0].by, window.told) == ("Dr B", [0.5])
    assert window.written == ["Tide"]
    assert window.shown() == [SWAN, "Tide"]


def test_a_finding_is_forgotten(window: Window) -> None:
    window.open()

    window.taught.forget(SWAN)
    window.library.finish_newest("keep")
    window.library.finish_newest("taught")

    assert window.written == [SWAN]
    assert window.shown() == []


def test_what_cannot_be_done_is_said(window: Window) -> None:
    window.taught.learn("Owl", by="")
    window.library.finish_newest("teach")
    window.taught.forget("Owl")
    window.library.finish_newest("keep")

    assert ["0 are marked" in one.summary for one in window.problems] == [True, False]
    assert "was not taught" in window.problems[1].summary


def test_what_was_stopped_is_not_told(window: Window) -> None:
    window.taught.read_names()
    job = window.library.newest("teach")

    window.taught.stop()
    window.library.finish(job)

    assert window.library.stopped == [job]
    assert window.names == []


def test_without_a_model_nothing_can_be_taught(window: Window) -> None:
    window.results.set_model(None)

    window.taught.read_names()
    window.taught.learn("Tide", by="")

    assert window.problems == [NO_MODEL, NO_MODEL]


def test_a_closed_window_waits_for_nothing(window: Window) -> None:
    window.open()
    window.taught.read_names()

    window.taught.close()

    assert sorted(window.library.stopped) == [1, 2]
    window.library.finish(1)
    assert window.state.page is None
