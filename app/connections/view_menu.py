"""The menu of a right click on a slice: what is done most often there, and the measurement hit."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.viewer.measure_desk import MeasureDesk
from app.viewer.slice_view import SliceView
from app.windows.main_window import MainWindow

_ENTRIES: tuple[tuple[str, ...], ...] = (
    ("fit", "reset_view", "maximise_view"),
    ("invert", "crosshair", "overlay_text", "heatmap"),
    ("mark_image", "copy_view", "screenshot_view"),
)


class ViewMenu(QObject):
    """Opens the menu where the mouse is.

    Parameters
    ----------
    window
        Has the views and the table of measurements.
    actions
        By name; those that the menu offers.
    desk
        Says which measurement was hit.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        actions: Mapping[str, QAction],
        desk: MeasureDesk,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._actions, self._desk = window, actions, desk
        window.views.menu_asked.connect(self._open)

    def menu_at(self, view: SliceView, place: QPoint) -> QMenu:
        """Make the menu for a place on the desktop."""
        menu = QMenu(self._window)
        hit = self._desk.select_at(view, place)
        if hit:
            rename = menu.addAction(self.tr("Rename measurement"))
            rename.triggered.connect(partial(self._rename, hit))
            menu.addAction(self._actions["delete_measurement"])
            menu.addSeparator()
        for group in _ENTRIES:
            menu.addActions([self._actions[name] for name in group])
            menu.addSeparator()
        return menu

    def _open(self, view: SliceView, place: QPoint) -> None:
        view.activated.emit()
        menu = self.menu_at(view, place)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _rename(self, identity: str, _checked: bool = False) -> None:
        self._window.show_dock("measurements")
        self._window.measurements_panel.rename_measurement(identity)
