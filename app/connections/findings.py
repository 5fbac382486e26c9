"""The findings: what the model says, what the reader makes of it, and the chart of both."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.ask_model import AskModel
from app.panels.finding_row import FindingRow, Review
from app.panels.findings_panel import FindingsPanel
from app.state.answers import Problem
from app.state.case_record import Decision, FindingReview
from app.state.prompt_list import PromptList
from app.state.results import ResultsState, ScoredList
from app.state.reviewed import reviewed_all
from app.state.reviews import ReviewList
from app.state.session import SessionState
from app.state.similar import SimilarState
from app.state.view import Overlay, ViewState
from app.windows.main_window import MainWindow
from medct_core.findings.finding import Finding

if TYPE_CHECKING:
    # Loading pyqtgraph takes half a second that the window would appear later.
    from app.panels.score_chart import ScoreChart

_DECISIONS = {
    Review.OPEN: None,
    Review.ACCEPTED: Decision.ACCEPTED,
    Review.REJECTED: Decision.REJECTED,
}
_REVIEWS = {decision: review for review, decision in _DECISIONS.items()}


@dataclass(frozen=True, slots=True)
class FindingStates:
    """What the findings panel shows."""

    session: SessionState
    results: ResultsState
    reviews: ReviewList
    view: ViewState
    prompts: PromptList
    similar: SimilarState


class FindingsConnection(QObject):
    """Keeps the findings panel, the score chart and the provenance strip true to the answers.

    Parameters
    ----------
    window
        Shows them.
    states
        What they come from.
    ask_model
        Asks again where a person wants it.
    parent
        Owner.
    """

    model_wanted = Signal()  # the same again, after it could not be loaded

    def __init__(
        self,
        window: MainWindow,
        states: FindingStates,
        ask_model: AskModel,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._states, self._ask_model = window, states, ask_model
        self._chart: ScoreChart | None = None
        self._told: Problem | None = None
        self._listen_to_states()
        self._listen_to_panel(window.findings_panel)
        window.chart_dock.charts_made.connect(self._on_charts)
        self._show()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is shown, with the reader's thresholds; empty where nothing is."""
        scored = self._states.results.scored
        return () if scored is None else reviewed_all(scored.findings, self._states.reviews.items)

    def decide(self, decision: Decision) -> None:
        """Accept or reject the selected finding; the same decision again takes it back."""
        name = self._window.findings_panel.selected_finding
        if name:
            before = self._states.reviews.of(name).decision
            self._states.reviews.decide(name, None if before is decision else decision)

    def _listen_to_states(self) -> None:
        states = self._states
        for changed in (
            states.session.scan_changed,
            states.session.refusal_changed,
            states.results.scored_changed,
            states.results.problem_changed,
            states.results.model_changed,
            states.results.model_problem_changed,
            states.results.heatmap_changed,
            states.view.overlays_changed,
            states.reviews.changed,
            states.similar.shown_changed,
            states.similar.allowed_changed,
        ):
            changed.connect(self._show)
        for told in (states.results.problem_changed, states.results.model_problem_changed):
            told.connect(self._show_beside)
        self._ask_model.asking_began.connect(self._show)
        # Later it would be said about the scan that comes.
        states.session.scan_leaving.connect(self._window.findings_panel.report_edits)

    def _listen_to_panel(self, panel: FindingsPanel) -> None:
        reviews = self._states.reviews
        self._window.closed.connect(panel.report_edits)
        panel.review_changed.connect(self._on_review)
        panel.statement_edited.connect(reviews.word)
        panel.comment_edited.connect(reviews.comment)
        panel.threshold_edited.connect(reviews.set_threshold)
        panel.threshold_reset.connect(self._on_threshold_reset)
        panel.retry_requested.connect(self._try_again)
        panel.score_anyway_requested.connect(self._ask_model.score_anyway)
        panel.prompt_removed.connect(self._states.prompts.remove)
        panel.finding_clicked.connect(self._return_to_pictures)

    def _on_charts(self, chart: "ScoreChart", _histogram: object) -> None:
        self._chart = chart
        chart.finding_chosen.connect(self._window.findings_panel.select_finding)
        chart.finding_chosen.connect(self._window.findings_panel.finding_chosen)
        self._show_chart()

    def _on_review(self, name: str, review: Review) -> None:
        self._states.reviews.decide(name, _DECISIONS[review])

    def _on_threshold_reset(self, name: str) -> None:
        self._states.reviews.set_threshold(name, None)

    def _try_again(self) -> None:
        if self._states.results.model_problem is None:
            self._ask_model.score()
        else:
            self.model_wanted.emit()

    def _show(self) -> None:
        panel, results = self._window.findings_panel, self._states.results
        scored = results.scored
        if scored is not None:
            self._show_scored(scored)
            return
        self._window.provenance.show_nothing()
        self._show_chart()
        problem = self._problem()
        if self._states.session.scan is None and problem is None:
            panel.show_empty()
        elif self._states.session.refusal is not None:
            refusal = self._states.session.refusal
            panel.show_unscorable(refusal.summary, refusal.remedy)
        elif problem is not None:
            panel.show_error(problem.summary, problem.remedy)
        elif not self._ask_model.is_asking:
            panel.show_unscored(self.tr("Scans are scored when you ask for it (F5)."))
        elif results.model is None:
            panel.show_waiting(self.tr("The model is being loaded."))
        else:
            panel.show_waiting(self.tr("The model is looking at the scan."))

    def _show_beside(self) -> None:
        """Tell of what went wrong although there are scores: a heatmap, a model that was chosen."""
        before, self._told = self._told, None
        if before is not None:
            self._window.banner.take_back(before.summary)
        problem = self._problem()
        if self._states.results.scored is not None and problem is not None:
            self._told = problem
            self._window.banner.show_problem(problem.summary, problem.remedy)

    def _return_to_pictures(self) -> None:
        """Let keys act on the slices again; who chose with a key stays in the list."""
        self._window.views.active_view.setFocus()

    def _problem(self) -> Problem | None:
        results = self._states.results
        return results.model_problem or results.problem

    def _show_scored(self, scored: ScoredList) -> None:
        # Loaded by now: a report's provenance comes with the first scores.
        from medct_core.export.report import Provenance  # noqa: PLC0415

        by_name = {review.finding: review for review in self._states.reviews.items}
        rows = tuple(
            self._row(finding, by_name.get(finding.prompt.name)) for finding in self.findings
        )
        self._window.findings_panel.show_findings(rows, scored.model.headline)
        model, scan = scored.model, self._states.session.volume
        if scan is not None:
            made = Provenance(model.stamp, model.headline, model.device, scored.scored_at)
            self._window.provenance.show_provenance(made, scan.content_sha256)
        self._show_chart()

    def _row(self, finding: Finding, review: FindingReview | None) -> FindingRow:
        said = review or FindingReview(finding.prompt.name)
        heatmap = self._states.results.heatmap
        return FindingRow(
            finding,
            review=_REVIEWS[said.decision],
            statement=said.edited_text,
            comment=said.comment,
            evidence=self._evidence(finding.prompt.name),
            is_heatmap_shown=heatmap is not None
            and heatmap.name == finding.prompt.name
            and Overlay.HEATMAP in self._states.view.overlays,
        )

    def _evidence(self, name: str) -> str:
        """Say what the nearest cases of the open scan had, where that may be shown."""
        similar = self._states.similar
        if similar.page is None or similar.page.of_text or name not in similar.allowed:
            return ""
        named = (one for one in similar.page.evidence if one.finding == name)
        return next((one.sentence for one in named), "")

    def _show_chart(self) -> None:
        if self._chart is not None:
            # Loaded by now, with the chart.
            from app.connections.known_cases import references_of  # noqa: PLC0415

            model = self._states.results.model
            self._chart.show_scores(self.findings, references_of(self.findings, model))
