"""What the program is doing: a line in the status bar, and the stages of scoring with times."""

from dataclasses import replace

from PySide6.QtCore import QObject

from app.controllers.ask_model import STOPPED, AskModel
from app.controllers.open_study import OpenStudy
from app.panels.progress_panel import STAGES
from app.panels.progress_panel import StageProgress as ShownStage
from app.state.answers import StageProgress, StageTime
from app.state.results import ResultsState
from app.state.session import Loading, SessionState
from app.windows.main_window import MainWindow

_READ = ShownStage("load", 1.0)


class WorkConnection(QObject):
    """Shows reading and scoring, and stops what a person no longer wants.

    Parameters
    ----------
    window
        Shows it.
    states
        What is read, and what is asked.
    controllers
        Stop the one, and the other.
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
        self._results.scored_changed.connect(self._settle)
        self._results.problem_changed.connect(self._settle)
        self._ask_model.asking_began.connect(self._settle)
        window.work_line.cancel_requested.connect(self.stop)
        window.progress_panel.cancel_requested.connect(self.stop)

    def stop(self) -> None:
        """Stop reading; where nothing is read, stop scoring."""
        if self._session.loading is not None:
            self._open_study.cancel()
        elif self._ask_model.is_asking:
            self._ask_model.cancel()

    def _on_scan(self) -> None:
        self._stages = {}
        self._settle()

    def _on_loading(self, loading: Loading | None) -> None:
        self._show_line()
        if loading is None:
            self._on_stage(self._results.stage)
        else:
            self._show((ShownStage("load", loading.fraction or 0.0, 0.0),))

    def _on_stage(self, stage: StageProgress | None) -> None:
        self._show_line()
        if stage is None:
            self._settle()
        elif stage.stage in STAGES and self._session.loading is None:
            self._note(ShownStage(stage.stage, stage.fraction, stage.seconds))

    def _settle(self) -> None:
        """Show how it ended, where nothing is under way any more."""
        if self._session.loading is not None or self._results.stage is not None:
            return
        panel, results = self._window.progress_panel, self._results
        if results.scored is not None:
            self._stages = _finished(results.scored.times)
            self._show(tuple(self._stages.values()))
        elif results.problem == STOPPED:
            panel.show_cancelled()
        elif results.problem is not None:
            panel.show_failed()
        elif self._ask_model.is_asking:
            self._show((_READ,))
        else:
            panel.show_idle()

    def _note(self, stage: ShownStage) -> None:
        at = STAGES.index(stage.name)
        before = {name: ShownStage(name, 1.0) for name in STAGES[:at]}
        # What comes before it is over, and what comes after it has not begun, whatever was shown
        # of an earlier question.
        kept = (one for name, one in self._stages.items() if name in before)
        known = {one.name: replace(one, fraction=1.0) for one in kept}
        self._stages = before | known | {stage.name: stage}
        self._show(tuple(self._stages.values()))

    def _show(self, stages: tuple[ShownStage, ...]) -> None:
        self._window.progress_panel.show_stages(stages)

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
    done = {name: ShownStage(name, 1.0, seconds) for name, seconds in took.items()}
    return {_READ.name: _READ} | done
