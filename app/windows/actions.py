"""Menu entries with their keys, made from the one table."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.windows.action_keys import KeyBindings, Keys, bind, shown
from app.windows.action_table import ActionRow, Menu

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_ROLES = {
    "about": QAction.MenuRole.AboutRole,
    "settings": QAction.MenuRole.PreferencesRole,
    "quit": QAction.MenuRole.QuitRole,
}
"""Where macOS wants these; any other entry stays where the table puts it."""


def make_actions(
    rows: Iterable[ActionRow], shortcuts: Mapping[str, str], parent: QWidget
) -> dict[str, QAction]:
    """Make the actions of one window; their keys work whatever has focus in it.

    What is wrong with `shortcuts` is left out here; `bind` says it in words.

    Parameters
    ----------
    rows
        Of the table.
    shortcuts
        What a person chose, as settings hold it.
    parent
        The window.

    Returns
    -------
    By the name of the row.
    """
    table = tuple(rows)
    actions = {row.name: _action(row, parent) for row in table}
    for family in sorted({row.family for row in table if row.family}):
        group = QActionGroup(parent)
        for row in table:
            if row.family == family:
                group.addAction(actions[row.name])
    set_keys(actions, table, bind(table, shortcuts))
    # The bar alone would not do: it may be hidden while the whole screen is used.
    parent.addActions(list(actions.values()))
    return actions


def set_keys(
    actions: Mapping[str, QAction], rows: Iterable[ActionRow], bindings: KeyBindings
) -> None:
    """Give actions other keys, and name the keys in their tips."""
    for row in rows:
        keys = bindings.keys[row.name]
        action = actions[row.name]
        action.setShortcuts([QKeySequence(key, _PORTABLE) for key in keys])
        tip = _tip(row, keys)
        action.setToolTip(tip)
        action.setStatusTip(tip)


def fill_menu_bar(
    bar: QMenuBar, rows: Iterable[ActionRow], actions: Mapping[str, QAction]
) -> dict[str, QMenu]:
    """Put all actions into menus, in the order of the table.

    Returns
    -------
    By the name of its action, every menu that is to be filled later, such as ``recent``.
    """
    table = tuple(rows)
    filled: dict[str, QMenu] = {}
    for menu in Menu:
        own = [row for row in table if row.menu is menu]
        if own:
            filled |= _fill(bar.addMenu(translated(menu.value)), own, actions)
    return filled


def translated(text: str) -> str:
    """Say a text of the table in the user's language."""
    return QCoreApplication.translate("Actions", text)


def _fill(
    menu: QMenu, rows: Iterable[ActionRow], actions: Mapping[str, QAction]
) -> dict[str, QMenu]:
    submenus: dict[str, QMenu] = {}
    filled: dict[str, QMenu] = {}
    group = None
    menu.setToolTipsVisible(True)
    for row in rows:
        if group not in {None, row.group}:
            menu.addSeparator()
        group = row.group
        target = menu
        if row.submenu:
            if row.submenu not in submenus:
                submenus[row.submenu] = menu.addMenu(translated(row.submenu))
                submenus[row.submenu].setToolTipsVisible(True)
            target = submenus[row.submenu]
        target.addAction(actions[row.name])
        if row.opens_menu:
            filled[row.name] = QMenu(menu)
            actions[row.name].setMenu(filled[row.name])
    return filled


def _action(row: ActionRow, parent: QWidget) -> QAction:
    action = QAction(translated(row.text), parent)
    action.setObjectName(row.name)
    action.setCheckable(row.checkable)
    action.setAutoRepeat(row.repeats)
    # One window's keys are not another's.
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setMenuRole(_ROLES.get(row.name, QAction.MenuRole.NoRole))
    return action


def _tip(row: ActionRow, keys: Keys) -> str:
    tip = translated(row.tip)
    if not keys:
        return tip
    return f"{tip} ({', '.join(shown(key) for key in keys)})"
