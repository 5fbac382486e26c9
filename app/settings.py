"""Settings: what a person may choose, typed and checked, and the file they are kept in."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from platformdirs import user_config_path

from medct_core.errors import OutOfDiskError, UsageError
from medct_core.inference.prompt_file import toml_string
from medct_core.inference.safe_write import replacing

_Kind = TypeVar("_Kind")

_REMEDY = "Correct that line, or delete the file to start with the usual settings."


class Theme(StrEnum):
    """Colours of the window."""

    DARK = "dark"
    LIGHT = "light"


class MouseProfile(StrEnum):
    """What dragging does: windowing first, or the crosshair first."""

    RADIOLOGY = "radiology"
    RESEARCH = "research"


class KnownFindingsShown(StrEnum):
    """When a similar case may say which findings it has."""

    AFTER_VERDICT = "after_verdict"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose.

    Attributes
    ----------
    theme
        Colours of the window.
    mouse
        What dragging does.
    model
        Name or folder; empty takes CT-CLIP where it is installed, else medct-mini.
    adapter
        Folder of an adapter for the model, or ``none``; empty for the one used by default with it.
    device
        ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:1``.
    score_on_open
        Whether a scan is scored as soon as it is open.
    interpolate
        Whether pixels are smoothed on the screen.
    volume_rendering
        Whether the view in 3D is shown.
    patient_text
        Whether the patient's name stands in the corner when a scan opens.
    export_folder
        Where reports went last; empty for the usual place.
    library
        Folder or ``s3://`` address of the library of cases; empty for the usual place.
    search_on_open
        Whether similar cases are searched as soon as a scan is encoded.
    known_findings
        When a similar case may say which findings it has.
    reader
        Who says so of the findings of a case that is added; empty for nobody.
    shortcuts
        Name of an action and the keys a person chose for it, such as ``Ctrl+O``.
    """

    theme: Theme = Theme.DARK
    mouse: MouseProfile = MouseProfile.RADIOLOGY
    model: str = ""
    adapter: str = ""
    device: str = "auto"
    score_on_open: bool = True
    interpolate: bool = True
    volume_rendering: bool = True
    patient_text: bool = False
    export_folder: str = ""
    library: str = ""
    search_on_open: bool = True
    known_findings: KnownFindingsShown = KnownFindingsShown.AFTER_VERDICT
    reader: str = ""
    shortcuts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shortcuts", MappingProxyType(dict(self.shortcuts)))


_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_CHOICES: dict[str, type[StrEnum]] = {
    "theme": Theme,
    "mouse": MouseProfile,
    "known_findings": KnownFindingsShown,
}
_KEYS = tuple(one.name for one in fields(Settings))
_SWITCHES = frozenset(one.name for one in fields(Settings) if isinstance(one.default, bool))


def settings_path() -> Path:
    """Where this user's settings are kept; it may not exist yet."""
    return user_config_path("medct", appauthor=False) / "settings.toml"


def read_settings(path: Path) -> Settings:
    """Read a settings file; what it leaves out is as usual, and so is a file that is not there.

    Raises
    ------
    UsageError
        If it cannot be read, or an entry is unknown or wrong; the message names the line and
        what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The settings file {path.name} cannot be read.",
            remedy="Check whether you may read it and whether it is text in UTF-8.",
        ) from error
    return parse_settings(text, name=path.name)


def parse_settings(text: str, *, name: str) -> Settings:
    """Read settings from the text of a file called `name`; errors as in `read_settings`."""
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"The settings file {name} is no TOML: {error}.",
            remedy="Correct it; texts stand in double quotes.",
        ) from error
    values: dict[str, Any] = {}
    for key, value in entries.items():
        place = f"Line {_line_of(text, key)} of {name}"
        values[key] = _checked(key, value, place)
    return Settings(**values)


def write_settings(settings: Settings, path: Path) -> None:
    """Write a file that `read_settings` reads back to the same settings, whole or not at all.

    Raises
    ------
    OutOfDiskError
        If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(format_settings(settings), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutOfDiskError(
            f"The settings cannot be kept: {error.strerror or 'the file cannot be written'}.",
            remedy="Make room on the disk, or check whether you may write to your own folder.",
        ) from error


def format_settings(settings: Settings) -> str:
    """Give the text of a settings file, every entry in it."""
    entries = [f"{key} = {_spelled(getattr(settings, key))}" for key in _KEYS if key != "shortcuts"]
    chosen = [
        f"{toml_string(key)} = {toml_string(keys)}" for key, keys in settings.shortcuts.items()
    ]
    return "\n".join([*entries, "", "[shortcuts]", *chosen]) + "\n"


def _checked(key: str, value: object, place: str) -> object:
    if key not in _KEYS:
        raise UsageError(
            f"{place} holds the unknown setting {key!r}.",
            remedy=f"Delete it, or choose one of: {', '.join(_KEYS)}.",
        )
    if key in _CHOICES:
        return _choice(_CHOICES[key], value, f"{place}: {key}")
    if key == "shortcuts":
        return _shortcuts(value, place)
    if key in _SWITCHES:
        return _require(value, bool, f"{place}: {key} is true or false")
    text = _require(value, str, f"{place}: {key} is a text in double quotes")
    if key == "device" and not _DEVICE.fullmatch(text):
        raise _wrong(f"{place}: device is auto, cpu, mps, cuda or one of several as in cuda:1")
    return text


def _choice(kind: type[StrEnum], value: object, where: str) -> StrEnum:
    allowed = [one.value for one in kind]
    if value not in allowed:
        raise _wrong(f"{where} is {' or '.join(allowed)}, not {value!r}")
    return kind(value)


def _shortcuts(value: object, place: str) -> dict[str, str]:
    said = f"{place}: shortcuts is a table of actions and keys, each a text in double quotes"
    table = _require(value, dict, said)
    return {key: _require(keys, str, said) for key, keys in table.items()}


def _require(value: object, kind: type[_Kind], said: str) -> _Kind:
    if not isinstance(value, kind):
        raise _wrong(said)
    return value


def _wrong(said: str) -> UsageError:
    return UsageError(f"{said}.", remedy=_REMEDY)


def _line_of(text: str, key: str) -> int:
    """Line, from 1, on which an entry or table begins; 1 where its spelling hides it."""
    named = re.compile(rf"\s*\[?\s*[\"']?{re.escape(key)}[\"']?\s*[\].=]")
    found = (number for number, line in enumerate(text.splitlines(), 1) if named.match(line))
    return next(found, 1)


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else toml_string(str(value))
