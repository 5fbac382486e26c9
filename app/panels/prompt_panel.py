"""PromptPanel: any finding typed in words, its score beside it, and the wordings behind it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.finding_row import percent, score_text, verdict_text
from app.panels.score_bar import ScoreBar, bar_values
from app.panels.text_label import TextLabel
from app.panels.wordings_editor import WordingsEditor
from app.theme import DARK, Theme
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """The model's answer to what was typed.

    Attributes
    ----------
    finding
        Score under all wordings together.
    interval
        Lowest and highest score under one wording each, on the scale of the score; None for one
        wording only.
    wording_count
        Number of wordings the interval comes from.
    """

    finding: Finding
    interval: tuple[float, float] | None = None
    wording_count: int = 1


def answer_text(answer: TypedAnswer) -> str:
    """Say score, verdict and spread in one line."""
    finding = answer.finding
    said = " ".join(part for part in (score_text(finding), verdict_text(finding.verdict)) if part)
    if answer.interval is None:
        return said
    low, high = answer.interval
    shown = (percent(low), percent(high))
    if finding.calibrated is None:
        shown = (f"{low:.2f}", f"{high:.2f}")
    return f"{said}; {shown[0]} to {shown[1]} under {answer.wording_count} wordings"


class PromptPanel(QWidget):
    """Reports every change of the typed prompt at once; whoever listens waits for a pause."""

    text_edited = Signal(str)
    prompt_submitted = Signal(str)
    wordings_edited = Signal(str, object, object)  # name; tuples of wordings for present, absent
    wordings_reset = Signal(str)  # name
    place_requested = Signal()  # of the prompt whose score is shown
    save_requested = Signal()
    load_requested = Signal()

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._input = QLineEdit(clearButtonEnabled=True, maxLength=1000)
        self._add = QPushButton(self.tr("Add"), autoDefault=False)
        self._history = QToolButton()
        self._history_menu = QMenu(self._history)
        self._bar = ScoreBar(theme)
        self._answer = TextLabel()
        self._place = QPushButton(self.tr("Show where"), autoDefault=False)
        self._refusal = TextLabel(role="refusal")
        self._hint = TextLabel(role="muted")
        self._wordings = WordingsEditor()
        self._save = QPushButton(self.tr("Save set…"), autoDefault=False)
        self._load = QPushButton(self.tr("Load set…"), autoDefault=False)
        self._describe()
        self._lay_out()
        self._connect()
        self.show_history(())
        self.show_nothing()

    def show_answer(self, answer: TypedAnswer) -> None:
        """Show the score of what was typed, and its spread under other wordings."""
        self._show_state(answer_text(answer), "", "")
        self._place.setVisible(True)
        self._bar.setVisible(True)
        self._bar.show_score(bar_values(answer.finding, answer.interval))

    def show_waiting(self, text: str) -> None:
        """Say what the score waits for, in one sentence."""
        self._show_state("", "", text)

    def show_explanation(self, summary: str, remedy: str) -> None:
        """Say why this prompt has no score, and how it could have one."""
        self._show_state("", summary, remedy)

    def show_nothing(self) -> None:
        """Invite to type."""
        self._show_state("", "", self.tr("Ask for any finding in your own words."))

    def show_wordings(self, prompt: Prompt | None) -> None:
        """Show the sentences behind a score; None for none."""
        self._wordings.show_prompt(prompt)

    def show_history(self, texts: tuple[str, ...]) -> None:
        """Offer earlier prompts, the newest first."""
        self._history_menu.clear()
        for text in texts:
            # An ampersand would become an underline.
            self._history_menu.addAction(text.replace("&", "&&")).setData(text)
        self._history.setEnabled(bool(texts))

    def show_text(self, text: str) -> None:
        """Put a prompt into the box without reporting it."""
        self._input.setText(text)

    def focus_input(self) -> None:
        """Put the cursor into the box."""
        self._input.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._input.selectAll()

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._bar.show_theme(theme)

    def _show_state(self, answer: str, refusal: str, hint: str) -> None:
        self._bar.setVisible(False)
        self._place.setVisible(False)
        self._answer.show_text(answer)
        self._refusal.show_text(refusal)
        self._hint.show_text(hint)

    def _describe(self) -> None:
        self._input.setPlaceholderText(self.tr("Finding, such as: air crescent sign"))
        self._input.setAccessibleName(self.tr("Prompt"))
        self._input.setToolTip(self.tr("Scored while you type; Enter adds it to the findings"))
        self._add.setToolTip(self.tr("Add this prompt to the findings (Enter)"))
        self._history.setText(self.tr("History"))
        self._history.setToolTip(self.tr("Prompts asked before"))
        self._history.setMenu(self._history_menu)
        self._history.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._place.setToolTip(
            self.tr("Go to where it is strongest, with its heatmap: attention, not lesion outline")
        )
        self._save.setToolTip(self.tr("Save all prompts and their wordings to a file"))
        self._load.setToolTip(self.tr("Load prompts and their wordings from a file"))
        self._answer.setAccessibleName(self.tr("Score of the prompt"))

    def _lay_out(self) -> None:
        typed, files, answered = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        answered.addWidget(self._answer, 1)
        answered.addWidget(self._place)
        typed.addWidget(self._input, 1)
        typed.addWidget(self._add)
        for button in (self._history, self._load, self._save):
            files.addWidget(button)
        files.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(typed)
        layout.addWidget(self._bar)
        layout.addLayout(answered)
        for widget in (self._refusal, self._hint, self._wordings):
            layout.addWidget(widget)
        layout.addLayout(files)

    def _connect(self) -> None:
        self._input.textEdited.connect(self.text_edited)
        self._input.returnPressed.connect(self._submit)
        self._add.clicked.connect(self._submit)
        self._history_menu.triggered.connect(self._recall)
        self._wordings.edited.connect(self.wordings_edited)
        self._wordings.reset_requested.connect(self.wordings_reset)
        self._place.clicked.connect(self.place_requested)
        self._save.clicked.connect(self.save_requested)
        self._load.clicked.connect(self.load_requested)

    def _submit(self) -> None:
        text = self._input.text().strip()
        if text:
            self.prompt_submitted.emit(text)

    def _recall(self, action: QAction) -> None:
        text: str = action.data()
        self._input.setText(text)
        self.text_edited.emit(text)
