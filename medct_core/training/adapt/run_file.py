"""The TOML file of a run: read once, every wrong entry named with its line."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medct_core.errors import UsageError
from medct_core.training.adapt.config import AdaptConfig, SettingRefusedError
from medct_core.training.augmentation.recipes import augmentation_named


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a value must be: how it is called, and whether one is it."""

    said: str
    types: tuple[type, ...]

    def fits(self, value: object) -> bool:
        """Say whether `value` is of this kind; ``true`` is no number."""
        if isinstance(value, bool) and bool not in self.types:
            return False
        return isinstance(value, self.types)


_TEXT = _Kind("a text in quotes", (str,))
_WHOLE = _Kind("a whole number", (int,))
_NUMBER = _Kind("a number", (int, float))
_SWITCH = _Kind("true or false", (bool,))
_LIST = _Kind("a list in square brackets", (list,))
_TEXTS = _Kind("a text in quotes, or a list of them", (str, list))

_DATA: dict[str, _Kind] = {
    "train": _TEXTS,
    "validation": _TEXT,
    "test": _TEXT,
    "split": _LIST,
    "split_seed": _WHOLE,
    "scans": _TEXT,
    "reports": _TEXT,
    "metadata": _TEXT,
    "cache": _TEXT,
    "workers": _WHOLE,
    "text_order": _TEXT,
}
SECTIONS: dict[str, dict[str, _Kind]] = {
    "base": {"model": _TEXT},
    "data": _DATA,
    "augmentation": {"recipe": _TEXT},
    "lora": {
        "preset": _TEXT,
        "towers": _TEXT,
        "vision_rank": _WHOLE,
        "vision_alpha": _WHOLE,
        "vision_dropout": _NUMBER,
        "text_rank": _WHOLE,
        "text_alpha": _WHOLE,
    },
    "head": {"kind": _TEXT, "dropout": _NUMBER, "prompts": _TEXT},
    "loss": {"kind": _TEXT, "contrast": _TEXT, "contrast_weight": _NUMBER},
    "run": {
        "folder": _TEXT,
        "name": _TEXT,
        "epochs": _WHOLE,
        "batch": _WHOLE,
        "accumulation": _WHOLE,
        "rate": _NUMBER,
        "weight_decay": _NUMBER,
        "text_tokens": _WHOLE,
        "bf16": _SWITCH,
        "checkpointing": _SWITCH,
        "seed": _WHOLE,
        "device": _TEXT,
        "checkpoint_minutes": _NUMBER,
        "readers": _WHOLE,
    },
}
_FIELDS = {
    ("augmentation", "recipe"): "augmentation",
    ("data", "text_order"): "text_order",
    ("head", "kind"): "head",
    ("head", "dropout"): "head_dropout",
    ("loss", "kind"): "loss",
}
"""Entries that `AdaptConfig` calls otherwise than the file."""
_NO_FIELDS = {("run", "folder"), *(("data", key) for key in _DATA if key != "text_order")}


@dataclass(frozen=True, slots=True)
class DataPlan:
    """Where the scans of a run are, and how they are divided.

    Attributes
    ----------
    train
        Tables to learn from, or to divide.
    validation, test
        Tables of other patients; None where `split` divides.
    split, split_seed
        Shares of training, validation and test, and what decides who is where; None with tables.
    scans, reports, metadata
        See `tables.scan_table.read_scan_table`.
    cache
        Folder of prepared scans.
    workers
        Processes that prepare scans.
    """

    train: tuple[Path, ...]
    validation: Path | None
    test: Path | None
    split: tuple[float, float, float] | None
    split_seed: int
    scans: Path | None
    reports: Path | None
    metadata: Path | None
    cache: Path
    workers: int


@dataclass(frozen=True, slots=True)
class RunFile:
    """A run as a file says it.

    Attributes
    ----------
    model
        Name or folder of the base.
    data
        Where the scans are.
    config
        How they are learned from.
    folder
        Of the run.
    """

    model: str
    data: DataPlan
    config: AdaptConfig
    folder: Path


def read_run_file(path: Path) -> RunFile:
    """Read the file of a run; paths in it start from its folder.

    Raises
    ------
    UsageError
        If it cannot be read, or an entry is unknown, missing, of another kind or out of range;
        the message names the line and, for an unknown one, the nearest that is known.
    """
    text = _text_of(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        is_escape = any(words in str(error) for words in ("Unescaped", "hex value"))
        windows = r" A path of Windows stands in single quotes, as 'C:\ct'."
        remedy = f"Correct that place.{windows if is_escape else ''}"
        raise UsageError(f"{path.name} is no TOML file: {error}.", remedy=remedy) from error
    reader = _Reader(path, text, content)
    reader.check()
    return RunFile(
        model=_model(reader),
        data=_data(reader),
        config=_config(reader),
        folder=reader.path("run", "folder"),
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The file {path} cannot be read.", remedy="Give the TOML file of a run."
        ) from error


class _Reader:
    """The entries of one file, and where they stand in it."""

    def __init__(self, file: Path, text: str, content: Mapping[str, Any]) -> None:
        self.file = file
        self._lines = text.splitlines()
        self._content = content

    def check(self) -> None:
        """Refuse what is unknown or of another kind."""
        for section, entries in self._content.items():
            if section not in SECTIONS or not isinstance(entries, dict):
                known = [f"[{name}]" for name in SECTIONS]
                raise self._unknown(f"[{section}]", known, self.section_line(section))
            for key, value in entries.items():
                self._check_entry(section, key, value)

    def get(self, section: str, key: str) -> Any:  # noqa: ANN401 - TOML has any
        """Give an entry, None where it is left out."""
        return self._content.get(section, {}).get(key)

    def need(self, section: str, key: str) -> Any:  # noqa: ANN401 - TOML has any
        """Give an entry that must be there."""
        value = self.get(section, key)
        if value is None:
            raise UsageError(
                f"{self.file.name} lacks the entry {key!r} in [{section}].",
                remedy=f"Add it: {SECTIONS[section][key].said}.",
            )
        return value

    def path(self, section: str, key: str) -> Path:
        """Give a path that must be there."""
        return self.resolved(self.need(section, key))

    def optional_path(self, section: str, key: str) -> Path | None:
        """Give a path that may be left out."""
        value = self.get(section, key)
        return None if value is None else self.resolved(value)

    def resolved(self, path: str) -> Path:
        """Start a path from the folder of the file."""
        # Links are kept: paths in a table start beside it, wherever a link to it leads.
        joined = self.file.parent / Path(path).expanduser()
        return Path(os.path.normpath(joined.absolute()))

    def refused(self, section: str, key: str, remedy: str) -> UsageError:
        """Say of an entry that it cannot be used."""
        value = self.get(section, key)
        where = f"{self.file.name}, line {self.line(section, key)}"
        return UsageError(f"{where}: {key!r} in [{section}] is {value!r}.", remedy=remedy)

    def line(self, section: str, key: str) -> int:
        """Find the line of an entry, from 1; that of its section if it is written otherwise."""
        start = self.section_line(section)
        for number, line in enumerate(self._lines[start:], start=start + 1):
            if line.lstrip().startswith("["):
                break
            if _begins(line, key):
                return number
        return start

    def section_line(self, section: str) -> int:
        """Find the line of a section, or of an entry before the first one, from 1."""
        for number, line in enumerate(self._lines, start=1):
            header = re.match(r"\s*\[+\s*[\"']?([^\]\"']+?)[\"']?\s*\]", line)
            if (header and header[1] == section) or _begins(line, section):
                return number
        return 1

    def _check_entry(self, section: str, key: str, value: object) -> None:
        known = SECTIONS[section]
        if key not in known:
            raise self._unknown(key, list(known), self.line(section, key), section)
        if not known[key].fits(value):
            raise self.refused(section, key, f"Give {known[key].said}.")

    def _unknown(
        self, name: str, known: list[str], line: int, section: str | None = None
    ) -> UsageError:
        every = known if section is None else [key for keys in SECTIONS.values() for key in keys]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
        elsewhere = [there for there, keys in SECTIONS.items() if name in keys]
        place = f" in [{section}]" if section else ""
        hint = f"{name!r} belongs into [{elsewhere[0]}]" if name in every and elsewhere else ""
        return UsageError(
            f"{self.file.name}, line {line}: there is no entry {name!r}{place}.",
            remedy=f"{hint}." if hint else f"Did you mean {near!r}? Known are {', '.join(known)}.",
        )


def _begins(line: str, key: str) -> bool:
    """Whether a line sets an entry."""
    return re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line) is not None


def _model(reader: _Reader) -> str:
    """Give the base: the folder of that name beside the file if there is one, else a name."""
    named: str = reader.need("base", "model")
    folder = reader.resolved(named)
    return str(folder) if folder.is_dir() else named


def _data(reader: _Reader) -> DataPlan:
    train = reader.need("data", "train")
    names = [train] if isinstance(train, str) else train
    if not names or not all(isinstance(name, str) for name in names):
        raise reader.refused("data", "train", f"Give {_TEXTS.said}.")
    validation, test = (reader.optional_path("data", key) for key in ("validation", "test"))
    return DataPlan(
        train=tuple(reader.resolved(name) for name in names),
        validation=validation,
        test=test,
        split=_split(reader, tables=(validation, test)),
        split_seed=_from(reader, "split_seed", least=0, usual=0),
        scans=reader.optional_path("data", "scans"),
        reports=reader.optional_path("data", "reports"),
        metadata=reader.optional_path("data", "metadata"),
        cache=reader.path("data", "cache"),
        workers=_from(reader, "workers", least=1, usual=1),
    )


def _split(
    reader: _Reader, tables: tuple[Path | None, Path | None]
) -> tuple[float, float, float] | None:
    shares = reader.get("data", "split")
    if shares is None:
        if None in tables:
            raise UsageError(
                f"{reader.file.name} does not say which patients are held out.",
                remedy="Give tables 'validation' and 'test' in [data], or 'split' with three "
                "shares such as [0.7, 0.15, 0.15].",
            )
        return None
    if tables != (None, None):
        raise reader.refused("data", "split", "Leave it out, or both 'validation' and 'test'.")
    if len(shares) != 3 or not all(_NUMBER.fits(one) and one > 0 for one in shares):
        raise reader.refused("data", "split", "Give three shares above 0 that add up to 1.")
    return float(shares[0]), float(shares[1]), float(shares[2])


def _from(reader: _Reader, key: str, *, least: int, usual: int) -> int:
    value: int | None = reader.get("data", key)
    if value is not None and value < least:
        raise reader.refused("data", key, f"Give {least} or more.")
    return usual if value is None else value


def _config(reader: _Reader) -> AdaptConfig:
    places = {
        _FIELDS.get((section, key), key): (section, key)
        for section, keys in SECTIONS.items()
        for key in keys
        if (section, key) not in _NO_FIELDS and section != "base"
    }
    given = {field: reader.get(*place) for field, place in places.items()}
    if given["augmentation"] is not None:
        augmentation_named(given["augmentation"])
    try:
        return AdaptConfig(**{name: value for name, value in given.items() if value is not None})
    except SettingRefusedError as error:
        raise reader.refused(*places[error.name], error.remedy) from error
