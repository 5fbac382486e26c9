"""TaughtPanel: the findings that the person taught, apart from those of the model."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.taught_words import auroc_line, control_lines, taught_by
from app.panels.text_label import TextLabel
from app.state.taught_page import TaughtAnswer, TaughtPage

_MARGIN = 8
_LOWEST_PX, _HIGHEST_PX = 100, 320


class TaughtPanel(QWidget):
    """Shows where the open scan stands in each taught finding, and how far to trust that.

    It takes no room where nothing was taught. No number in it is a probability, and none stands
    among the findings of the model.
    """

    forget_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QToolButton()
        self._others = TextLabel(role="muted")
        self._rows = QVBoxLayout()
        self._area = QScrollArea()
        self._is_open = True
        self._title.setAutoRaise(True)
        self._title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._title.setToolTip(self.tr("Show or hide what you taught the library"))
        self._lay_out()
        self._title.clicked.connect(self._fold)
        self._show_fold()
        self.hide()

    @property
    def names(self) -> tuple[str, ...]:
        """What is shown, from top to bottom."""
        return tuple(row.name for row in self._shown())

    def show_page(self, page: TaughtPage | None) -> None:
        """Show what a library was taught; None or an empty page takes no room."""
        for row in self._shown():
            self._rows.removeWidget(row)
            row.deleteLater()
        answers = () if page is None else page.answers
        for answer in answers:
            row = TaughtRow(answer)
            row.forget_wanted.connect(self.forget_wanted)
            self._rows.addWidget(row)
        library = "" if page is None else page.library
        self._title.setText(self.tr("Taught with “{library}”").format(library=library))
        others = () if page is None else page.of_other_models
        names = ", ".join(f"“{name}”" for name in others)
        text = self.tr("Taught for another model, so not asked here: {names}.")
        self._others.show_text(text.format(names=names) if others else "")
        self.setVisible(page is not None and not page.is_empty)

    def _shown(self) -> "list[TaughtRow]":
        items = [self._rows.itemAt(place) for place in range(self._rows.count())]
        widgets = [None if one is None else one.widget() for one in items]
        return [one for one in widgets if isinstance(one, TaughtRow)]

    def _lay_out(self) -> None:
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(_MARGIN, 0, _MARGIN, _MARGIN)
        inner.addLayout(self._rows)
        inner.addWidget(self._others)
        inner.addStretch(1)
        self._area.setWidget(page)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setMinimumHeight(_LOWEST_PX)
        self._area.setMaximumHeight(_HIGHEST_PX)
        self._area.setAccessibleName(self.tr("Taught findings"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addWidget(self._area)

    def _fold(self) -> None:
        self._is_open = not self._is_open
        self._show_fold()

    def _show_fold(self) -> None:
        kind = Qt.ArrowType
        self._title.setArrowType(kind.DownArrow if self._is_open else kind.RightArrow)
        self._area.setVisible(self._is_open)


class TaughtRow(QWidget):
    """One taught finding: its name, where the scan stands, its figures, and warnings."""

    forget_wanted = Signal(str)

    def __init__(self, answer: TaughtAnswer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = answer.finding.name
        forget = QPushButton(self.tr("Forget"), autoDefault=False)
        forget.setToolTip(self.tr("Remove what was taught; the marks of the cases stay"))
        forget.setAccessibleName(self.tr("Forget {name}").format(name=self.name))
        forget.clicked.connect(self._forget)
        head = QHBoxLayout()
        head.addWidget(TextLabel(self.name, "title"), 1)
        head.addWidget(forget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, _MARGIN)
        layout.setSpacing(2)
        layout.addLayout(head)
        for text, role in _lines(answer, self.tr("This scan is one of the cases.")):
            layout.addWidget(TextLabel(text, role))
        self.setAccessibleName(self.name)

    def _forget(self) -> None:
        self.forget_wanted.emit(self.name)


def _lines(answer: TaughtAnswer, took_part: str) -> list[tuple[str, str]]:
    finding, standing = answer.finding, answer.standing
    lines = [(warning, "caution") for warning in finding.warnings]
    if standing is not None:
        own = f" {took_part}" if standing.took_part else ""
        lines.append((f"{standing.sentence}.{own}", ""))
    figures = (taught_by(finding), auroc_line(finding.trust), *control_lines(finding.trust))
    lines.append((" ".join(f"{text}." for text in figures), "muted"))
    return lines
