"""Facts table: scans and what is known of them, read from a CSV file."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from medct_core.archive.embed_folder import WantedScan
from medct_core.archive.known_facts import KnownFacts
from medct_core.errors import UsageError
from medct_core.retrieval.library_case import AGE_BANDS, SEXES, KnownFinding, age_band_of
from medct_core.vocabulary import FINDINGS

SCAN = "scan"
OWN_FINDING = "finding:"
"""Stands before the name of a finding that is not among the known ones."""

_NAMES = {
    "path": SCAN,
    "volumename": SCAN,
    **dict.fromkeys(("patient_id", "patientid", "subject", "subject_id"), "patient"),
    "study_id": "study",
    "report_text": "report",
}
"""Columns that other tables call otherwise, those to train on among them."""
_YES = frozenset({"1", "1.0", "yes", "true", "present", "y"})
_NO = frozenset({"0", "0.0", "no", "false", "absent", "n"})
_PARTED_BY = ";"
_FINDING_OF = {name.casefold(): name for name in FINDINGS}


def read_facts_table(table: Path) -> tuple[WantedScan, ...]:
    """Read which scans are wanted, and what is known of each.

    The first line names the columns, in any order and case: ``scan`` (a path, from the table's
    folder on), and any of ``patient``, ``study``, ``report``, ``age`` (years or a band), ``sex``
    (F or M), ``contrast``, ``slice_thickness_mm``, ``site`` (kept as a keyed hash only),
    ``scanner``, ``kernel``, ``tags`` (parted by semicolons), ``by`` and ``verified`` (who says
    what the finding columns say, and whether it is verified). Every other column is a finding:
    its name, or ``finding:`` and a name of one's own, with yes, no or nothing for unknown.

    Raises
    ------
    UsageError
        If the table cannot be read, or a line of it makes no sense; names line and column.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            return tuple(_scans_in(csv.DictReader(file, strict=True), table))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"The table {table.name!r} cannot be read: {_why(error)}.",
            remedy="Save it as CSV in UTF-8, with commas, and the names of columns on top.",
        ) from error


def _scans_in(lines: "csv.DictReader[str]", table: Path) -> Iterator[WantedScan]:
    columns = {name: _column(name, table) for name in lines.fieldnames or ()}
    _require_said_once(columns, table)
    if SCAN not in columns.values():
        raise UsageError(
            f"The table {table.name!r} has no column {SCAN!r}.",
            remedy="Name the paths of the scans in a column of that name.",
        )
    for line in lines:
        cells = {columns[name]: (text or "").strip() for name, text in line.items() if name}
        try:
            yield WantedScan(table.parent / _scan(cells), _facts(cells))
        except ValueError as error:
            raise UsageError(
                f"Line {lines.line_num} of {table.name!r} makes no sense: {error}.",
                remedy="Correct the line; nothing of the table was taken yet.",
            ) from error


def _require_said_once(columns: Mapping[str, str], table: Path) -> None:
    named: dict[str, str] = {}
    for name, column in columns.items():
        other = named.setdefault(column, name)
        if other != name:
            raise UsageError(
                f"The columns {other!r} and {name!r} of {table.name!r} mean the same.",
                remedy="Leave one of them out.",
            )


def _column(name: str, table: Path) -> str:
    """Name a column as it is known here; a finding keeps its own name behind a prefix."""
    plain = name.strip().casefold()
    plain = _NAMES.get(plain, plain)
    if plain == SCAN or plain in _READERS or plain in {"by", "verified"}:
        return plain
    if plain in _FINDING_OF:
        return OWN_FINDING + _FINDING_OF[plain]
    own = name.strip()[len(OWN_FINDING) :].strip() if plain.startswith(OWN_FINDING) else ""
    if not own:
        raise UsageError(
            f"The table {table.name!r} has a column {name!r} that nobody knows.",
            remedy=f"Leave it out, or call it '{OWN_FINDING}{name}' if it is a finding.",
        )
    return OWN_FINDING + own


def _scan(cells: dict[str, str]) -> str:
    if not cells[SCAN]:
        raise ValueError("it names no scan")
    return cells[SCAN]


def _facts(cells: dict[str, str]) -> KnownFacts:
    given = {
        name: read(cells[column]) for column, (name, read) in _READERS.items() if cells.get(column)
    }
    return KnownFacts(findings=_findings(cells), **given)  # type: ignore[arg-type]


def _findings(cells: dict[str, str]) -> tuple[KnownFinding, ...]:
    is_verified = bool(_yes_or_no(cells.get("verified", "")))
    answers = {
        name.removeprefix(OWN_FINDING): _yes_or_no(text)
        for name, text in cells.items()
        if name.startswith(OWN_FINDING)
    }
    return tuple(
        KnownFinding(name, is_present, is_verified, cells.get("by", ""))
        for name, is_present in answers.items()
        if is_present is not None
    )


def _yes_or_no(text: str) -> bool | None:
    plain = text.casefold()
    if plain not in _YES | _NO | {""}:
        raise ValueError(f"{text!r} is neither yes nor no")
    return None if not plain else plain in _YES


def _age_band(text: str) -> str:
    if text in AGE_BANDS:
        return text
    band = age_band_of(_number(text))
    if not band:
        raise ValueError(f"{text!r} is no age")
    return band


def _sex(text: str) -> str:
    letter = text[:1].upper()
    if letter not in SEXES:
        raise ValueError(f"{text!r} is not one of {' and '.join(SEXES)}")
    return letter


def _thickness(text: str) -> float:
    value = _number(text)
    if not 0 < value < float("inf"):
        raise ValueError(f"{text!r} is no slice thickness in mm")
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number") from None


def _tags(text: str) -> tuple[str, ...]:
    return tuple(sorted({tag.strip() for tag in text.split(_PARTED_BY)} - {""}))


_READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "patient": ("patient", str),
    "study": ("study", str),
    "report": ("report", str),
    "age": ("age_band", _age_band),
    "sex": ("sex", _sex),
    "contrast": ("contrast", _yes_or_no),
    "slice_thickness_mm": ("slice_thickness_mm", _thickness),
    "tags": ("tags", _tags),
    "site": ("site", str),
    "scanner": ("scanner", str),
    "kernel": ("kernel", str),
}
"""Columns that become one field of `KnownFacts`, and how their cells are read."""


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "it cannot be opened"
    return "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
