"""The prompt box: what is typed becomes a question, and its answer stands beside it."""

from PySide6.QtCore import QObject

from app.controllers.ask_model import AskModel
from app.panels.prompt_panel import PromptPanel
from app.panels.prompt_panel import TypedAnswer as ShownAnswer
from app.state.answers import Explanation, Problem, TypedAnswer
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.session import OpenScan, SessionState
from medct_core.inference.prompt import Prompt


class PromptConnection(QObject):
    """Keeps the prompt panel true to what is asked, and passes on what is typed.

    Parameters
    ----------
    panel
        Where a person types.
    states
        What is open, the prompts, and the answers.
    ask_model
        Takes what is typed.
    parent
        Owner.
    """

    def __init__(
        self,
        panel: PromptPanel,
        states: tuple[SessionState, PromptList, ResultsState],
        ask_model: AskModel,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel, self._ask_model = panel, ask_model
        self._session, self._prompts, self._results = states
        self._text = ""
        self._has_own_wordings = False
        self._is_asked = False
        self._is_waiting = False
        self._is_to_be_kept = False
        self._had_scan = self._session.scan is not None
        panel.text_edited.connect(self._on_text)
        panel.prompt_submitted.connect(self._on_submitted)
        panel.wordings_edited.connect(self._on_wordings)
        panel.wordings_reset.connect(self._on_usual_wordings)
        self._listen()

    def _listen(self) -> None:
        self._prompts.history_changed.connect(self._panel.show_history)
        self._session.scan_changed.connect(self._on_scan)
        self._ask_model.asking_began.connect(self._on_asking)
        self._results.model_changed.connect(self._wait_on)
        self._results.model_problem_changed.connect(self._on_problem)
        self._results.typed_changed.connect(self._on_answer)
        self._results.explanation_changed.connect(self._on_explanation)
        self._results.problem_changed.connect(self._on_problem)

    def _on_text(self, text: str) -> None:
        self._text, self._is_to_be_kept = text, False
        self._has_own_wordings, self._is_asked = False, True
        self._ask_model.type_prompt(text)
        self._wait()

    def _on_submitted(self, text: str) -> None:
        self._text = text
        if self._results.typed is not None:
            self._prompts.remember(text)
            self._ask_model.add_typed_to_list()
        elif self._has_own_wordings:
            # Asking by name would bring the usual ones back.
            self._is_to_be_kept = self._is_waiting
            if self._is_waiting and not self._is_asked:
                self._ask_model.score()
        else:
            self._is_to_be_kept = self._is_asked = True
            self._wait()
            self._ask_model.submit_prompt(text)

    def _on_wordings(self, name: str, present: tuple[str, ...], absent: tuple[str, ...]) -> None:
        self._has_own_wordings = True
        if present:
            self._is_asked = True
            self._wait()
            self._ask_model.ask_wordings(Prompt(name, present, absent))
        else:
            self._ask_model.type_prompt("")
            self._explain(
                self.tr("No sentence says that it is there."),
                self.tr("Write one, or go back to the usual wordings."),
            )

    def _on_usual_wordings(self, name: str) -> None:
        self._has_own_wordings, self._is_asked = False, True
        self._wait()
        self._ask_model.submit_prompt(name)

    def _on_scan(self, scan: OpenScan | None) -> None:
        if self._had_scan:
            # Asked about another scan; it is no prompt of this case.
            self._is_to_be_kept = False
        self._had_scan = scan is not None
        self._is_asked = self._ask_model.is_asking
        self._wait_on()

    def _on_asking(self) -> None:
        self._is_asked = True
        self._wait_on()

    def _on_answer(self, answer: TypedAnswer | None) -> None:
        if answer is None:
            # It was about another scan, or about other words.
            self._wait()
            return
        self._is_waiting = False
        self._panel.show_answer(shown_answer(answer))
        self._panel.show_wordings(answer.finding.prompt)
        if self._is_to_be_kept:
            self._is_to_be_kept = False
            self._ask_model.add_typed_to_list()

    def _on_explanation(self, explanation: Explanation | None) -> None:
        if explanation is not None:
            self._is_to_be_kept = False
            self._explain(explanation.summary, explanation.remedy)
            if self._results.typed is None and not self._has_own_wordings:
                # Those still there are of other words.
                self._panel.show_wordings(None)
        elif self._results.typed is None:
            self._wait()

    def _on_problem(self, problem: Problem | None) -> None:
        if problem is not None and self._is_waiting:
            self._explain(problem.summary, problem.remedy)

    def _wait(self) -> None:
        """Say what the typed words wait for, or invite to type where there are none."""
        self._is_waiting = bool(self._text.strip())
        if self._is_waiting:
            self._panel.show_waiting(self._waiting_for())
        else:
            self._panel.show_nothing()
            self._panel.show_wordings(None)

    def _wait_on(self) -> None:
        if self._is_waiting:
            self._wait()

    def _explain(self, summary: str, remedy: str) -> None:
        self._is_waiting = False
        self._panel.show_explanation(summary, remedy)

    def _waiting_for(self) -> str:
        if self._session.scan is None:
            return self.tr("Open a scan, and its score appears here.")
        if self._results.model is None:
            return self.tr("The model is being loaded.")
        if not self._is_asked:
            return self.tr("Press Enter to ask about this scan.")
        return self.tr("Scoring …")


def shown_answer(answer: TypedAnswer) -> ShownAnswer:
    """Put an answer as the panel shows it.

    The interval is of raw scores: it is left out where the score is a calibrated probability,
    on another scale.
    """
    spread = answer.spread
    if spread is None or answer.finding.calibrated is not None:
        return ShownAnswer(answer.finding)
    low = min(spread.lowest, answer.finding.probability)
    high = max(spread.highest, answer.finding.probability)
    return ShownAnswer(answer.finding, (low, high), spread.wordings)
