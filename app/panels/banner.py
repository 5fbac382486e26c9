"""Banner: what went wrong and what to do, in one line above the pictures, until it is closed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from app.panels.text_label import TextLabel


class Banner(QWidget):
    """Shows one problem; it covers nothing and stops nothing."""

    action_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = TextLabel(role="refusal")
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = QPushButton(autoDefault=False)
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setAccessibleName(self.tr("Close this message"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self._action.clicked.connect(self.action_requested)
        self._close.clicked.connect(self._dismiss)
        self.hide()

    def show_problem(self, summary: str, remedy: str, *, action: str = "") -> None:
        """Show what went wrong and what to do; `action` is the text of a button, empty for none."""
        self._text.show_text(f"{summary}\n{remedy}" if remedy else summary)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(summary)
        self.setAccessibleDescription(remedy)
        self.show()

    def take_back(self, summary: str) -> None:
        """Hide a problem that is over; another one that took its place stays."""
        if self.accessibleName() == summary:
            self.hide()

    def _dismiss(self) -> None:
        self.hide()
        self.closed.emit()
