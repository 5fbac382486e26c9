"""Theme: the colours of the window, dark by default, as values, palette and style sheet.

Nothing is said by colour alone: a verdict has a word and a mark, a refusal has its reason. Amber,
blue and grey stand apart for every kind of colour vision; red is kept for refusals, and there is
no green.
"""

import string
from dataclasses import asdict, dataclass

from PySide6.QtGui import QColor, QPalette

from medct_core.resources_folder import resources_folder


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, each as ``#rrggbb``.

    Attributes
    ----------
    name
        ``dark`` or ``light``, as settings write it.
    window, surface, raised
        Behind panels; behind lists and input; of buttons and what the pointer is over.
    border, line
        Around what can be operated; between what cannot.
    text, muted, disabled
        Writing in full, of second rank, and of what cannot be used now.
    accent, on_accent
        Of focus and of what is switched on; writing on it.
    selection
        Behind the chosen row; `text` and `muted` stand on it.
    present, absent, undecided
        Of a verdict's mark, word and bar.
    raw
        Of the bar of a score that is not calibrated.
    danger, danger_surface
        Reasons of refusals and errors, and behind them.
    caution, caution_surface
        The model's headline, and behind it.
    """

    name: str
    window: str
    surface: str
    raised: str
    border: str
    line: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    selection: str
    present: str
    absent: str
    undecided: str
    raw: str
    danger: str
    danger_surface: str
    caution: str
    caution_surface: str


DARK = Theme(
    name="dark",
    window="#15171c",
    surface="#1c1f26",
    raised="#282c35",
    border="#7b8492",
    line="#383e49",
    text="#e8eaed",
    muted="#b4bbc6",
    disabled="#868e9b",
    accent="#5db2f0",
    on_accent="#0b1118",
    selection="#26415e",
    present="#f2a73b",
    absent="#6cb8ee",
    undecided="#dadada",
    raw="#9aa3b1",
    danger="#ff9a90",
    danger_surface="#3a1d1f",
    caution="#ffe2a8",
    caution_surface="#453312",
)

LIGHT = Theme(
    name="light",
    window="#f1f3f5",
    surface="#ffffff",
    raised="#e3e7ec",
    border="#6b7380",
    line="#c9ced6",
    text="#15181d",
    muted="#474f5a",
    disabled="#6f7782",
    accent="#0b62a8",
    on_accent="#ffffff",
    selection="#cfe3f7",
    present="#8f4a00",
    absent="#0a5f9e",
    undecided="#444444",
    raw="#6b7380",
    danger="#a81218",
    danger_surface="#fdecec",
    caution="#4a3200",
    caution_surface="#ffedc2",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
"""Every theme by the name that settings use."""

STYLE = "Fusion"
"""The Qt style that follows a palette alike on every platform."""


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 (alike) to 21 (black on white).

    Parameters
    ----------
    one, other
        ``#rrggbb``, in any order.

    References
    ----------
    WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def palette_of(theme: Theme) -> QPalette:
    """Colours for everything that Qt draws itself."""
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, theme.window),
        (roles.WindowText, theme.text),
        (roles.Base, theme.surface),
        (roles.AlternateBase, theme.window),
        (roles.Text, theme.text),
        (roles.PlaceholderText, theme.disabled),
        (roles.Button, theme.raised),
        (roles.ButtonText, theme.text),
        (roles.BrightText, theme.danger),
        (roles.Highlight, theme.selection),
        (roles.HighlightedText, theme.text),
        (roles.Accent, theme.accent),
        (roles.Link, theme.accent),
        (roles.LinkVisited, theme.accent),
        (roles.ToolTipBase, theme.raised),
        (roles.ToolTipText, theme.text),
        (roles.Mid, theme.border),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.disabled))
    return palette


def style_sheet_of(theme: Theme) -> str:
    """Style sheet for the whole window.

    A label says what it is by the property ``role``: ``title``, ``muted``, ``danger``, ``caution``
    or ``refusal``.
    """
    tick = resources_folder() / "icons" / "ticks" / f"{theme.name}.svg"
    return _SHEET.substitute(asdict(theme), tick=tick.as_posix())


# Combo boxes, spin boxes and scroll bars stay as Qt draws them from the palette: a style sheet
# would take their arrows away. Boxes and dots are not: Qt's outlines cannot be seen on black.
_SHEET = string.Template("""
QToolTip { color: $text; background: $raised; border: 1px solid $border; padding: 4px; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="danger"] { color: $danger; }
QLabel[role="caution"] {
    color: $caution; background: $caution_surface;
    border-left: 3px solid $caution; padding: 6px 8px;
}
QLabel[role="refusal"] {
    color: $danger; background: $danger_surface;
    border-left: 3px solid $danger; padding: 6px 8px;
}
QPushButton, QToolButton {
    color: $text; background: $raised; border: 1px solid $border; border-radius: 4px;
    padding: 4px 8px;
}
QPushButton:hover, QToolButton:hover { border-color: $accent; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 3px 7px; }
QPushButton:pressed, QToolButton:pressed { background: $selection; }
QPushButton:checked, QToolButton:checked {
    color: $on_accent; background: $accent; border-color: $accent;
}
QPushButton:checked:focus, QToolButton:checked:focus { border-color: $text; }
QPushButton:disabled, QToolButton:disabled {
    color: $disabled; background: $window; border-color: $line;
}
QLineEdit, QPlainTextEdit {
    color: $text; background: $surface; border: 1px solid $border; border-radius: 4px; padding: 3px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QPlainTextEdit:focus { border: 2px solid $accent; padding: 2px; }
QLineEdit:disabled, QPlainTextEdit:disabled { color: $disabled; border-color: $line; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 12px; height: 12px; background: $surface; border: 1px solid $border;
}
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$tick");
}
QRadioButton::indicator:checked {
    border-color: $accent;
    background: qradialgradient(
        cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
        stop: 0 $accent, stop: 0.6 $accent, stop: 0.7 $surface, stop: 1 $surface
    );
}
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $text; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: $text; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {
    background: $window; border-color: $line;
}
QCheckBox::indicator:checked:disabled { background: $disabled; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QListView { background: $surface; border: 1px solid $border; outline: 0; }
QListView:focus { border: 1px solid $accent; }
QProgressBar {
    color: $text; background: $surface; border: 1px solid $border; border-radius: 4px;
    text-align: center;
}
QProgressBar::chunk { background: $selection; border-radius: 3px; }
QSplitter::handle { background: $line; }
""")
