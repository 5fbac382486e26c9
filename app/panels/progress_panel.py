"""ProgressPanel: the stages of the work, how long each took, and a way to stop it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.panels.text_label import TextLabel

STAGES = ("load", "prepare", "encode", "text", "score")
"""Names of the stages, in order."""


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far one stage is.

    Attributes
    ----------
    name
        One of `STAGES`.
    fraction
        Done, in [0, 1]; 1 is finished, 0 has not begun.
    seconds
        Since it began, or what it took; None before it begins.
    """

    name: str
    fraction: float = 0.0
    seconds: float | None = None


def mark_of(stage: StageProgress) -> str:
    """Sign that says waiting, running or done without a colour."""
    if stage.fraction >= 1.0:
        return "✓"
    return "○" if stage.seconds is None else "▶"


def seconds_text(seconds: float | None) -> str:
    """Write a time as people read it: empty, ``0.4 s``, ``12 s``, ``2 min 05 s``."""
    if seconds is None:
        return ""
    if round(seconds) >= 60:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02d} s"
    return f"{seconds:.1f} s" if round(seconds, 1) < 10 else f"{seconds:.0f} s"


class ProgressPanel(QWidget):
    """Shows stages as they come and go."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = TextLabel(role="title")
        self._bar = QProgressBar(minimum=0, maximum=100)
        self._cancel = QPushButton(self.tr("Cancel"), autoDefault=False)
        self._titles = {
            "load": self.tr("Read the scan"),
            "prepare": self.tr("Prepare for the model"),
            "encode": self.tr("Encode the scan"),
            "text": self.tr("Encode the prompts"),
            "score": self.tr("Score"),
        }
        self._marks = {name: QLabel() for name in STAGES}
        self._times = {name: QLabel() for name in STAGES}
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel.setToolTip(self.tr("Stop this work; what is open stays open (Esc)"))
        self._lay_out()
        self._cancel.clicked.connect(self.cancel_requested)
        self.show_idle()

    def show_stages(self, stages: tuple[StageProgress, ...]) -> None:
        """Show every stage that is given; the others wait."""
        known = {stage.name: stage for stage in stages}
        for name in STAGES:
            self._show_stage(known.get(name, StageProgress(name)))
        running = [one for one in stages if one.fraction < 1.0 and one.seconds is not None]
        finished = all(known.get(name, StageProgress(name)).fraction >= 1.0 for name in STAGES)
        if finished:
            self._show_end(self.tr("Done"), 100)
        else:
            title = self._titles[running[-1].name] if running else self.tr("Waiting")
            self._title.setText(title)
            self._bar.setValue(round(100 * running[-1].fraction) if running else 0)
            self._bar.setTextVisible(bool(running))
            self._cancel.setEnabled(True)

    def show_cancelled(self) -> None:
        """Say that the work was stopped; the times stay."""
        self._show_end(self.tr("Cancelled"), 0)

    def show_failed(self) -> None:
        """Say that the scan got no scores; the reason stands where they would."""
        self._show_end(self.tr("Not scored"), 0)

    def show_idle(self) -> None:
        """Say that there is nothing to do."""
        for name in STAGES:
            self._show_stage(StageProgress(name))
        self._show_end(self.tr("Nothing to do"), 0)

    def _show_end(self, title: str, value: int) -> None:
        self._title.setText(title)
        self._bar.setValue(value)
        self._bar.setTextVisible(False)
        self._cancel.setEnabled(False)

    def _show_stage(self, stage: StageProgress) -> None:
        self._marks[stage.name].setText(mark_of(stage))
        self._times[stage.name].setText(seconds_text(stage.seconds))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 16)
        for at, name in enumerate(STAGES):
            grid.addWidget(self._marks[name], at, 0)
            grid.addWidget(TextLabel(self._titles[name]), at, 1)
            grid.addWidget(self._times[name], at, 2, Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._title)
        layout.addWidget(self._bar)
        layout.addLayout(grid)
        layout.addWidget(self._cancel)
        layout.addStretch(1)
