"""ModelCardDialog: what the loaded model can and cannot do, to be read in a minute."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.controllers.model_card import Auroc, Evaluation, ModelCard
from app.panels.text_label import TextLabel
from app.windows.text_dialog import TextDialog

_WIDTH_PX = 820
_TABLE_COLUMNS = 2
_WEAKEST = 3
_SPACE_PX = 24
_BETWEEN_PX = 6
_LETTERS = 1.1


def abilities(card: ModelCard) -> tuple[str, ...]:
    """Say what the model can do, a sentence each."""
    if not card.reads_text:
        return (
            _said("Find cases of your library that are like the open scan."),
            _said("Show which parts of the scan make two cases alike."),
        )
    said = [_said("Score any finding you type, beside those it is asked for anyway.")]
    if card.finding_count:
        said = [
            _said("Score {count} findings of the chest, and any other you type.").format(
                count=card.finding_count
            )
        ]
    said.append(_said("Show which parts of the scan a score comes from."))
    return (*said, *_quality(card))


def limits(card: ModelCard) -> tuple[str, ...]:
    """Say what the model cannot do, a sentence each."""
    said = [_said("Replace a reader. It is not a medical device.")]
    if card.is_synthetic:
        said.append(_said("Say anything about a patient: it has only seen synthetic scans."))
    elif card.population:
        text = _said("Be trusted beyond the patients and scanners it was trained on: {whom}.")
        said.append(text.format(whom=card.population))
    said += _failures(card)
    if not card.reads_text:
        said.append(_said("Score a finding or read a word: it has no text side."))
        said.append(_said("Promise that scans it calls alike show the same disease."))
    said.append(_said("Outline a lesion: a heatmap shows the model's attention only."))
    if card.adapter:
        text = _said("Promise these numbers: they were measured without the adapter {name}.")
        said.append(text.format(name=card.adapter))
    return tuple(said)


def shown(auroc: float) -> str:
    """Write an AUROC with two digits, and never as perfect what is not."""
    return ">0.99" if 0.995 <= auroc < 1 else f"{auroc:.2f}"


def measured(evaluation: Evaluation) -> str:
    """Say what the table shows, for readers who do not live with AUROCs."""
    return _said(
        "AUROC on {title}: how often a scan with the finding scores higher than one without; "
        "1.00 is always, 0.50 is guessing."
    ).format(title=evaluation.title)


class ModelCardDialog(TextDialog):
    """Shows a card in two lists and a small table."""

    def __init__(self, card: ModelCard, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("ModelCardDialog", "What this model can and cannot do")
        super().__init__(title, _WIDTH_PX, parent)
        self.add_words(card.title, "muted")
        if card.headline:
            self.add_words(card.headline, "caution")
        lists = QHBoxLayout()
        lists.setSpacing(_SPACE_PX)
        lists.addLayout(self._list(self.tr("It can"), abilities(card)), 1)
        lists.addLayout(self._list(self.tr("It cannot"), limits(card)), 1)
        self.body.addLayout(lists)
        for evaluation in card.evaluations[:1]:
            self.add_words(measured(evaluation), "muted")
            self.body.addLayout(_table(evaluation))
        if card.licence_note:
            self.add_words(card.licence_note, "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)

    def _list(self, title: str, sentences: Sequence[str]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(_BETWEEN_PX)
        column.addWidget(_large(TextLabel(title, "title")))
        for sentence in sentences:
            column.addWidget(_large(TextLabel(f"• {sentence}")))
        column.addStretch(1)
        return column


def _quality(card: ModelCard) -> list[str]:
    if not card.evaluations:
        return []
    first, *others = card.evaluations
    said = [
        _said("Tell findings apart with a mean AUROC of {mean:.2f} in its own test.").format(
            mean=first.mean
        )
    ]
    if others:
        lowest = min(others, key=lambda one: one.mean)
        said.append(
            _said("Keep {mean:.2f} in its hardest test: {title}.").format(
                mean=lowest.mean, title=lowest.title
            )
        )
    return said


def _failures(card: ModelCard) -> list[str]:
    if not card.evaluations:
        return [_said("Tell how good it is: no test of it came with it.")]
    first = card.evaluations[0]
    said = []
    guessed = [one for one in first.zero_shot if one.may_be_guessing]
    if guessed:
        said.append(
            _said("Find what it was not trained on: no better than guessing for {names}.").format(
                names=_names(guessed)
            )
        )
    weakest = sorted(first.trained, key=lambda one: one.value)[:_WEAKEST]
    said.append(_said("See everything: weakest for {names}.").format(names=_names(weakest)))
    return said


def _names(findings: Sequence[Auroc]) -> str:
    return ", ".join(f"{one.finding.lower()} {shown(one.value)}" for one in findings)


def _table(evaluation: Evaluation) -> QGridLayout:
    """Lay findings out in columns, each with its AUROC and interval."""
    untrained = _said("{finding} (not trained on)")
    named = [(one.finding, one) for one in evaluation.trained]
    named += [(untrained.format(finding=one.finding), one) for one in evaluation.zero_shot]
    grid = QGridLayout()
    grid.setVerticalSpacing(2)
    grid.setHorizontalSpacing(_SPACE_PX // 2)
    rows = -(-len(named) // _TABLE_COLUMNS)
    for at, (name, one) in enumerate(named):
        block, row = divmod(at, rows)
        texts = (name, shown(one.value), f"{shown(one.low)} to {shown(one.high)}")
        for column, text in enumerate(texts):
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", "muted" if column == len(texts) - 1 else "")
            grid.addWidget(label, row, block * (len(texts) + 1) + column)
        grid.setColumnStretch(block * (len(texts) + 1) + len(texts), 1)
    return grid


def _large(label: TextLabel) -> TextLabel:
    font = QFont(label.font())
    font.setPointSizeF(font.pointSizeF() * _LETTERS)
    label.setFont(font)
    return label


def _said(text: str) -> str:
    return QCoreApplication.translate("ModelCardDialog", text)
