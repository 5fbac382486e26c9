"""What the program is doing: a line in the status bar, and the stages of scoring with times."""

from PySide6.QtCore import QObject

from app.controllers.ask_model import AskModel
from app.controllers.open_study import OpenStudy
from app.panels.progress_panel import STAGES
from app.panels.progress_panel import StageProgress as ShownStage
from app.state.answers import StageProgress, StageTime
from app.state.results import ResultsState, ScoredList
from app.state.session import Loading, SessionState
from app.windows.main_window import MainWindow


class WorkConnection(QObject):
    """Shows reading and scoring, and stops what a person no longer wants.

    Parameters
    ----------
    window
        Shows it.
    session, results
        What is read and what is asked.
    open_study, ask_model
        Stop it.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        states: tuple[SessionState, ResultsState],
        controllers: tuple[OpenStudy, AskModel],
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._session, self._results = states
        self._open_study, self._ask_model = controllers
        self._stages: dict[str, ShownStage] = {}
        self._titles = {
            "model": self.tr("Loading the model"),
            "load": self.tr("Reading"),
            "prepare": self.tr("Preparing for the model"),
            "encode": self.tr("Encoding the scan"),
            "text": self.tr("Encoding the prompts"),
            "score": self.tr("Scoring"),
            "explain": self.tr("Explaining the score"),
        }
        self._session.loading_changed.connect(self._on_loading)
        self._session.scan_changed.connect(self._on_scan)
        self._results.stage_changed.connect(self._on_stage)
        self._results.scored_changed.connect(self._on_scored)
        window.work_line.cancel_requested.connect(self.stop)
        window.progress_panel.cancel_requested.connect(self.stop)

    def stop(self) -> None:
        """Stop reading; where nothing is read, stop scoring."""
        if self._session.loading is not None:
            self._open_study.cancel()
        elif self._results.stage is not None:
            self._ask_model.cancel()
            self._window.progress_panel.show_cancelled()

    def _on_scan(self) -> None:
        self._stages = {}
        self._window.progress_panel.show_idle()

    def _on_loading(self, loading: Loading | None) -> None:
        self._show_line()
        if loading is not None:
            self._stages = {"load": ShownStage("load", loading.fraction or 0.0, 0.0)}
            self._window.progress_panel.show_stages(tuple(self._stages.values()))

    def _on_stage(self, stage: StageProgress | None) -> None:
        self._show_line()
        if stage is not None and stage.stage in STAGES:
            self._note(ShownStage(stage.stage, stage.fraction, stage.seconds))

    def _on_scored(self, scored: ScoredList | None) -> None:
        if scored is not None:
            self._stages = {"load": ShownStage("load", 1.0)} | _finished(scored.times)
            self._window.progress_panel.show_stages(tuple(self._stages.values()))

    def _note(self, stage: ShownStage) -> None:
        at = STAGES.index(stage.name)
        before = {name: ShownStage(name, 1.0) for name in STAGES[:at]}
        self._stages = before | self._stages | {stage.name: stage}
        self._window.progress_panel.show_stages(tuple(self._stages.values()))

    def _show_line(self) -> None:
        loading, stage = self._session.loading, self._results.stage
        if loading is not None:
            text = self.tr("Reading {0}").format(loading.name)
            self._window.work_line.show_work(text, loading.fraction)
        elif stage is not None:
            text = self._titles.get(stage.stage, stage.stage)
            self._window.work_line.show_work(text, stage.fraction)
        else:
            self._window.work_line.show_idle()


def _finished(times: tuple[StageTime, ...]) -> dict[str, ShownStage]:
    """All stages of finished work with what they took; those that were kept took no time."""
    took = dict.fromkeys(STAGES[1:], 0.0)
    took |= {time.stage: time.seconds for time in times if time.stage in STAGES}
    return {name: ShownStage(name, 1.0, seconds) for name, seconds in took.items()}
