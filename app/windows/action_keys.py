"""Which keys start which action: the usual ones, and the ones a person chose instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtGui import QKeySequence

from app.state.answers import Problem
from app.windows.action_table import ActionRow, Menu

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText

Keys = tuple[str, ...]
"""Keys of one action in Qt's portable spelling, such as ``("Ctrl+Y", "Ctrl+Shift+Z")``."""

_REMEDY = "Choose its keys anew under Edit, Settings, Keys."
_MENU_KEYS = {
    f"Alt+{menu.value[menu.value.index('&') + 1].upper()}": menu.value.replace("&", "")
    for menu in Menu
}


@dataclass(frozen=True, slots=True)
class KeyBindings:
    """Keys of every action, none of them twice, and what could not be done.

    Attributes
    ----------
    keys
        By the name of the action, in the order of the table.
    problems
        Choices of a person that were left out, and actions that lost a key to them.
    """

    keys: Mapping[str, Keys]
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))


def bind(rows: Iterable[ActionRow], shortcuts: Mapping[str, str]) -> KeyBindings:
    """Give every action its keys.

    What a person chose comes before what is usual; of two choices the first of the table stands.

    Parameters
    ----------
    rows
        Of the table.
    shortcuts
        By the name of an action its keys, separated by ``; ``; an empty text takes them all away.
    """
    by_name = {row.name: row for row in rows}
    problems = [_unknown(name) for name in shortcuts if name not in by_name]
    chosen = {name: shortcuts[name] for name in by_name if name in shortcuts}
    taken: dict[str, ActionRow] = {}
    keys: dict[str, Keys] = {}
    for name, text in chosen.items():
        wanted, wrong = _read(text, by_name[name])
        problems += wrong
        keys[name] = _free(wanted, by_name[name], taken, problems)
    for name, row in by_name.items():
        if name not in chosen:
            keys[name] = _free(row.keys, row, taken, problems)
    return KeyBindings({name: keys[name] for name in by_name}, tuple(problems))


def spelled(keys: Keys) -> str:
    """Write keys as settings keep them; `bind` reads them back."""
    return "; ".join(keys)


def shown(key: str) -> str:
    """Write one key as this computer's users know it: ``⌘O`` on a Mac."""
    return QKeySequence(key, _PORTABLE).toString(_NATIVE)


def normalised(text: str) -> str:
    """Spell a key as the table does; empty where it is none.

    Signs are typed with Shift on some keyboards and without on others, so that ``Shift+?`` is
    ``?``; Shift counts with letters, digits and named keys only.
    """
    key = QKeySequence(text, _PORTABLE).toString(_PORTABLE)
    modifiers, sign = key[:-1], key[-1:]
    is_named = bool(modifiers) and not modifiers.endswith("+")
    if is_named or sign.isalnum():
        return key
    return modifiers.replace("Shift+", "") + sign


def refusal_of(key: str) -> str:
    """Say why a key cannot start anything, in a clause; empty where it can."""
    sequence = QKeySequence(key, _PORTABLE)
    if sequence.count() != 1 or not sequence.toString(_PORTABLE):
        return "is no key, or more than one"
    if key in _MENU_KEYS:
        return f"opens the menu {_MENU_KEYS[key]}"
    if key in {"Return", "Enter"}:
        return "chooses in lists and presses buttons"
    return ""


def owner_of(key: str, keys: Mapping[str, Keys]) -> str:
    """Name of the action that a key starts; empty for none."""
    return next((name for name, own in keys.items() if key in own), "")


def choices_of(rows: Iterable[ActionRow], keys: Mapping[str, Keys]) -> dict[str, str]:
    """Give what settings must keep: the actions whose keys are not the usual ones."""
    return {row.name: spelled(keys[row.name]) for row in rows if keys[row.name] != row.keys}


def _read(text: str, row: ActionRow) -> tuple[list[str], list[Problem]]:
    wanted: list[str] = []
    problems: list[Problem] = []
    for part in _parts(text):
        key = normalised(part)
        refusal = refusal_of(key)
        if refusal:
            said = f"The key {part!r} for {row.plain_text!r} {refusal}; it was left out."
            problems.append(Problem(said, _REMEDY))
        elif key not in wanted:
            wanted.append(key)
    return wanted, problems


def _parts(text: str) -> list[str]:
    """Split at ``; ``, which no key holds: the key ``;`` ends a text or comes before one."""
    return [part.strip() for part in text.split("; ") if part.strip()]


def _free(
    wanted: Iterable[str], row: ActionRow, taken: dict[str, ActionRow], problems: list[Problem]
) -> Keys:
    """Take the keys nobody has yet; say who has the others."""
    free = []
    for key in wanted:
        owner = taken.setdefault(key, row)
        if owner is row:
            free.append(key)
        else:
            said = f"The key {shown(key)} starts {owner.plain_text!r}, not {row.plain_text!r}."
            problems.append(Problem(said, _REMEDY))
    return tuple(free)


def _unknown(name: str) -> Problem:
    return Problem(
        f"The settings give keys to {name!r}, which this version cannot do.",
        "Nothing is lost; delete the entry from the settings file if it bothers you.",
    )
