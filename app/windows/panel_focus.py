"""Going from panel to panel with the keyboard: views first, then every dock in sight."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget


def focus_next_panel(window: QMainWindow) -> None:
    """Put the focus into the panel after the one that has it, from the last into the views."""
    _go(window, 1)


def focus_previous_panel(window: QMainWindow) -> None:
    """Put the focus into the panel before the one that has it, from the views into the last."""
    _go(window, -1)


def panels_in_sight(window: QMainWindow) -> tuple[QWidget, ...]:
    """Give the views, then the docks that can be seen, from left to right and top to bottom."""
    docks = [
        dock
        for dock in window.findChildren(QDockWidget)
        # Of docks that share a place behind tabs, only the one in front is in sight.
        if dock.isVisible() and not dock.visibleRegion().isEmpty()
    ]
    docks.sort(key=_place)
    central = window.centralWidget()
    return (central, *docks) if central is not None else tuple(docks)


def _go(window: QMainWindow, step: int) -> None:
    panels = [panel for panel in panels_in_sight(window) if _target(panel) is not None]
    if not panels:
        return
    focused = QApplication.focusWidget()
    here = next((at for at, panel in enumerate(panels) if _holds(panel, focused)), None)
    at = (0 if step > 0 else -1) if here is None else (here + step) % len(panels)
    target = _target(panels[at])
    assert target is not None
    target.activateWindow()
    target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _target(panel: QWidget) -> QWidget | None:
    """Give what had the focus in a panel before, else the first that takes it by Tab."""
    before = panel.focusWidget()
    if before is not None and _takes_focus(before):
        return before
    if _takes_focus(panel):
        return panel
    return next((child for child in panel.findChildren(QWidget) if _takes_focus(child)), None)


def _takes_focus(widget: QWidget) -> bool:
    by_tab = Qt.FocusPolicy.TabFocus
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & by_tab)


def _holds(panel: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and (panel is focused or panel.isAncestorOf(focused))


def _place(dock: QDockWidget) -> tuple[int, int]:
    corner = dock.mapToGlobal(QPoint(0, 0))
    return corner.x(), corner.y()
