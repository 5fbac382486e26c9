"""WorkLine: what the program is doing now, how far it is, and a way to stop it, in one line."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

_BAR_WIDTH, _TEXT_WIDTH = 120, 300


class WorkLine(QWidget):
    """Stands in the status bar while there is work, and is not there otherwise."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar(minimum=0, maximum=100)
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = QToolButton()
        self._cancel.setText(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("Stop this work; what is open stays open (Esc)"))
        self._cancel.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        for widget in (self._text, self._bar, self._cancel):
            layout.addWidget(widget)
        self.hide()

    def show_work(self, text: str, fraction: float | None) -> None:
        """Show what is done.

        Parameters
        ----------
        text
            In a few words.
        fraction
            Done, in [0, 1]; None where nobody knows.
        """
        # A long name must push neither the way to stop nor the provenance out of sight.
        metrics = self._text.fontMetrics()
        self._text.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _TEXT_WIDTH))
        self._text.setToolTip(text)
        self._bar.setMaximum(0 if fraction is None else 100)
        self._bar.setValue(0 if fraction is None else round(100 * fraction))
        self.show()

    def show_idle(self) -> None:
        """Show that there is nothing to do."""
        self.hide()
