"""Similar cases are those of the open scan, the words asked and the library, and of no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.controllers.ask_model import AskModel, WindowState
from app.controllers.find_similar import (
    NOT_SEARCHED,
    FindSimilar,
    SearchChoice,
    SimilarStates,
    SimilarWorkers,
)
from app.settings import KnownFindingsShown, Settings
from app.state.answers import ModelFacts, Problem, ScanEncoded
from app.state.case_lists import CaseLists
from app.state.case_record import Decision
from app.state.measurements import MeasurementList
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.reviews import MarkedImages, ReviewList
from app.state.session import OpenScan, SessionState
from app.state.similar import NO_SCAN, NoSimilarCases, SimilarState, SimilarWaiting
from app.state.similar_page import CaseMap, SimilarPage
from app.workers.questions import EmbedText, EncodeScan
from medct_core.archive.beside import DRAWN_BY
from medct_core.errors import NotScorableError, PromptRefusedError
from medct_core.inference.embedding import Embedding
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import KnownFinding
from medct_core.retrieval.search import Query
from medct_core.vocabulary import FINDINGS
from medct_core.volume.notice import PHANTOM_NOTICE
from tests.app.stand_ins import FakeLibrary, FakeWorker, facts
from tests.app.state.test_session import scan
from tests.library_samples import case, unit_vector

pytestmark = pytest.mark.gui

STAMP = facts().stamp
EFFUSION = "Pleural effusion"
KNOWN = (KnownFinding(EFFUSION, is_present=True, is_verified=True),)
NO_LUNGS = NotScorableError("No lungs.", remedy="Choose a chest CT.")


class Window:
    """One window, with a model and a library that answer when told."""

    def __init__(self, address: str, **choice: object) -> None:
        self.worker, self.library = FakeWorker(), FakeLibrary()
        self.session, self.results, self.similar = SessionState(), ResultsState(), SimilarState()
        prompts = PromptList()
        self.lists = CaseLists(MeasurementList(), ReviewList(), prompts, MarkedImages())
        self.ask = AskModel(
            WindowState(self.session, prompts, self.results), self.worker.as_worker(), "w"
        )
        self.choice = replace(SearchChoice(address), **choice)  # type: ignore[arg-type]
        self.find = FindSimilar(
            SimilarStates(self.session, self.results, self.lists, self.similar),
            SimilarWorkers(self.worker.as_worker(), self.library.as_library()),
            "w",
            self.choice,
            self.ask,
        )

    def open(self, name: str = "a.nii.gz", number: int = 100) -> OpenScan:
        """Show a scan that the model sees as a vector of this number."""
        shown = scan(name)
        self.session.set_scan(shown)
        self.encode(number)
        return shown

    def encode(self, number: int = 100) -> None:
        """Answer that the scan asked last is encoded."""
        embedding = Embedding(unit_vector(number), STAMP, f"{number:064x}")
        job = self.worker.number_of(EncodeScan)
        self.worker.answered.emit(job, ScanEncoded((), (), embedding), ())

    def find_all(self) -> SimilarPage:
        """Let the library answer what was searched last; give what is shown."""
        self.library.finish_newest("search")
        page = self.similar.page
        assert page is not None
        return page

    def with_model(self, model: ModelFacts | None = None) -> "Window":
        """Let a model become ready."""
        self.worker.model_ready.emit(model or facts())
        return self


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Make a library of four cases, one of which has an effusion for sure."""
    address = str(tmp_path / "library")
    library = CaseLibrary.create(address)
    library.add(case(n, stamp=STAMP, findings=KNOWN if n == 1 else ()) for n in range(4))
    return address


@pytest.fixture
def window(qapp: object, place: str) -> Window:
    """Build a window with a model and no scan."""
    return Window(place).with_model()


def names(page: SimilarPage) -> list[str]:
    return [one.case.source for one in page.cases]


def test_a_scan_that_is_encoded_is_searched_for(window: Window) -> None:
    window.open(number=2)

    page = window.find_all()

    assert names(page)[0] == "scan-2.nii.gz"
    assert page.cases[0].is_self
    assert (page.count, page.library, page.model) == (4, "library", STAMP.model)
    assert page.is_in_library
    assert window.similar.centring is not None


def test_the_panel_says_what_it_waits_for(window: Window) -> None:
    shown = list[object]()
    window.similar.shown_changed.connect(shown.append)

    window.session.set_scan(scan("a.nii.gz"))
    window.encode()

    assert [type(one) for one in shown] == [SimilarWaiting, SimilarWaiting]
    assert window.find.is_searching


def test_nothing_of_one_scan_is_shown_beside_another(window: Window) -> None:
    window.open("a.nii.gz", 1)
    late = window.library.newest("search")
    window.find_all()

    window.session.set_scan(scan("b.nii.gz"))
    assert isinstance(window.similar.shown, SimilarWaiting)
    window.encode(2)
    window.library.finish(late)

    assert isinstance(window.similar.shown, SimilarWaiting)
    assert names(window.find_all())[0] == "scan-2.nii.gz"


def test_late_evidence_is_dropped(window: Window) -> None:
    window.find.show_all()
    window.open("a.nii.gz", 1)
    window.find.show_all()
    window.find_all()
    late = window.library.newest("evidence")

    window.open("b.nii.gz", 2)
    window.find_all()
    window.library.finish(late)

    assert window.similar.page is not None
    assert window.similar.page.evidence == ()


def test_answers_of_another_model_are_dropped(window: Window) -> None:
    window.open()
    late = window.library.newest("search")

    window.worker.model_ready.emit(facts("other"))
    window.library.finish(late)

    assert window.similar.page is None


def test_a_closed_scan_takes_its_similar_cases_along(window: Window) -> None:
    window.open()
    window.find_all()

    window.session.set_scan(None)

    assert window.similar.shown == NO_SCAN


def test_a_scan_that_cannot_be_encoded_says_why(window: Window) -> None:
    window.session.set_scan(scan("a.nii.gz"))

    window.worker.failed.emit(window.worker.number_of(EncodeScan), NO_LUNGS)

    assert window.similar.shown == NoSimilarCases("No lungs.", "Choose a chest CT.")


def test_nobody_searches_where_that_is_not_wanted(qapp: object, place: str) -> None:
    window = Window(place, on_open=False).with_model()
    window.open()
    assert window.similar.shown == NOT_SEARCHED
    assert window.library.works == []

    window.find.search()

    assert len(names(window.find_all())) == 4


def test_searching_encodes_a_scan_that_was_not(qapp: object, place: str) -> None:
    window = Window(place, on_open=False).with_model()
    window.ask.set_score_on_open(False)
    window.session.set_scan(scan("a.nii.gz"))

    window.find.search()
    window.encode()

    assert len(window.find_all().cases) == 4


def test_words_are_read_by_the_model_and_then_searched_for(window: Window) -> None:
    window.open()
    window.find_all()

    window.find.ask_text("  effusion ")
    assert window.worker.newest(EmbedText) == EmbedText("effusion")
    assert isinstance(window.similar.shown, SimilarWaiting)
    query = Query(unit_vector(3), STAMP)
    window.worker.answered.emit(window.worker.number_of(EmbedText), query, ())

    page = window.find_all()
    assert page.of_text == "effusion"
    assert names(page)[0] == "scan-3.nii.gz"


@pytest.mark.parametrize(("number", "is_there"), [(2, True), (100, False)])
def test_words_do_not_make_it_forget_whether_the_open_scan_is_in_the_library(
    window: Window, number: int, is_there: bool
) -> None:
    window.open(number=number)
    window.find.ask_text("effusion")

    query = Query(unit_vector(3), STAMP)
    window.worker.answered.emit(window.worker.number_of(EmbedText), query, ())

    assert window.find_all().is_in_library is is_there


def test_an_empty_text_goes_back_to_the_open_scan(window: Window) -> None:
    window.open(number=2)
    window.find.ask_text("effusion")
    job = window.worker.number_of(EmbedText)

    window.find.ask_text("")
    window.worker.answered.emit(job, Query(unit_vector(3), STAMP), ())

    page = window.find_all()
    assert (page.of_text, names(page)[0]) == ("", "scan-2.nii.gz")


def test_another_scan_ends_a_search_by_words(window: Window) -> None:
    window.find.ask_text("effusion")
    job = window.worker.number_of(EmbedText)

    window.open(number=2)
    window.worker.answered.emit(job, Query(unit_vector(3), STAMP), ())

    assert window.find_all().of_text == ""


def test_words_that_the_model_refuses_say_why(window: Window) -> None:
    window.find.ask_text("effusion")

    error = PromptRefusedError("This model reads no words.", remedy="Choose another one.")
    window.worker.failed.emit(window.worker.number_of(EmbedText), error)

    assert window.similar.shown == Problem("This model reads no words.", "Choose another one.")


def test_another_model_is_asked_the_same_words(window: Window) -> None:
    window.find.ask_text("effusion")
    first = window.worker.number_of(EmbedText)
    window.worker.cancelled.emit(first)

    window.worker.model_ready.emit(facts("other"))

    assert window.worker.number_of(EmbedText) > first
    assert isinstance(window.similar.shown, SimilarWaiting)


def test_how_far_the_model_can_be_trusted_stands_above_its_cases(qapp: object, place: str) -> None:
    headline = "Its scores mean nothing clinically."
    window = Window(place).with_model(replace(facts(), headline=headline))
    window.open()

    assert window.find_all().notice == headline


def draw(place: str, *numbers: int) -> None:
    """Let some cases of a library be phantoms."""
    by = (KnownFinding(EFFUSION, is_present=True, is_verified=True, by=DRAWN_BY),)
    CaseLibrary.open(place).replace(case(n, stamp=STAMP, findings=by) for n in numbers)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((0,), "1 of these 3 cases is synthetic."),
        ((0, 3), "2 of these 3 cases are synthetic."),
        ((0, 1, 3), "These are synthetic cases; they show no patient."),
        ((), ""),
    ],
)
def test_beside_a_patient_synthetic_cases_are_called_so(
    window: Window, place: str, numbers: tuple[int, ...], said: str
) -> None:
    draw(place, *numbers)

    window.open(number=2)

    assert window.find_all().notice.splitlines()[1:] == [said] * bool(said)


def test_beside_a_phantom_nobody_is_told_that_cases_are_synthetic(
    window: Window, place: str
) -> None:
    draw(place, 0, 1, 3)

    window.session.set_scan(replace(scan("a.nii.gz"), notices=(PHANTOM_NOTICE,)))
    window.encode(2)

    assert "synthetic" not in window.find_all().notice


def test_a_filter_searches_again(window: Window) -> None:
    window.open()
    window.find_all()

    window.find.set_filter(CaseFilter(present=frozenset({EFFUSION})))

    assert names(window.find_all()) == ["scan-1.nii.gz"]


def test_a_case_that_is_not_similar_moves_below_all_others(window: Window) -> None:
    window.open(number=2)
    best = window.find_all().cases[1].case

    window.lists.not_similar.mark(best.case_id)

    page = window.find_all()
    assert page.cases[-1].case.case_id == best.case_id
    assert page.not_similar == {best.case_id}
    assert page.notice


def test_evidence_is_counted_for_findings_with_a_verdict_only(window: Window) -> None:
    window.open()
    window.find_all()
    assert "evidence" not in window.library.kinds

    window.lists.reviews.decide(EFFUSION, Decision.ACCEPTED)
    window.library.finish_newest("evidence")

    assert window.similar.allowed == {EFFUSION}
    assert window.similar.page is not None
    (evidence,) = window.similar.page.evidence
    assert (evidence.finding, evidence.counted, evidence.present) == (EFFUSION, 1, 1)


def test_a_verdict_that_is_taken_back_hides_what_cases_had(window: Window) -> None:
    window.open()
    window.find_all()
    window.lists.reviews.decide(EFFUSION, Decision.ACCEPTED)

    window.lists.reviews.decide(EFFUSION, None)

    assert window.similar.allowed == frozenset()


def test_everything_is_shown_where_that_is_chosen(qapp: object, place: str) -> None:
    window = Window(place, known_findings=KnownFindingsShown.ALWAYS).with_model()
    window.open()
    window.find_all()

    window.library.finish_newest("evidence")

    assert window.similar.allowed >= set(FINDINGS)
    assert window.similar.page is not None
    assert len(window.similar.page.evidence) == len(FINDINGS)


def test_showing_all_holds_until_another_scan_opens(window: Window) -> None:
    window.open()
    window.find_all()

    window.find.show_all()
    assert window.similar.allowed >= set(FINDINGS)
    window.open("b.nii.gz", 2)

    assert window.similar.allowed == frozenset()


def test_the_map_is_drawn_when_wanted_and_follows_the_scan(window: Window) -> None:
    window.open()
    window.find_all()
    assert "map" not in window.library.kinds

    window.find.want_map()
    window.library.finish_newest("map")
    first = window.similar.map
    window.open("b.nii.gz", 2)
    window.find_all()
    window.library.finish_newest("map")

    assert window.similar.map is not None
    assert isinstance(first, CaseMap)
    assert len(first.case_ids) == 4
    assert window.similar.map is not first


def test_showing_all_counts_what_the_nearest_cases_had(window: Window) -> None:
    window.open()
    window.find_all()

    window.find.show_all()
    window.library.finish_newest("evidence")

    assert window.similar.page is not None
    assert {one.finding for one in window.similar.page.evidence} == set(FINDINGS)


def test_a_map_that_cannot_be_drawn_says_why(window: Window) -> None:
    window.open()
    window.find_all()
    window.find.want_map()
    error = PromptRefusedError("The drive is gone.", remedy="Connect it.")

    window.library.failed.emit(window.library.newest("map"), error)

    assert window.similar.map == Problem("The drive is gone.", "Connect it.")
    assert not window.find.is_searching


def test_another_library_is_searched_at_once(window: Window, tmp_path: Path) -> None:
    window.open()
    window.find_all()

    window.find.set_choice(replace(window.choice, address=str(tmp_path / "other")))
    assert isinstance(window.similar.shown, SimilarWaiting)
    window.library.finish_newest("search")

    assert isinstance(window.similar.shown, NoSimilarCases)


def test_a_library_that_cannot_be_read_says_so(window: Window) -> None:
    window.open()
    error = PromptRefusedError("The drive is gone.", remedy="Connect it.")

    window.library.failed.emit(window.library.newest("search"), error)

    assert window.similar.shown == Problem("The drive is gone.", "Connect it.")
    assert not window.find.is_searching


def test_a_window_that_closes_stops_its_searches(window: Window) -> None:
    window.open()

    window.find.close()

    assert window.library.stopped == [window.library.newest("search")]
    assert not window.find.is_searching


def test_the_choice_follows_settings_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(library="chosen", search_on_open=False)
    monkeypatch.setenv("MEDCT_LIBRARY", "named")
    named = SearchChoice.of(settings)
    monkeypatch.delenv("MEDCT_LIBRARY")

    assert SearchChoice.of(settings) == SearchChoice("chosen", on_open=False)
    assert named.address == "named"
    assert SearchChoice.of(Settings()).address.endswith("library")
