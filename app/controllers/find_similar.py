"""Finding similar cases: of the open scan once it is encoded, or of words; and their evidence."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Self

from PySide6.QtCore import QObject

from app.controllers.ask_model import AskModel
from app.controllers.similar_map import draw_map
from app.controllers.similar_work import FoundCases, SimilarWish, find_cases, find_evidence
from app.settings import KnownFindingsShown, Settings
from app.state.answers import ModelFacts, Problem, StageTime
from app.state.case_lists import CaseLists
from app.state.library_place import library_address
from app.state.results import ResultsState
from app.state.session import OpenScan, SessionState
from app.state.similar import NO_SCAN, NoSimilarCases, SimilarState, SimilarWaiting
from app.state.similar_page import CaseMap, SimilarPage, shown_findings
from app.workers.inference_worker import InferenceWorker
from app.workers.library_worker import LibraryWork, LibraryWorker
from app.workers.questions import EmbedText
from medct_core.archive.beside import is_drawn
from medct_core.errors import MedctError
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.search import Query, SimilarCase
from medct_core.volume.notice import PHANTOM_CODE

NOT_SEARCHED = NoSimilarCases(
    "Similar cases are searched when you ask for them.", "Choose “Find similar” in the menu Cases."
)
_STOPPED = NoSimilarCases("The words were not read.", "Ask again.")
_SEARCHING = SimilarWaiting("Looking for similar cases.")
_READING = SimilarWaiting("The model is reading the words.")
_FINDING, _COUNTING = "searching the library", "counting what similar cases had"
_DRAWING = "drawing the map of the library"
_ENCODING = SimilarWaiting("The model is looking at the scan.")


@dataclass(frozen=True, slots=True)
class SimilarStates:
    """What one window shows, as far as similar cases depend on it."""

    session: SessionState
    results: ResultsState
    lists: CaseLists
    similar: SimilarState


@dataclass(frozen=True, slots=True)
class SearchChoice:
    """What a person chose about searching.

    Attributes
    ----------
    address
        Of the library.
    on_open
        Whether a scan is searched for as soon as it is encoded.
    known_findings
        When cases may say which findings they have.
    """

    address: str
    on_open: bool = True
    known_findings: KnownFindingsShown = KnownFindingsShown.AFTER_VERDICT

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take it from settings, and the library from the environment where that names one."""
        address = library_address(settings.library)
        return cls(address, settings.search_on_open, settings.known_findings)


@dataclass(frozen=True, slots=True)
class SimilarWorkers:
    """Who encodes words, and who looks into the library; shared by all windows."""

    model: InferenceWorker
    library: LibraryWorker


@dataclass(slots=True)
class _Jobs:
    """The answers that are waited for; all others are late and dropped."""

    text: int | None = None
    search: int | None = None
    evidence: int | None = None
    map: int | None = None


class FindSimilar(QObject):
    """Keeps the similar cases of one window true to its scan, the words asked, and the library.

    Parameters
    ----------
    states
        Of the window.
    workers
        Shared by all windows.
    window
        Name of the window among them.
    choice
        What a person chose.
    ask_model
        Encodes the scan.
    parent
        Owner.
    """

    def __init__(
        self,
        states: SimilarStates,
        workers: SimilarWorkers,
        window: str,
        choice: SearchChoice,
        ask_model: AskModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._results = states.session, states.results
        self._lists, self._similar = states.lists, states.similar
        self._model, self._library = workers.model, workers.library
        self._window, self._choice, self._ask_model = window, choice, ask_model
        self._jobs = _Jobs()
        self._text = ""
        self._words: Query | None = None
        self._found: FoundCases | None = None
        self._wish: SimilarWish | None = None
        self._is_wanted = self._is_all_shown = self._is_map_wanted = False
        self._listen()

    def _listen(self) -> None:
        session, results = self._session, self._results
        session.scan_changed.connect(self._on_scan)
        results.embedding_changed.connect(self._on_embedding)
        results.model_changed.connect(self._on_model)
        for told in (
            session.refusal_changed,
            results.problem_changed,
            results.model_problem_changed,
            self._ask_model.asking_began,
        ):
            told.connect(self._show_why)
        self._lists.not_similar.changed.connect(self.search_again)
        self._lists.reviews.changed.connect(self._allow_more)
        self._model.answered.connect(self._on_answer)
        self._model.failed.connect(self._on_no_words)
        self._model.cancelled.connect(self._on_stopped)
        self._library.done.connect(self._on_done)
        self._library.failed.connect(self._on_failed)

    @property
    def is_searching(self) -> bool:
        """Whether an answer is waited for."""
        jobs = self._jobs
        return any(one is not None for one in (jobs.text, jobs.search, jobs.evidence, jobs.map))

    @property
    def address(self) -> str:
        """Of the library that is searched."""
        return self._choice.address

    def set_choice(self, choice: SearchChoice) -> None:
        """Search as a person chose from now on; in another library at once."""
        before, self._choice = self._choice, choice
        if choice.address != before.address:
            self._found = None
            self._similar.set_map(None)
            self.search_again()
        self._allow_more()

    def search(self) -> None:
        """Search with the open scan, encoding it first where that was not done."""
        self._is_wanted, self._text, self._words = True, "", None
        if self._results.embedding is not None:
            self.search_again()
        elif not self._ask_model.is_asking:
            self._ask_model.score()

    def search_again(self) -> None:
        """Search again for what was searched for: the library, a filter or a mark changed."""
        wish = self._wished()
        if wish is None:
            return
        page = self._similar.page
        if page is None or self._found is None or page.of_text != wish.text:
            self._similar.show(_SEARCHING)
        self._wish = wish
        self._jobs.evidence = None
        self._jobs.search = self._ask("search", partial(find_cases, wish), _FINDING)

    def ask_text(self, text: str) -> None:
        """Search with words; empty goes back to the open scan."""
        self._text, self._words = text.strip(), None
        self._drop_answers()
        if not self._text:
            self._begin()
        elif self._results.model is not None:
            self._similar.show(_READING)
            self._jobs.text = self._model.ask(f"{self._window} similar", EmbedText(self._text))

    def set_filter(self, wanted: CaseFilter) -> None:
        """Find only cases that pass."""
        self._similar.wanted = wanted
        self.search_again()

    def show_all(self) -> None:
        """Let cases speak of all findings until another scan opens."""
        self._is_all_shown = True
        self._allow_more()

    def want_map(self) -> None:
        """Draw the map of the library, and keep it true from now on."""
        self._is_map_wanted = True
        self._ask_map()

    def close(self) -> None:
        """Wait for nothing more."""
        jobs = self._jobs
        for job in (jobs.search, jobs.evidence, jobs.map):
            if job is not None:
                self._library.cancel(job)
        if jobs.text is not None:
            self._model.cancel(jobs.text)
        self._jobs = _Jobs()

    def _ask(self, kind: str, work: LibraryWork, doing: str) -> int:
        return self._library.ask(self._window, kind, work, doing=doing)

    def _wished(self) -> SimilarWish | None:
        model, scan, embedding = self._results.model, self._session.scan, self._results.embedding
        if model is None:
            return None
        wish = partial(
            SimilarWish,
            address=self._choice.address,
            of_model=model.centring,
            wanted=self._similar.wanted,
            marked=self._lists.not_similar.items,
            open_sha256="" if embedding is None else embedding.volume_sha256,
        )
        if self._text:
            return None if self._words is None else wish(query=self._words, text=self._text)
        if scan is None or embedding is None:
            return None
        query = Query(embedding.vector, embedding.stamp, embedding.volume_sha256)
        return wish(query=query, path=scan.path, series=scan.series)

    def _on_scan(self) -> None:
        self._text, self._words = "", None
        self._is_wanted = self._is_all_shown = False
        self._drop_answers()
        self._begin()
        self._allow()

    def _on_embedding(self) -> None:
        # Whoever asked in words meanwhile reads their answer; another scan ends that.
        if not self._text:
            self._drop_answers()
            self._begin()

    def _begin(self) -> None:
        if self._results.embedding is None:
            self._show_why()
        elif self._choice.on_open or self._is_wanted:
            self.search_again()
        else:
            self._similar.show(NOT_SEARCHED)

    def _drop_answers(self) -> None:
        self.close()
        self._found = self._wish = None
        self._similar.centring = None

    def _show_why(self) -> None:
        """Say what similar cases wait for, or why there are none, while no scan is encoded."""
        results, session = self._results, self._session
        if results.embedding is not None or self._text:
            return
        problem = session.refusal or results.model_problem or results.problem
        if session.scan is None:
            self._similar.show(NO_SCAN)
        elif problem is not None:
            self._similar.show(NoSimilarCases(problem.summary, problem.remedy))
        elif self._ask_model.is_asking:
            self._similar.show(_ENCODING)
        else:
            self._similar.show(NOT_SEARCHED)

    def _on_model(self, _model: ModelFacts | None) -> None:
        if self._text:
            self.ask_text(self._text)

    def _on_answer(self, job: int, answer: object, _times: tuple[StageTime, ...]) -> None:
        if job == self._jobs.text and isinstance(answer, Query):
            self._jobs.text, self._words = None, answer
            self.search_again()

    def _on_no_words(self, job: int, error: MedctError) -> None:
        if job == self._jobs.text:
            self._jobs.text = None
            self._similar.show(Problem.of(error))

    def _on_stopped(self, job: int) -> None:
        if job == self._jobs.text:
            # By another model, which is asked again as soon as it is there.
            self._jobs.text = None
            self._similar.show(_STOPPED)

    def _on_done(self, job: int, result: object) -> None:
        if job == self._jobs.search:
            self._jobs.search = None
            self._on_search(result)
        elif job == self._jobs.evidence:
            self._jobs.evidence = None
            self._on_evidence(result)
        elif job == self._jobs.map:
            self._jobs.map = None
            self._similar.set_map(result if isinstance(result, CaseMap) else None)

    def _on_search(self, result: object) -> None:
        if isinstance(result, NoSimilarCases):
            self._found = None
            self._similar.show(result)
        elif isinstance(result, FoundCases):
            before = self._similar.page
            # Of the same question: replaced as soon as it is counted again.
            evidence = () if self._found is None or before is None else before.evidence
            self._found = result
            self._similar.centring = result.centring
            notice = self._notice_of(result.page)
            self._similar.show(replace(result.page, evidence=evidence, notice=notice))
            self._allow()
            self._ask_evidence(self._similar.allowed)
            if self._is_map_wanted:
                self._ask_map()

    def _notice_of(self, page: SimilarPage) -> str:
        """Say first how far the model can be trusted: likeness is its opinion, as scores are."""
        headline = "" if self._results.model is None else self._results.model.headline
        drawn = _said_of_phantoms(page.cases, self._session.scan)
        return "\n".join(part for part in (headline, drawn, page.notice) if part)

    def _on_evidence(self, evidence: object) -> None:
        page = self._similar.page
        if page is not None and isinstance(evidence, tuple):
            known = {one.finding: one for one in (*page.evidence, *evidence)}
            self._similar.show(replace(page, evidence=tuple(known.values())))

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job == self._jobs.search:
            self._jobs.search, self._found = None, None
            self._similar.show(Problem.of(error))
        elif job == self._jobs.evidence:
            self._jobs.evidence = None
        elif job == self._jobs.map:
            self._jobs.map = None
            self._similar.set_map(Problem.of(error))

    def _allow_more(self) -> None:
        """Let cases speak of what they may by now, and count what was not counted."""
        self._allow()
        page = self._similar.page
        if page is not None and self._jobs.search is None:
            known = {one.finding for one in page.evidence}
            self._ask_evidence(self._similar.allowed - known)

    def _allow(self) -> None:
        page = self._similar.page
        names = frozenset[str]() if page is None else page.finding_names
        judged = {one.finding for one in self._lists.reviews.items if one.decision is not None}
        always = KnownFindingsShown.ALWAYS
        setting = always if self._is_all_shown else self._choice.known_findings
        self._similar.allow(shown_findings(names, judged, setting))

    def _ask_evidence(self, findings: frozenset[str]) -> None:
        if self._found is None or self._wish is None or not findings:
            return
        work = partial(find_evidence, self._wish, self._found.query, tuple(sorted(findings)))
        self._jobs.evidence = self._ask("evidence", work, _COUNTING)

    def _ask_map(self) -> None:
        if self._wish is not None and self._found is not None:
            work = partial(draw_map, self._wish, self._found)
            self._jobs.map = self._ask("map", work, _DRAWING)


def _said_of_phantoms(cases: tuple[SimilarCase, ...], scan: OpenScan | None) -> str:
    """Say that cases show no patient, where the open scan shows one; empty for none of them."""
    if scan is None or any(one.code == PHANTOM_CODE for one in scan.notices):
        return ""
    others = [one for one in cases if not one.is_self]
    drawn = sum(is_drawn(one.case) for one in others)
    if not drawn:
        return ""
    if drawn == len(others):
        return "These are synthetic cases; they show no patient."
    verb = "is" if drawn == 1 else "are"
    return f"{drawn} of these {len(others)} cases {verb} synthetic."
