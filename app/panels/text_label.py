"""TextLabel: words from anywhere, shown as they are."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class TextLabel(QLabel):
    """A wrapping label that never reads markup, as its text may come out of a file.

    Parameters
    ----------
    role
        What it is to the style sheet of the theme: ``title``, ``muted``, ``danger``, ``caution``,
        ``refusal``, or empty for plain text.
    """

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        # A long word must not push the panel wider than its dock.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(1)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setProperty("role", role)
        self.setText(text)

    def show_text(self, text: str) -> None:
        """Show a text, or take no room for an empty one."""
        self.setText(text)
        self.setVisible(bool(text))
