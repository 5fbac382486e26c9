"""SettingsDialog: everything a person may choose, changed together or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTabWidget, QVBoxLayout, QWidget

from app.panels.text_label import TextLabel
from app.settings import Settings
from app.windows.action_table import ROWS
from app.windows.library_page import LibraryPage
from app.windows.settings_pages import LookPage, ModelOption, ModelPage
from app.windows.shortcuts_page import ShortcutsPage

_SIZE = (680, 560)


class SettingsDialog(QDialog):
    """Shows settings and reports new ones; what it was given never changes.

    Parameters
    ----------
    settings
        As they are now.
    parent
        Owner.
    models
        What is installed.
    devices
        What the model can work on here, as settings spell it.
    """

    settings_chosen = Signal(object)  # Settings

    def __init__(
        self,
        settings: Settings,
        parent: QWidget | None = None,
        *,
        models: Sequence[ModelOption] = (),
        devices: Iterable[str] = ("auto", "cpu"),
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._look = LookPage(settings)
        self._model = ModelPage(settings, models, devices)
        self._library = LibraryPage(settings)
        self._keys = ShortcutsPage(ROWS, settings.shortcuts)
        self._problem = TextLabel(role="refusal")
        self._pages = QTabWidget()
        self.setWindowTitle(self.tr("Settings"))
        self._lay_out()

    def chosen(self) -> Settings:
        """Give the settings as they stand in the dialog."""
        settings = self._model.applied_to(self._look.applied_to(self._settings))
        settings = self._library.applied_to(settings)
        return replace(settings, shortcuts=self._keys.shortcuts())

    def accept(self) -> None:
        """Report the new settings, or say what is wrong with them."""
        for page in (self._model, self._library):
            if problems := page.problems():
                self._pages.setCurrentWidget(page)
                self._problem.show_text("\n".join(problems))
                return
        self.settings_chosen.emit(self.chosen())
        super().accept()

    def _lay_out(self) -> None:
        self._pages.addTab(self._look, self.tr("&Look and mouse"))
        self._pages.addTab(self._model, self.tr("Model and &reports"))
        self._pages.addTab(self._library, self.tr("&Similar cases"))
        self._pages.addTab(self._keys, self.tr("&Keys"))
        # Without it Fusion paints pages lighter than the window.
        self._pages.setDocumentMode(True)
        self._problem.hide()
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._problem)
        layout.addWidget(buttons)
        self.resize(*_SIZE)
