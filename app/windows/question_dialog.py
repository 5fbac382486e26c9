"""QuestionDialog: a question whose answers are explained, such as what to do with a huge scan."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialogButtonBox,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.panels.text_label import TextLabel
from app.windows.text_dialog import TextDialog

FULL, HALF = "full", "half"
"""Answers of `large_scan_question`."""

_WIDTH_PX = 500
_INDENT_PX = 24
_MOST_IN_SIGHT = 8
_LIST_HEIGHT_PX = 260
_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer.

    Attributes
    ----------
    name
        Comes back when it is chosen.
    text, explanation
        What it is; what follows from it, empty where nothing needs to be said.
    """

    name: str
    text: str
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes
    ----------
    title, text
        The question in a few words; what must be known to answer it.
    choices
        At least one; the first is proposed.
    action
        On the button that takes the answer.
    """

    title: str
    text: str
    choices: tuple[Choice, ...]
    action: str


def large_scan_question(*, needed_bytes: int, free_bytes: int) -> Question:
    """Ask what to do with a scan that may not fit.

    Parameters
    ----------
    needed_bytes
        What its voxels take at full size.
    free_bytes
        What is free now.
    """
    needed, free = _gib(needed_bytes), _gib(free_bytes)
    half = Choice(
        HALF,
        _said("Open at half resolution"),
        _said(
            "Every second voxel in each direction: about {size}. Small findings may be lost, "
            "measurements are coarser, and the pictures say so."
        ).format(size=_gib(needed_bytes // 8)),
    )
    full = Choice(
        FULL,
        _said("Open at full resolution"),
        _said("Other programs may become slow, and the system may end MedCT."),
    )
    proposed = (full, half) if needed_bytes < free_bytes // 2 else (half, full)
    return Question(
        _said("This is a very large scan"),
        _said("It takes {needed} of memory; {free} are free.").format(needed=needed, free=free),
        proposed,
        _said("&Open"),
    )


def volume_question(texts: Sequence[str]) -> Question:
    """Ask which volume of a 4D scan to open; answers are numbers from 0.

    Parameters
    ----------
    texts
        What is known of each volume, such as its time; empty where nothing is.
    """
    count = len(texts)
    choices = tuple(
        Choice(str(at), ": ".join(part for part in (_volume(at + 1), text) if part))
        for at, text in enumerate(texts)
    )
    return Question(
        _said("Which volume?"),
        _said("This file holds {count} volumes; one is shown at a time.").format(count=count),
        choices,
        _said("&Open"),
    )


class QuestionDialog(TextDialog):
    """Asks and reports the answer; closing it is no answer."""

    chosen = Signal(str)  # name of a choice

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(question.title, _WIDTH_PX, parent)
        self._names = tuple(choice.name for choice in question.choices)
        self._answers = QButtonGroup(self)
        self.add_words(question.text)
        self.body.addWidget(self._list(question.choices))
        kinds = QDialogButtonBox
        buttons = QDialogButtonBox(kinds.StandardButton.Cancel)
        take = buttons.addButton(question.action, kinds.ButtonRole.AcceptRole)
        take.setDefault(True)
        buttons.accepted.connect(self._report)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)

    def _list(self, choices: tuple[Choice, ...]) -> QWidget:
        holder = QWidget()
        rows = QVBoxLayout(holder)
        rows.setContentsMargins(0, 0, 0, 0)
        for number, choice in enumerate(choices):
            answer = QRadioButton(choice.text)
            answer.setAccessibleDescription(choice.explanation)
            self._answers.addButton(answer, number)
            rows.addWidget(answer)
            if choice.explanation:
                words = TextLabel(choice.explanation, "muted")
                words.setContentsMargins(_INDENT_PX, 0, 0, 0)
                rows.addWidget(words)
        self._answers.button(0).setChecked(True)
        if len(choices) <= _MOST_IN_SIGHT:
            return holder
        area = QScrollArea(widgetResizable=True)
        area.setWidget(holder)
        area.setMinimumHeight(_LIST_HEIGHT_PX)
        return area

    def _report(self) -> None:
        self.chosen.emit(self._names[self._answers.checkedId()])
        self.accept()


def _volume(number: int) -> str:
    return _said("Volume {number}").format(number=number)


def _gib(size: int) -> str:
    return f"{size / _GIB:.1f} GiB"


def _said(text: str) -> str:
    return QCoreApplication.translate("QuestionDialog", text)
