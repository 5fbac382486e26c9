"""Menu entries and keys that say what the mouse does, and what Escape lets go of."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from app.connections.triggers import connect_all
from app.connections.work import WorkConnection
from app.settings import MouseProfile
from app.viewer.companion_view import CompanionView
from app.viewer.linked_views import LinkedViews
from app.viewer.measure_desk import MeasureDesk
from app.viewer.measure_kind import MeasureKind
from app.viewer.mouse_profiles import RADIOLOGY, RESEARCH, DragAction

_DRAGS = {f"tool_{action.value}": action for action in DragAction}
_KINDS = {
    "tool_length": MeasureKind.LENGTH,
    "tool_axes": MeasureKind.AXES,
    "tool_angle": MeasureKind.ANGLE,
    "tool_ellipse": MeasureKind.ELLIPSE,
    "tool_rectangle": MeasureKind.RECTANGLE,
    "tool_arrow": MeasureKind.ARROW,
}
_PROFILES = {MouseProfile.RADIOLOGY: RADIOLOGY, MouseProfile.RESEARCH: RESEARCH}


class ToolActions(QObject):
    """Carries out the menu Tools, and undo, redo, delete and Escape.

    Parameters
    ----------
    actions
        By name.
    views
        Where the mouse is used.
    desk
        Measures.
    companion
        The prior, where the mouse does the same.
    work
        Stopped by Escape when there is nothing else to let go of.
    parent
        Owner.
    """

    mouse_chosen = Signal(object)  # MouseProfile

    def __init__(
        self,
        actions: Mapping[str, QAction],
        views: LinkedViews,
        desk: MeasureDesk,
        companion: CompanionView,
        work: WorkConnection,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._views = actions, views
        self._desk, self._companion, self._work = desk, companion, work
        self._profile = RADIOLOGY
        self._chosen: DragAction | None = None
        connect_all(
            actions,
            {
                **{name: partial(self._drag, action) for name, action in _DRAGS.items()},
                **{name: partial(self._measure, kind) for name, kind in _KINDS.items()},
                "mouse_radiology": partial(self._choose_mouse, MouseProfile.RADIOLOGY),
                "mouse_research": partial(self._choose_mouse, MouseProfile.RESEARCH),
                "undo": desk.undo,
                "redo": desk.redo,
                "delete_measurement": desk.delete_selected,
                "clear_measurements": desk.clear,
                "stop": self._let_go,
            },
        )
        desk.kind_changed.connect(self._show_tool)
        self.show_mouse(MouseProfile.RADIOLOGY)

    def show_mouse(self, mouse: MouseProfile) -> None:
        """Use a mouse profile, whoever chose it."""
        self._profile = _PROFILES[mouse]
        self._chosen = None
        self._views.set_mouse_profile(self._profile)
        self._companion.set_mouse_profile(self._profile)
        self._give_left_button(None)
        self._actions[f"mouse_{mouse.value}"].setChecked(True)
        self._show_tool()

    def _choose_mouse(self, mouse: MouseProfile) -> None:
        self._desk.set_kind(None)
        self.show_mouse(mouse)
        self.mouse_chosen.emit(mouse)

    def _drag(self, action: DragAction) -> None:
        self._chosen = action
        self._desk.set_kind(None)
        self._give_left_button(action)
        self._show_tool()

    def _give_left_button(self, action: DragAction | None) -> None:
        self._views.set_left_action(action)
        self._companion.set_left_action(action)

    def _measure(self, kind: MeasureKind) -> None:
        self._desk.set_kind(kind)
        self._show_tool()

    def _let_go(self) -> None:
        """Drop what is half-drawn, then the measuring tool, then the work that runs."""
        if self._desk.cancel():
            return
        if self._desk.kind is None:
            self._work.stop()
        self._desk.set_kind(None)
        self._show_tool()

    def _show_tool(self) -> None:
        kind = self._desk.kind
        if kind is None:
            name = f"tool_{(self._chosen or self._profile.left).value}"
        else:
            name = next(tool for tool, one in _KINDS.items() if one is kind)
        self._actions[name].setChecked(True)
