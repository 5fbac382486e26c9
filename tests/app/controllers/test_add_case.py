"""The open scan is added as it is when that is asked for, and what came of it is told."""

from pathlib import Path

import pytest

from app.controllers.add_case import AddCase
from app.controllers.library_writing import Written
from app.state.answers import Problem
from app.state.case_lists import CaseLists
from app.state.case_record import Decision
from app.state.measurements import MeasurementList
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.reviews import MarkedImages, ReviewList
from app.state.session import SessionState
from medct_core.retrieval.library import CaseLibrary
from tests import small_chest
from tests.app.controllers.test_library_writing import opened
from tests.app.stand_ins import FakeLibrary, embedding

pytestmark = pytest.mark.gui


class Adding:
    """One window whose library writes when told."""

    def __init__(self, address: str) -> None:
        self.session, self.results, self.library = SessionState(), ResultsState(), FakeLibrary()
        self.lists = CaseLists(MeasurementList(), ReviewList(), PromptList(), MarkedImages())
        states = (self.session, self.results, self.lists)
        self.add = AddCase(states, self.library.as_library(), address)
        self.written, self.failed = list[object](), list[object]()
        self.add.written.connect(self.written.append)
        self.add.failed.connect(self.failed.append)

    def open(self, path: Path) -> None:
        """Show a scan that the model has seen."""
        scan = opened(path)
        self.session.set_scan(scan)
        self.results.set_embedding(embedding(scan.volume))


@pytest.fixture
def adding(qapp: object, tmp_path: Path) -> Adding:
    """Open a scan on which a verdict was given."""
    made = Adding(str(tmp_path / "library"))
    made.open(small_chest.write(tmp_path / "a.nii.gz"))
    made.lists.reviews.decide("Emphysema", Decision.ACCEPTED)
    return made


def test_the_scan_is_written_with_its_verdicts(adding: Adding) -> None:
    adding.add.add(reader="Dr Brandt", is_verified=True)
    adding.library.finish_newest("keep")

    assert adding.written == [Written.ADDED]
    (case,) = CaseLibrary.open(adding.add.address).cases()
    (finding,) = case.findings
    assert (finding.name, finding.by, finding.is_verified) == ("Emphysema", "Dr Brandt", True)


def test_what_was_asked_is_written_although_another_scan_opened(
    adding: Adding, tmp_path: Path
) -> None:
    adding.add.add(reader="", is_verified=False)
    adding.open(small_chest.write(tmp_path / "b.nii.gz", 1))
    adding.lists.reviews.load(())

    adding.library.finish_newest("keep")

    (case,) = CaseLibrary.open(adding.add.address).cases()
    assert (case.source, len(case.findings)) == ("a.nii.gz", 1)


def test_a_scan_that_no_model_has_seen_is_not_added(adding: Adding) -> None:
    adding.results.set_embedding(None)

    adding.add.add(reader="", is_verified=False)

    assert not adding.add.can_add
    assert adding.library.works == []


def test_a_library_that_cannot_be_written_says_so(adding: Adding, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Dear colleague")
    adding.add.set_address(str(tmp_path / "other"))

    adding.add.add(reader="", is_verified=False)
    adding.library.finish_newest("keep")

    (problem,) = adding.failed
    assert isinstance(problem, Problem)
    assert "letter.txt" in problem.summary


def test_work_of_others_is_none_of_its_business(adding: Adding) -> None:
    adding.library.done.emit(17, Written.ADDED)
    adding.library.failed.emit(17, None)

    assert (adding.written, adding.failed) == ([], [])
