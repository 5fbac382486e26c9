"""The cases with the part most like a region come first, with the numbers they had."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from app.controllers.ask_model import AskModel, WindowState
from app.controllers.find_similar import FindSimilar, SimilarWorkers
from app.controllers.similar_region import NO_LIST, SimilarRegion
from app.state.answers import Problem
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.session import SessionState
from app.state.similar import SimilarState
from app.state.similar_page import SimilarPage
from app.workers.kept_libraries import KeptLibraries
from app.workers.library_worker import LibraryWork, LibraryWorker
from app.workers.questions import AskRegion
from medct_core.cancel import CancelToken
from medct_core.errors import ModelUnavailableError
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.open_search import open_search
from medct_core.retrieval.region import TokenRegion
from medct_core.retrieval.region_search import AskedRegion
from medct_core.retrieval.search import Query, Search
from tests import library_samples
from tests.app.stand_ins import FakeWorker
from tests.app.state.test_session import scan
from tests.cases_in_memory import CasesInMemory
from tests.library_samples import STAMP, unit_vector

pytestmark = pytest.mark.gui

CORNERS = ((0.0, 0.0, 0.0), (10.0, 0.0, 0.0), (0.0, 10.0, 0.0), (10.0, 10.0, 0.0))
NO_CODES = ModelUnavailableError("It keeps no parts.", remedy="Take another model.")
CODEBOOK = np.eye(4, dtype=np.float32)


def case(number: int, code: int) -> LibraryCase:
    """Give a case all of whose tokens but one are alike."""
    codes = np.zeros((2, 2, 2), np.int16)
    codes[1, 1, 1] = code
    return library_samples.case(number, codes=codes)


CASES = (case(1, code=2), case(2, code=3), case(3, code=1))
SEARCH = open_search(CasesInMemory(CASES), STAMP)
QUERY = Query(unit_vector(0), STAMP, scan_sha256="f" * 64)


class FakeLibrary(QObject):
    """Takes work on the library and does it when told."""

    done = Signal(int, object)
    failed = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.works: list[LibraryWork] = []

    def ask(self, _window: str, _kind: str, work: LibraryWork, *, doing: str) -> int:
        """Note work; its number is its place, from 1."""
        assert doing
        self.works.append(work)
        return len(self.works)

    def finish(self, number: int) -> None:
        """Do work with a library that is open."""
        kept = cast("KeptLibraries", _Kept())
        self.done.emit(number, self.works[number - 1](kept, CancelToken(), lambda _: None))


class _Kept:
    def search(self, address: str, *_: object, **__: object) -> Search:
        """Give the search of the one library."""
        assert address == "here"
        return SEARCH


class _Finding:
    address = "here"


class Window:
    """One window with a list of similar cases; model and library answer when told."""

    def __init__(self) -> None:
        self.worker, self.library = FakeWorker(), FakeLibrary()
        self.session, self.results = SessionState(), ResultsState()
        self.similar = SimilarState()
        worker = self.worker.as_worker()
        ask = AskModel(WindowState(self.session, PromptList(), self.results), worker, "w")
        self.region = SimilarRegion(
            (self.similar, self.results),
            (ask, cast("FindSimilar", _Finding())),
            SimilarWorkers(worker, cast("LibraryWorker", self.library)),
            "w",
        )
        self.told: list[Problem] = []
        self.region.failed.connect(self.told.append)
        self.page = SimilarPage("mine", "tiny", 3, cases=SEARCH.similar(QUERY))
        self.similar.show(self.page)
        self.session.set_scan(scan())

    def answer_tokens(self, code: int = 3) -> None:
        """Say that the region is one token of a code."""
        codes = np.full((2, 2, 2), code, np.int16)
        asked = AskedRegion(QUERY, codes, TokenRegion((0, 0, 0), (1, 1, 1)), CODEBOOK)
        self.worker.answered.emit(self.worker.number_of(AskRegion), asked, ())

    @property
    def shown(self) -> SimilarPage:
        """The list."""
        page = self.similar.page
        assert page is not None
        return page


@pytest.fixture
def window(qapp: object) -> Window:
    return Window()


def test_the_case_with_the_part_comes_first_with_its_numbers(window: Window) -> None:
    window.region.search(CORNERS)
    window.answer_tokens(code=3)
    window.library.finish(1)

    before = {one.case.case_id: (one.rank, one.cosine) for one in window.page.cases}
    after = {one.case.case_id: (one.rank, one.cosine) for one in window.shown.cases}
    assert window.worker.newest(AskRegion).points_mm == CORNERS
    assert window.shown.cases[0].case.case_id == CASES[1].case_id
    assert after == before
    assert "3 of 3 cases were compared" in window.shown.notice


def test_a_list_that_changed_meanwhile_stays(window: Window) -> None:
    window.region.search(CORNERS)
    window.answer_tokens()
    other = replace(window.page, notice="Another list.")

    window.similar.show(other)
    window.library.finish(1)

    assert window.shown is other


@pytest.mark.parametrize("change", [{"cases": ()}, {"of_text": "effusion"}])
def test_without_cases_like_the_open_scan_there_is_nothing_to_look_in(
    window: Window, change: dict[str, object]
) -> None:
    window.similar.show(replace(window.page, **change))  # type: ignore[arg-type]

    window.region.search(CORNERS)

    assert window.told == [NO_LIST]
    assert window.worker.of(AskRegion) == []


def test_a_model_without_parts_says_so_and_the_list_stays(window: Window) -> None:
    window.region.search(CORNERS)

    window.worker.failed.emit(window.worker.number_of(AskRegion), NO_CODES)

    assert window.told == [Problem.of(NO_CODES)]
    assert window.shown is window.page


def test_a_library_that_does_not_answer_is_told(window: Window) -> None:
    window.region.search(CORNERS)
    window.answer_tokens()

    window.library.failed.emit(1, NO_CODES)

    assert window.told == [Problem.of(NO_CODES)]
    assert window.shown is window.page
