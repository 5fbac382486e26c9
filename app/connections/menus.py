"""Menus that are filled anew: the panels of the window, and the windows a scan's header names."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app.state.session import SessionState
from app.state.view import ViewState
from app.windows.main_window import MainWindow
from medct_core.volume.window import Window


class MenuConnection(QObject):
    """Fills two menus whenever they open.

    Parameters
    ----------
    window
        Has the panels.
    menus
        By name of their actions.
    session, view
        What is open, and where a chosen window is put.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        menus: Mapping[str, QMenu],
        session: SessionState,
        view: ViewState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self._windows = menus["header_windows"]
        self._windows.aboutToShow.connect(self._fill_windows)
        for dock in window.docks.values():
            menus["panels"].addAction(dock.toggleViewAction())

    def _fill_windows(self) -> None:
        self._windows.clear()
        series = self._session.series
        for named in () if series is None else series.windows:
            said = f"{named.explanation} ".lstrip()
            numbers = f"W {named.window.width_hu:g} L {named.window.centre_hu:g}"
            action = self._windows.addAction(f"{said}{numbers}".replace("&", "&&"))
            action.triggered.connect(partial(self._choose, named.window))
        if self._windows.isEmpty():
            self._windows.addAction(self.tr("The header names none")).setEnabled(False)

    def _choose(self, window: Window, _checked: bool = False) -> None:
        self._view.set_window(window)
