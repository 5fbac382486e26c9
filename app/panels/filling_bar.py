"""FillingBar: how far a library is filled, a way to stop it, and what was refused and why."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.text_label import TextLabel
from app.state.similar import Filling

_LINES = 6


class FillingBar(QWidget):
    """Stands below the similar cases while scans are added, and until what came of it was read."""

    cancel_requested = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = TextLabel()
        self._problem = TextLabel(role="refusal")
        self._bar = QProgressBar(minimum=0, maximum=100)
        self._bar.setAccessibleName(self.tr("Scans that are done"))
        self._stop = QPushButton(self.tr("Stop"), autoDefault=False)
        self._stop.setToolTip(self.tr("What was added stays; adding the same again goes on"))
        self._why = QToolButton()
        self._why.setCheckable(True)
        self._refused = QPlainTextEdit(readOnly=True)
        self._refused.setAccessibleName(self.tr("Scans that were refused, and why"))
        self._refused.setFixedHeight(_LINES * self.fontMetrics().lineSpacing())
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setAccessibleName(self.tr("Close this message"))
        self._lay_out()
        self._stop.clicked.connect(self.cancel_requested)
        self._close.clicked.connect(self.dismissed)
        self._why.toggled.connect(self._refused.setVisible)
        self.show_filling(None)

    def show_filling(self, filling: Filling | None) -> None:
        """Show how far it is; None for nothing to be said."""
        self.setVisible(filling is not None)
        if filling is None:
            with QSignalBlocker(self._why):
                self._why.setChecked(False)
            self._refused.hide()
            return
        self._text.setText(self._ended(filling) if filling.is_over else self._going(filling))
        problem = filling.end
        self._problem.show_text("" if problem is None else f"{problem.summary}\n{problem.remedy}")
        share = filling.share
        self._bar.setMaximum(0 if share is None else 100)
        self._bar.setValue(0 if share is None else round(100 * share))
        self._bar.setVisible(not filling.is_over)
        self._stop.setVisible(not filling.is_over)
        self._close.setVisible(filling.is_over)
        self._show_refused(filling)

    def _going(self, filling: Filling) -> str:
        if not filling.total:
            return self.tr("Looking for scans.")
        text = self.tr("Adding {number} of {total}: {name}")
        number = min(filling.done + 1, filling.total)
        return text.format(number=number, total=filling.total, name=filling.name)

    def _ended(self, filling: Filling) -> str:
        parts = [self.tr("{count} added").format(count=filling.added)]
        if filling.there:
            parts.append(self.tr("{count} there already").format(count=filling.there))
        if filling.refused:
            parts.append(self.tr("{count} refused").format(count=len(filling.refused)))
        left = filling.total - filling.done
        if left:
            parts.append(self.tr("{count} not looked at").format(count=left))
        return ", ".join(parts)

    def _show_refused(self, filling: Filling) -> None:
        refused = filling.refused
        self._why.setVisible(bool(refused))
        self._why.setText(self.tr("{count} refused").format(count=len(refused)))
        lines = (f"{one.name}: {one.problem.summary} {one.problem.remedy}" for one in refused)
        text = "\n".join(lines)
        if text != self._refused.toPlainText():
            self._refused.setPlainText(text)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self._text, 1)
        line.addWidget(self._why)
        line.addWidget(self._stop)
        line.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 6, 9, 6)
        layout.addLayout(line)
        layout.addWidget(self._bar)
        layout.addWidget(self._problem)
        layout.addWidget(self._refused)
