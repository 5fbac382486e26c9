"""WordingsEditor: the sentences that ask for one finding, and those that deny it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.text_label import TextLabel
from medct_core.inference.prompt import Prompt

_LINES = 2


def wordings_of(text: str) -> tuple[str, ...]:
    """Read one wording a line; blank lines count for nothing."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class WordingsEditor(QWidget):
    """Shows the wordings of a prompt, one a line, and reports every change.

    Only its title is seen until a person unfolds it: findings need the room more.
    """

    edited = Signal(str, object, object)  # name; tuples of wordings for present, absent
    reset_requested = Signal(str)  # name

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._title = QToolButton()
        self._title.setCheckable(True)
        self._sentences = QWidget()
        self._present = QPlainTextEdit()
        self._absent = QPlainTextEdit()
        self._reset = QPushButton(self.tr("Usual wordings"), autoDefault=False)
        self._describe()
        self._lay_out()
        self._present.textChanged.connect(self._report)
        self._absent.textChanged.connect(self._report)
        self._reset.clicked.connect(self._report_reset)
        self._title.toggled.connect(self._unfold)
        self._unfold(False)
        self.show_prompt(None)

    def show_prompt(self, prompt: Prompt | None) -> None:
        """Show a prompt's wordings without reporting them; None for none.

        Wordings that say what stands there already leave cursor and blank lines alone.
        """
        self._name = "" if prompt is None else prompt.name
        self.setVisible(prompt is not None)
        if prompt is not None:
            self._fill(self._present, prompt.present)
            self._fill(self._absent, prompt.absent)
            counted = self.tr("Wordings ({0} for, {1} against)")
            self._title.setText(counted.format(len(prompt.present), len(prompt.absent)))

    def _fill(self, field: QPlainTextEdit, wordings: tuple[str, ...]) -> None:
        if wordings_of(field.toPlainText()) != wordings:
            with QSignalBlocker(field):
                field.setPlainText("\n".join(wordings))

    def _describe(self) -> None:
        for field, name in (
            (self._present, self.tr("Sentences that say it is there, one a line")),
            (self._absent, self.tr("Sentences that say it is not there, one a line")),
        ):
            field.setAccessibleName(name)
            field.setToolTip(name)
            field.setTabChangesFocus(True)
            field.setFixedHeight(_LINES * field.fontMetrics().lineSpacing() + 14)
            field.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._title.setToolTip(self.tr("Show or hide the sentences that the model is asked with"))
        self._title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._reset.setToolTip(self.tr("Back to the wordings this model is usually asked with"))

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._sentences)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(TextLabel(self.tr("Says it is there"), role="muted"))
        inner.addWidget(self._present)
        inner.addWidget(TextLabel(self.tr("Says it is not there"), role="muted"))
        inner.addWidget(self._absent)
        below = QHBoxLayout()
        below.addWidget(self._reset)
        below.addStretch(1)
        inner.addLayout(below)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self._title)
        layout.addWidget(self._sentences)

    def _unfold(self, is_open: bool) -> None:
        self._sentences.setVisible(is_open)
        self._title.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)

    def _report(self) -> None:
        self.edited.emit(
            self._name,
            wordings_of(self._present.toPlainText()),
            wordings_of(self._absent.toPlainText()),
        )

    def _report_reset(self) -> None:
        self.reset_requested.emit(self._name)
