"""TextDialog: a dialog that is mostly words, as wide as one reads well and as high as they need."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.panels.text_label import TextLabel

_MARGIN = 16
_TITLE_SCALE = 1.35


class TextDialog(QDialog):
    """A title and what is added to `body`, top to bottom.

    Parameters
    ----------
    title
        Of the window, and first line in large letters.
    width_px
        Logical pixels; the height follows from the words.
    parent
        Owner.
    """

    def __init__(self, title: str, width_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width_px = width_px
        self.setWindowTitle(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self.body.setSpacing(_MARGIN // 2)
        heading = TextLabel(title, "title")
        font = heading.font()
        font.setPointSizeF(font.pointSizeF() * _TITLE_SCALE)
        heading.setFont(font)
        self.body.addWidget(heading)

    def add_words(self, text: str, role: str = "") -> TextLabel:
        """Add a paragraph; `role` is what it is to the theme's style sheet."""
        label = TextLabel(text, role)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(label)
        return label

    def fit(self) -> None:
        """Make the dialog as high as its words are now."""
        self.body.activate()
        self.resize(self._width_px, self.body.totalHeightForWidth(self._width_px))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Fit once the style, and with it the size of letters, is known."""
        super().showEvent(event)
        self.fit()
