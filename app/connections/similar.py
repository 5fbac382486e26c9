"""Similar cases: the panel, its menu and keys, and what fills the library they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from app.connections.triggers import connect_all
from app.controllers.add_case import AddCase
from app.controllers.fill_library import FillLibrary
from app.controllers.find_similar import FindSimilar, SearchChoice, SimilarStates
from app.controllers.library_writing import Written
from app.panels.similar_panel import SimilarPanel
from app.settings import Settings
from app.state.answers import Problem
from app.state.library_place import is_fixed, library_name, phantom_folder
from app.state.similar import NoSimilarCases, SimilarWaiting
from app.state.similar_page import SimilarPage
from app.windows.main_window import MainWindow
from medct_core.phantom.seeds import LIBRARY

if TYPE_CHECKING:
    from app.windows.add_case_dialog import AddCaseDialog


@dataclass(frozen=True, slots=True)
class SimilarControllers:
    """What finds cases, adds the open scan, and adds many."""

    find: FindSimilar
    add: AddCase
    fill: FillLibrary


class SimilarConnection(QObject):
    """Keeps the panel of similar cases true, and carries out what a person wants of the library.

    Parameters
    ----------
    window
        Shows them.
    actions
        By name.
    states
        Of the window.
    controllers
        Do the work.
    settings
        What the person chose.
    parent
        Owner.
    """

    settings_chosen = Signal(object)  # Settings

    def __init__(
        self,
        window: MainWindow,
        actions: Mapping[str, QAction],
        states: SimilarStates,
        controllers: SimilarControllers,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._panel = window, window.similar_panel
        self._states, self._similar = states, states.similar
        self._find, self._add, self._fill = controllers.find, controllers.add, controllers.fill
        self._settings = settings
        self._told: Problem | None = None
        self._listen_to_states()
        self._listen_to_panel(self._panel)
        self._connect_actions(actions)
        self._show()
        self._show_scan()

    def take_settings(self, settings: Settings) -> None:
        """Search and add as settings say from now on."""
        self._settings = settings
        choice = SearchChoice.of(settings)
        self._add.set_address(choice.address)
        self._fill.set_address(choice.address)
        self._find.set_choice(choice)

    def _listen_to_states(self) -> None:
        similar = self._similar
        similar.shown_changed.connect(self._show)
        similar.allowed_changed.connect(self._show)
        similar.map_changed.connect(self._show_map)
        similar.filling_changed.connect(self._window.filling_bar.show_filling)
        self._states.results.embedding_changed.connect(self._show_scan)
        self._add.written.connect(self._on_written)
        self._add.failed.connect(self._on_not_written)
        self._fill.filled.connect(self._find.search_again)

    def _listen_to_panel(self, panel: SimilarPanel) -> None:
        panel.filter_changed.connect(self._find.set_filter)
        panel.text_asked.connect(self._find.ask_text)
        panel.map_wanted.connect(self._find.want_map)
        panel.show_all_wanted.connect(self._find.show_all)
        panel.add_wanted.connect(self._ask_to_add)
        panel.add_folder_wanted.connect(self._choose_folder)
        panel.library_wanted.connect(self._choose_library)
        panel.phantom_library_wanted.connect(self._draw_phantoms)
        bar = self._window.filling_bar
        bar.cancel_requested.connect(self._fill.cancel)
        bar.dismissed.connect(self._fill.dismiss)

    def _connect_actions(self, actions: Mapping[str, QAction]) -> None:
        connect_all(
            actions,
            {
                "find_similar": self._search,
                "search_words": self._type,
                "add_case": self._ask_to_add,
                "add_folder": self._choose_folder,
                "phantom_library": self._draw_phantoms,
                "choose_library": self._choose_library,
            },
        )

    def _search(self) -> None:
        self._window.show_dock("similar")
        self._find.search()

    def _type(self) -> None:
        self._window.show_dock("similar")
        if self._similar.page is None:
            # There is no field to write in.
            self._window.say(self.tr("Words can be searched for once similar cases are shown."))
        self._panel.focus_text()

    def _show(self) -> None:
        panel, shown = self._panel, self._similar.shown
        if isinstance(shown, SimilarPage):
            panel.show_page(shown, self._similar.allowed)
        elif isinstance(shown, SimilarWaiting):
            panel.show_waiting(shown.text, shown.fraction)
        elif isinstance(shown, NoSimilarCases):
            panel.show_empty(shown.reason, shown.remedy)
        else:
            panel.show_failure(shown.summary, shown.remedy)

    def _show_map(self) -> None:
        shown = self._similar.map
        if isinstance(shown, Problem):
            self._panel.show_map_failure(shown.summary, shown.remedy)
        else:
            self._panel.show_map(shown)

    def _show_scan(self) -> None:
        self._panel.set_scan_open(self._add.can_add)

    def _ask_to_add(self) -> None:
        if not self._add.can_add:
            text = self.tr("The scan can be added as soon as the model has looked at it.")
            self._window.say(text)
            return
        # Loaded when it is first asked for: all dialogs at once would delay the window.
        from app.windows.add_case_dialog import AddCaseDialog  # noqa: PLC0415

        page = self._similar.page
        dialog = AddCaseDialog(
            library_name(self._add.address),
            self._states.lists.reviews.items,
            reader=self._settings.reader,
            is_there=page is not None and page.is_in_library,
            parent=self._window,
        )
        dialog.accepted.connect(self._on_accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_accepted(self) -> None:
        dialog = cast("AddCaseDialog", self.sender())
        if dialog.reader != self._settings.reader:
            self.settings_chosen.emit(replace(self._settings, reader=dialog.reader))
        self._add.add(reader=dialog.reader, is_verified=dialog.is_verified)

    def _on_written(self, written: Written) -> None:
        name = library_name(self._add.address)
        text = {
            Written.ADDED: self.tr("The scan was added to “{library}”."),
            Written.UPDATED: self.tr("What you say of the scan was updated in “{library}”."),
        }[written]
        self._window.say(text.format(library=name))
        self._find.search_again()

    def _on_not_written(self, problem: Problem) -> None:
        self._window.banner.show_problem(problem.summary, problem.remedy)

    def _choose_folder(self) -> None:
        title = self.tr("Add a folder of scans to the library")
        folder = QFileDialog.getExistingDirectory(self._window, title)
        if folder:
            self._window.show_dock("similar")
            self._fill.add_folder(Path(folder))

    def _draw_phantoms(self) -> None:
        self._window.show_dock("similar")
        assert LIBRARY.stop is not None
        self._fill.add_phantoms(phantom_folder(), range(LIBRARY.first, LIBRARY.stop))

    def _choose_library(self) -> None:
        if is_fixed():
            self._window.banner.show_problem(
                self.tr("The library is named by the environment of this program."),
                self.tr("Start it without the variable MEDCT_LIBRARY to choose another one."),
            )
            return
        title = self.tr("Choose a library, or an empty folder for a new one")
        folder = QFileDialog.getExistingDirectory(self._window, title, self._settings.library)
        if folder:
            self._window.show_dock("similar")
            self.settings_chosen.emit(replace(self._settings, library=folder))
