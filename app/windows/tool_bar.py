"""ToolBar: the actions that are wanted most, one click away."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from app.theme import Theme
from app.windows.icons import give_icons, icon
from medct_core.volume.window import PRESETS, Window

_ICON_PX = 20
_PRESETS = "presets"
_GROUPS = (
    ("open_file",),
    ("undo", "redo"),
    ("tool_window", "tool_pan", "tool_zoom", "tool_scroll", "tool_crosshair"),
    (
        "tool_length",
        "tool_axes",
        "tool_angle",
        "tool_ellipse",
        "tool_rectangle",
        "tool_arrow",
    ),
    (_PRESETS, "invert"),
    (
        "layout_grid",
        "layout_one_and_three",
        "layout_axial",
        "layout_single",
        "layout_compare",
        "fit",
        "cine",
    ),
    ("heatmap", "mark_image", "export"),
    ("shortcuts",),
)
"""What stands on the bar, by the names of the table; `_PRESETS` is the menu of windows."""

_FULL_RANGE = "preset_0"
_PRESET_MARGIN_PX = 40
"""Room for the arrow, the border and the padding."""


class ToolBar(QToolBar):
    """Buttons without words, and a menu of the grey-level windows that names the one shown.

    Parameters
    ----------
    actions
        By name: every one that `_GROUPS` names, and those of the presets.
    theme
        Colours at the start.
    parent
        Owner.
    """

    def __init__(
        self, actions: Mapping[str, QAction], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._presets = QToolButton()
        self._more = self._more_button()
        self.setObjectName("tools")
        self.setWindowTitle(self.tr("Tool bar"))
        self.setAccessibleName(self.tr("Tool bar"))
        self.setMovable(False)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._fill_presets()
        self._fill()
        self.show_theme(theme)

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours, the icons in menus too."""
        give_icons(self._actions, theme)
        self.setStyleSheet(_sheet_of(theme))
        # Qt's own arrows for what does not fit are black on black.
        self._more.setIcon(icon("more", theme))

    def show_window(self, window: Window) -> None:
        """Name the preset that is shown, or its numbers where it is none of the table."""
        numbers = f"W {window.width_hu:.0f}  L {window.centre_hu:.0f}"
        named = next((one.name for one in PRESETS if one.window == window), numbers)
        self._presets.setText(named)
        self._presets.setToolTip(
            self.tr("Grey-level window: width {width:.0f}, level {level:.0f} HU").format(
                width=window.width_hu, level=window.centre_hu
            )
        )
        self._presets.setAccessibleDescription(f"{named}, {numbers}")

    def _more_button(self) -> QToolButton:
        button = self.findChild(QToolButton, "qt_toolbar_ext_button")
        assert isinstance(button, QToolButton)
        button.setToolTip(self.tr("More tools"))
        button.setAccessibleName(self.tr("More tools"))
        return button

    def _fill(self) -> None:
        for at, group in enumerate(_GROUPS):
            if at:
                self.addSeparator()
            for name in group:
                if name == _PRESETS:
                    self.addWidget(self._presets)
                else:
                    self._add(self._actions[name])

    def _add(self, action: QAction) -> None:
        self.addAction(action)
        name = action.text().replace("&", "").rstrip("…")
        self.widgetForAction(action).setAccessibleName(name)

    def _fill_presets(self) -> None:
        button = self._presets
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for preset in PRESETS:
            menu.addAction(self._actions[f"preset_{preset.key}"])
        menu.addSeparator()
        menu.addAction(self._actions[_FULL_RANGE])
        button.setMenu(menu)
        button.setObjectName(_PRESETS)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        # As all buttons of a tool bar: keys stay with the picture, and the menus have every entry.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAccessibleName(self.tr("Grey-level window"))
        # Wide enough for every name: nothing beside it may jump when another is chosen.
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        metrics = button.fontMetrics()
        widest = max(metrics.horizontalAdvance(one.name) for one in PRESETS)
        button.setFixedWidth(widest + _PRESET_MARGIN_PX)


def make_tool_bar(actions: Mapping[str, QAction], theme: Theme) -> ToolBar:
    """Make the bar of a window and give its actions their icons."""
    return ToolBar(actions, theme)


def _sheet_of(theme: Theme) -> str:
    # Flat until it is of use: a frame around each of two dozen buttons would only be noise.
    return f"""
QToolBar {{ border: none; border-bottom: 1px solid {theme.line}; spacing: 1px; padding: 2px 4px; }}
QToolBar::separator {{ background: {theme.line}; width: 1px; margin: 4px 4px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
    padding: 3px; }}
QToolButton:hover {{ background: {theme.raised}; border-color: {theme.border}; }}
QToolButton:pressed {{ background: {theme.selection}; }}
QToolButton:checked {{ background: {theme.selection}; border-color: {theme.accent}; }}
QToolButton:disabled {{ background: transparent; border-color: transparent; }}
QToolButton#qt_toolbar_ext_button {{ padding: 0; margin: 0; }}
QToolButton#presets {{ background: {theme.surface}; border-color: {theme.border};
    padding: 3px 18px 3px 8px; text-align: left; }}
QToolButton#presets:hover {{ border-color: {theme.accent}; }}
QToolButton#presets::menu-indicator {{ subcontrol-origin: padding;
    subcontrol-position: right center; right: 6px; }}
"""
