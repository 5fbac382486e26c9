"""HeaderDialog: the header of the scan in a window of its own, beside the pictures."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.panels.header_panel import HeaderPanel
from app.state.header_page import HeaderPage
from app.theme import DARK, Theme

_SIZE = QSize(860, 640)


class HeaderDialog(QDialog):
    """Holds a `HeaderPanel`; may stay open while the scan is read."""

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = HeaderPanel(theme)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        self.resize(_SIZE)
        self.show_empty()

    def show_page(self, page: HeaderPage) -> None:
        """Show the header of one file."""
        self.setWindowTitle(self.tr("Header of {0}").format(page.title))
        self.panel.show_page(page)

    def show_empty(self) -> None:
        """Say that no scan is open."""
        self.setWindowTitle(self.tr("Header"))
        self.panel.show_empty()

    def open_to_search(self) -> None:
        """Come to the front with the keyboard in the search."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.panel.focus_search()
