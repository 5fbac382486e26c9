"""Prompt files: the questions of one person, kept as TOML."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from medct_core.errors import OutOfDiskError, PromptRefusedError
from medct_core.inference.prompt import Prompt
from medct_core.inference.safe_write import replacing

_ENTRY = re.compile(r"^\s*\[\[\s*prompt\s*\]\]\s*(?:#.*)?$")
_KEYS = ("name", "present", "absent")
_FORM = 'Write each entry as [[prompt]] with name = "...", present = ["..."] and absent = ["..."].'
_LARGEST_BYTES = 4 * 2**20
"""A prompt file is typed by hand; anything larger is another file chosen by mistake."""


def read_prompts(path: Path) -> tuple[Prompt, ...]:
    """Read a prompt file.

    Parameters
    ----------
    path
        TOML in UTF-8: a list of ``[[prompt]]`` entries with ``name``, ``present`` and, for a
        pair, ``absent``; the last two may be one text or a list of texts.

    Returns
    -------
    The prompts in the order of the file; names differ.

    Raises
    ------
    PromptRefusedError
        If the file cannot be read or an entry is wrong; the message names line and entry.
    """
    return parse_prompts(_text_of(path), name=path.name)


def parse_prompts(text: str, *, name: str) -> tuple[Prompt, ...]:
    """Read prompts from the text of a prompt file called `name`; errors as in `read_prompts`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PromptRefusedError(
            f"The prompt file {name} cannot be read: {error}.",
            remedy="Correct it; texts stand in double quotes, lists in square brackets.",
        ) from error
    unknown = sorted(set(content) - {"prompt"})
    entries = content.get("prompt")
    if unknown or not isinstance(entries, list) or not entries:
        found = f"the unknown entry {unknown[0]!r}" if unknown else "no [[prompt]] entry"
        raise PromptRefusedError(f"The prompt file {name} holds {found}.", remedy=_FORM)
    places = _places(text, count=len(entries), name=name)
    prompts = tuple(_prompt(entry, where) for entry, where in zip(entries, places, strict=True))
    _refuse_double_names(prompts, places)
    return prompts


def write_prompts(prompts: Iterable[Prompt], path: Path) -> None:
    """Write a prompt file that `read_prompts` reads back to the same prompts.

    An existing file is replaced in one step, so a crash leaves the old or the new one.

    Raises
    ------
    OutOfDiskError
        If the file cannot be written.
    """
    text = format_prompts(prompts)
    try:
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutOfDiskError(
            f"The prompt file {path.name} cannot be written: {error.strerror}.",
            remedy="Choose another folder, or make room on the disk.",
        ) from error


def format_prompts(prompts: Iterable[Prompt]) -> str:
    """Give the text of a prompt file."""
    return "\n".join(_entry(prompt) for prompt in prompts)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise PromptRefusedError(
                f"The file {path.name} is too large for a prompt file.",
                remedy="Choose the TOML file that holds the prompts.",
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PromptRefusedError(
            f"The prompt file {path.name} cannot be opened: {error.strerror}.",
            remedy="Check the path and whether you may read it.",
        ) from error
    except UnicodeDecodeError as error:
        raise PromptRefusedError(
            f"The prompt file {path.name} is not plain text in UTF-8.",
            remedy="Save it again as UTF-8 text.",
        ) from error


def _places(text: str, *, count: int, name: str) -> list[str]:
    """Say for every entry where it stands, with its line where the lines are unmistakable."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _ENTRY.match(line)]
    if len(lines) != count:
        return [f"Entry {index} of {name}" for index in range(1, count + 1)]
    return [f"Entry {index} of {name} (line {line})" for index, line in enumerate(lines, 1)]


def _prompt(entry: object, where: str) -> Prompt:
    if not isinstance(entry, dict):
        raise PromptRefusedError(f"{where} is no table.", remedy=_FORM)
    unknown = sorted(set(entry) - set(_KEYS))
    if unknown:
        raise PromptRefusedError(f"{where} has the unknown key {unknown[0]!r}.", remedy=_FORM)
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise PromptRefusedError(f"{where} has no name.", remedy=_FORM)
    present = _wordings(entry.get("present"), key="present", where=f"{where}, {name!r},")
    absent = _wordings(entry.get("absent", []), key="absent", where=f"{where}, {name!r},")
    if not present:
        raise PromptRefusedError(f"{where}, {name!r}, has no wording for present.", remedy=_FORM)
    return Prompt(name=name, present=present, absent=absent)


def _wordings(value: object, *, key: str, where: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if texts is None:
        return ()
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise PromptRefusedError(f"{where} needs a list of texts under {key}.", remedy=_FORM)
    if not all(text.strip() for text in texts):
        raise PromptRefusedError(f"{where} has a blank wording under {key}.", remedy=_FORM)
    return tuple(texts)


def _refuse_double_names(prompts: Sequence[Prompt], places: Sequence[str]) -> None:
    first: dict[str, str] = {}
    for prompt, where in zip(prompts, places, strict=True):
        key = prompt.name.strip().casefold()
        if key in first:
            raise PromptRefusedError(
                f"{where} has the name {prompt.name!r} a second time; {first[key]} has it too.",
                remedy="Give each entry a name of its own, or list all wordings in one entry.",
            )
        first[key] = where


def _entry(prompt: Prompt) -> str:
    lines = ["[[prompt]]", f"name = {toml_string(prompt.name)}", _list("present", prompt.present)]
    if prompt.absent:
        lines.append(_list("absent", prompt.absent))
    return "\n".join(lines) + "\n"


def _list(key: str, texts: Iterable[str]) -> str:
    return f"{key} = [{', '.join(toml_string(text) for text in texts)}]"


def toml_string(text: str) -> str:
    """Give a TOML basic string: quotes, backslashes and control characters are escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return f"\\u{ord(character):04X}"
    return character
