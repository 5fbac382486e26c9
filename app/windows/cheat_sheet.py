"""CheatSheet: every key, and what the mouse does, on one page with a search."""

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.viewer.mouse_profiles import PROFILES, DragAction, MouseProfile
from app.windows.action_keys import Keys, shown
from app.windows.action_table import ActionRow
from app.windows.actions import translated

_COLUMNS = 4
_LINES_OF_A_TITLE = 2
_SIZE = (1240, 730)

_DRAGS = {
    DragAction.WINDOW: "Level and width",
    DragAction.PAN: "Move the picture",
    DragAction.ZOOM: "Zoom",
    DragAction.SCROLL: "Go through slices",
    DragAction.CROSSHAIR: "Move the crosshair",
}
_ALWAYS = (
    ("Click", "Crosshair here"),
    ("Right click", "Menu"),
    ("Double-click", "One view, or all"),
    ("Wheel", "Slices"),
    ("Ctrl and wheel", "Zoom at the pointer"),
    ("Shift and move", "Crosshair follows"),
    ("Drag a plane's line", "Turn that plane"),
)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One key or movement, and what it does."""

    keys: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """Lines that belong together."""

    title: str
    lines: tuple[SheetLine, ...]


def key_groups(rows: Iterable[ActionRow], keys: Mapping[str, Keys]) -> tuple[SheetGroup, ...]:
    """Give all actions that have keys, in the order of the menus.

    Parameters
    ----------
    rows
        Of the table.
    keys
        As bound now, by the name of the action.
    """
    groups: dict[str, list[SheetLine]] = {}
    for row in rows:
        if keys[row.name]:
            title = translated(row.submenu or row.menu.value).replace("&", "")
            text = translated(row.text).replace("&", "").rstrip("…")
            said = ", ".join(shown(key) for key in _without_twins(keys[row.name]))
            groups.setdefault(title, []).append(SheetLine(said, text))
    return tuple(SheetGroup(title, tuple(lines)) for title, lines in groups.items())


def mouse_groups(profiles: Iterable[MouseProfile] = PROFILES) -> tuple[SheetGroup, ...]:
    """Say what the mouse does over a slice: always, and in each profile."""
    always = SheetGroup(_said("Mouse"), tuple(_line(*pair) for pair in _ALWAYS))
    return (always, *(_profile_group(profile) for profile in profiles))


def matching(groups: Iterable[SheetGroup], needle: str) -> tuple[SheetGroup, ...]:
    """Keep the lines in which a text occurs, or whole groups that are called so."""
    sought = needle.strip().casefold()
    kept = []
    for group in groups:
        lines = group.lines
        if sought not in group.title.casefold():
            lines = tuple(
                line for line in lines if sought in f"{line.keys}\n{line.text}".casefold()
            )
        if lines:
            kept.append(SheetGroup(group.title, lines))
    return tuple(kept)


def columns(groups: Iterable[SheetGroup], count: int) -> tuple[tuple[SheetGroup, ...], ...]:
    """Share groups out to at most `count` columns of about the same height, in order."""
    listed = tuple(groups)
    height = max((_height(group) for group in listed), default=0)
    while len(shares := _filled(listed, height)) > count:
        height += 1
    return shares


class CheatSheet(QDialog):
    """Shows keys and mouse; it may stay open beside the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[SheetGroup, ...] = mouse_groups()
        self._search = QLineEdit(clearButtonEnabled=True)
        self._page = QWidget()
        self._columns = [_column() for _ in range(_COLUMNS)]
        self._scroll = QScrollArea(widgetResizable=True)
        self._describe()
        self._lay_out()
        self._search.textChanged.connect(self._refresh)
        self._refresh()

    def show_keys(self, rows: Iterable[ActionRow], keys: Mapping[str, Keys]) -> None:
        """Show actions with the keys they have now."""
        self._groups = (*key_groups(rows, keys), *mouse_groups())
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Write in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._refresh()

    def _describe(self) -> None:
        self.setWindowTitle(self.tr("Keys and mouse"))
        self._search.setPlaceholderText(self.tr("Search a key or what it does"))
        self._search.setAccessibleName(self.tr("Search keys"))
        self._scroll.setAccessibleName(self.tr("Keys and what they do"))

    def _lay_out(self) -> None:
        beside = QHBoxLayout(self._page)
        beside.setSpacing(24)
        for column in self._columns:
            beside.addWidget(column, 1)
        self._scroll.setWidget(self._page)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        hint = QLabel(self.tr("Other keys can be chosen in the settings."))
        hint.setProperty("role", "muted")
        below = QHBoxLayout()
        below.addWidget(hint, 1)
        below.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(below)
        self.resize(*_SIZE)

    def _refresh(self) -> None:
        found = matching(self._groups, self._search.text())
        shares = columns(found, _COLUMNS)
        texts = [_page(share, self.palette()) for share in shares]
        if not texts:
            texts = [html.escape(self.tr("No key and no entry is called so."))]
        texts += [""] * (_COLUMNS - len(texts))
        for label, text in zip(self._columns, texts, strict=True):
            label.setText(text)


def _column() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    label.setWordWrap(True)
    return label


def _page(groups: Iterable[SheetGroup], palette: QPalette) -> str:
    accent = palette.color(QPalette.ColorRole.Accent).name()
    key = palette.color(QPalette.ColorRole.Button).name()
    parts = []
    for group in groups:
        parts.append(
            f'<tr><td colspan="2" style="color: {accent}; padding-top: 8px;">'
            f"<b>{html.escape(group.title)}</b></td></tr>"
        )
        parts += (
            f'<tr><td style="white-space: nowrap; padding: 1px 10px 1px 0;">'
            f'<span style="background-color: {key};">&nbsp;{html.escape(line.keys)}&nbsp;</span>'
            f'</td><td style="padding: 1px 0;">{html.escape(line.text)}</td></tr>'
            for line in group.lines
        )
    return f'<table cellspacing="0" cellpadding="0">{"".join(parts)}</table>'


def _profile_group(profile: MouseProfile) -> SheetGroup:
    drags = (
        ("Left drag", profile.left),
        ("Middle drag", profile.middle),
        ("Right drag", profile.right),
    )
    lines = tuple(_line(button, _DRAGS[action]) for button, action in drags)
    return SheetGroup(_said(f"Mouse, {profile.name.lower()} profile"), lines)


def _line(keys: str, text: str) -> SheetLine:
    return SheetLine(_said(keys), _said(text))


def _said(text: str) -> str:
    return QCoreApplication.translate("CheatSheet", text)


def _without_twins(keys: Keys) -> list[str]:
    """Leave out Enter of the number pad beside Return: people take them for one key."""
    return [key for key in keys if key.replace("Enter", "Return") not in keys or "Enter" not in key]


def _filled(groups: Iterable[SheetGroup], height: int) -> tuple[tuple[SheetGroup, ...], ...]:
    """Fill columns of a height one after the other."""
    shares: list[list[SheetGroup]] = []
    left = 0
    for group in groups:
        left -= _height(group)
        if left < 0 or not shares:
            shares.append([])
            left = height - _height(group)
        shares[-1].append(group)
    return tuple(tuple(share) for share in shares)


def _height(group: SheetGroup) -> int:
    return len(group.lines) + _LINES_OF_A_TITLE
