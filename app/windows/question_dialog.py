"""QuestionDialog: a question whose answers are explained, such as what to do with a huge scan."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
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

_WIDTH_PX = 500
_INDENT_PX = 24
_MOST_IN_SIGHT = 8
_LIST_HEIGHT_PX = 260


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
