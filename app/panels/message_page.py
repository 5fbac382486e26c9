"""MessagePage: what stands in a panel that has nothing to show, and why."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.panels.text_label import TextLabel


class MessagePage(QWidget):
    """Shows a state in words: nothing yet, waiting, refused, failed. Offers one way on."""

    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = TextLabel(role="title")
        self._reason = TextLabel(role="refusal")
        self._text = TextLabel(role="muted")
        self._action = QPushButton()
        self._action.clicked.connect(self.action_requested)
        layout = QVBoxLayout(self)
        for widget in (self._title, self._reason, self._text, self._action):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_message(self, title: str, text: str, *, action: str = "") -> None:
        """Show a state that is no failure; `action` is the text of its button, empty for none."""
        self._show(title, "", text, action)

    def show_reason(self, title: str, reason: str, remedy: str, *, action: str = "") -> None:
        """Show a refusal or an error: what happened in red, what to do below it."""
        self._show(title, reason, remedy, action)

    def _show(self, title: str, reason: str, text: str, action: str) -> None:
        self._title.show_text(title)
        self._reason.show_text(reason)
        self._text.show_text(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(title)
        self.setAccessibleDescription(" ".join(part for part in (reason, text) if part))
