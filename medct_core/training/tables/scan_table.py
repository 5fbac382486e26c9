"""Scan table: labelled scans to train on, read from a CSV file; what is unusable is named."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TextIO

from medct_core.errors import UsageError
from medct_core.vocabulary import FINDINGS

OWN_FINDING = "finding:"
"""Stands before the name of a finding that is not among the known ones."""

_PATH, _NAME, _PATIENT, _REPORT = "path", "name", "patient", "report"
_FINDINGS_PART, _IMPRESSION_PART, _NEVER_IN_TEXT = "findings", "impression", "never in a text"
_COLUMNS = {
    "path": _PATH,
    "volumename": _NAME,
    "accessionno": _NAME,
    "patient": _PATIENT,
    "patient_id": _PATIENT,
    "report": _REPORT,
    "report_text": _REPORT,
    "findings_en": _FINDINGS_PART,
    "impressions_en": _IMPRESSION_PART,
    "clinicalinformation_en": _NEVER_IN_TEXT,
    "technique_en": _NEVER_IN_TEXT,
}
_FINDING_OF = {name.casefold(): name for name in FINDINGS}
_LABELS = {"0": False, "0.0": False, "1": True, "1.0": True}
_CT_RATE_VOLUME = re.compile(r"((?:train|valid)_\d+)_[a-z]+_\d+(?:\.nii(?:\.gz)?)?")
_NOT_GIVEN = frozenset({"", "not given", "not given."})
_NOT_READ = str.maketrans("", "", "\"'()")


class TextOrder(Enum):
    """Which part of a report the model reads first; what is too long loses its end."""

    FINDINGS_FIRST = "findings-first"
    IMPRESSION_FIRST = "impression-first"


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One usable line of a table.

    Attributes
    ----------
    line
        Number of the line in the file, counted from 1; the last one where a cell has several.
    scan
        Path or name, as written.
    patient
        Empty where the table does not say whose scan it is.
    labels
        Whether each finding of the table is present.
    findings_text, impression
        Parts of the report; a report in one piece is all `findings_text`.
    cells
        The line as it stands in the file.
    """

    line: int
    scan: str
    patient: str
    labels: tuple[bool, ...]
    findings_text: str
    impression: str
    cells: tuple[str, ...]

    def text(self, order: TextOrder) -> str:
        """Put the report together as the model reads it: quotes and brackets are left out."""
        parts = (self.findings_text, self.impression)
        ordered = parts if order is TextOrder.FINDINGS_FIRST else parts[::-1]
        return " ".join(" ".join(ordered).translate(_NOT_READ).split())

    @property
    def group(self) -> str:
        """Whoever shares it must stay on one side: the patient, or else the scan alone."""
        return f"patient {self.patient}" if self.patient else f"scan {self.scan}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A line that cannot be used, and why."""

    line: int
    scan: str
    why: str


@dataclass(frozen=True, slots=True)
class ScanTable:
    """Labelled scans of one file.

    Attributes
    ----------
    name
        Of the file.
    header
        Names of its columns.
    findings
        What the labels of a row stand for, in the order of the columns.
    rows, excluded
        Every line of the file is in one of them.
    unused_columns
        Columns nobody knows; a misspelt finding would stand here.
    has_paths, has_reports
        Whether the table says where its scans lie, and what is reported of them.
    """

    name: str
    header: tuple[str, ...]
    findings: tuple[str, ...]
    rows: tuple[ScanRow, ...]
    excluded: tuple[Exclusion, ...]
    unused_columns: tuple[str, ...]
    has_paths: bool
    has_reports: bool


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a line things stand."""

    place: dict[str, int]
    findings: dict[str, int]
    unused: tuple[str, ...]
    count: int

    def cell(self, cells: Sequence[str], column: str) -> str:
        return cells[self.place[column]].strip() if column in self.place else ""

    @property
    def has_reports(self) -> bool:
        return not self.place.keys().isdisjoint({_REPORT, _FINDINGS_PART, _IMPRESSION_PART})


class _UnusableError(Exception):
    """Why one line cannot be used."""


def read_scan_table(table: Path, scans: Path | None = None) -> ScanTable:
    """Read labelled scans: in CT-RATE's form, or simply ``path, report, finding...``.

    The first line names the columns, in any order and case: ``path`` (from the table's folder on)
    or ``VolumeName``; ``patient``; ``report``, or ``Findings_EN`` and ``Impressions_EN``; the
    known findings by name and others as ``finding:`` and a name, each 0 or 1. The patient of a
    CT-RATE volume is read off its name: ``train_1_a_2`` is of ``train_1``. Clinical information
    and technique never enter a text: a model would learn from them what was suspected.

    Parameters
    ----------
    table
        A CSV file in UTF-8.
    scans
        Folder, searched with all below it, in which every scan must lie. Without it, only the
        files of a column ``path`` are looked for.

    Raises
    ------
    UsageError
        If the file cannot be read as a table, or names no scans.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            return _read(file, table, scans)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"The table {table.name!r} cannot be read: {_why(error)}.",
            remedy="Save it as CSV in UTF-8, with commas, and the names of columns on top.",
        ) from error


def _read(file: TextIO, table: Path, scans: Path | None) -> ScanTable:
    lines = csv.reader(file, strict=True)
    header = tuple(name.strip() for name in next(lines, []))
    columns = _columns(header, table.name)
    is_there = _ScanFinder(table.parent, scans)
    rows: list[ScanRow] = []
    excluded: list[Exclusion] = []
    for cells in filter(None, lines):
        try:
            rows.append(_row(cells, lines.line_num, columns, is_there))
        except _UnusableError as error:
            scan = cells[_scan_place(columns)] if len(cells) == columns.count else cells[0]
            excluded.append(Exclusion(lines.line_num, scan.strip(), str(error)))
    return ScanTable(
        name=table.name,
        header=header,
        findings=tuple(columns.findings),
        rows=tuple(rows),
        excluded=tuple(excluded),
        unused_columns=columns.unused,
        has_paths=_PATH in columns.place,
        has_reports=columns.has_reports,
    )


def _columns(header: tuple[str, ...], table: str) -> _Columns:
    place: dict[str, int] = {}
    findings: dict[str, int] = {}
    unused: list[str] = []
    for number, name in enumerate(header):
        finding = _finding(name)
        meaning = _COLUMNS.get(name.casefold(), "")
        known, key = (findings, finding) if finding else (place, meaning)
        if key in known and key != _NEVER_IN_TEXT:
            raise UsageError(
                f"The table {table!r} says twice what {name!r} says.",
                remedy="Leave one of the columns out.",
            )
        if key:
            known[key] = number
        else:
            unused.append(name)
    if place.keys().isdisjoint({_PATH, _NAME}):
        raise UsageError(
            f"The table {table!r} names no scans.",
            remedy="Name them in a column 'path' or 'VolumeName'.",
        )
    return _Columns(place, findings, tuple(unused), len(header))


def _finding(name: str) -> str:
    if name.casefold().startswith(OWN_FINDING):
        return name[len(OWN_FINDING) :].strip()
    return _FINDING_OF.get(name.casefold(), "")


def _scan_place(columns: _Columns) -> int:
    return columns.place[_PATH if _PATH in columns.place else _NAME]


def _row(cells: Sequence[str], line: int, columns: _Columns, is_there: "_ScanFinder") -> ScanRow:
    if len(cells) != columns.count:
        raise _UnusableError(f"it has {len(cells)} cells, the table {columns.count} columns")
    scan = cells[_scan_place(columns)].strip()
    if not scan:
        raise _UnusableError("it names no scan")
    labels = tuple(_label(name, cells[number]) for name, number in columns.findings.items())
    findings_text, impression = _report(cells, columns)
    is_there.require(scan, is_path=_PATH in columns.place)
    patient = columns.cell(cells, _PATIENT) or _patient_in(scan)
    return ScanRow(line, scan, patient, labels, findings_text, impression, tuple(cells))


def _label(finding: str, cell: str) -> bool:
    label = _LABELS.get(cell.strip())
    if label is None:
        raise _UnusableError(f"its label {finding!r} is {cell.strip()!r}, neither 0 nor 1")
    return label


def _report(cells: Sequence[str], columns: _Columns) -> tuple[str, str]:
    columns_of_text = (_REPORT, _FINDINGS_PART, _IMPRESSION_PART)
    texts = (columns.cell(cells, column) for column in columns_of_text)
    whole, findings, impression = ("" if t.casefold() in _NOT_GIVEN else t for t in texts)
    if columns.has_reports and not (whole or findings or impression):
        raise _UnusableError("its report is empty")
    return (findings, impression) if findings or impression else (whole, "")


def _patient_in(scan: str) -> str:
    named = _CT_RATE_VOLUME.fullmatch(Path(scan).name)
    return named[1] if named else ""


class _ScanFinder:
    """Says whether a scan lies where it should; lists a folder once, not once a scan."""

    def __init__(self, beside: Path, scans: Path | None) -> None:
        self._beside = beside
        self._scans = scans
        self._names = frozenset(_file_names(scans)) if scans is not None else frozenset[str]()

    def require(self, scan: str, *, is_path: bool) -> None:
        """Refuse a line whose scan is looked for and not found."""
        if is_path and not ((self._scans or self._beside) / scan).exists():
            raise _UnusableError("there is no such file")
        if self._scans is not None and not is_path and Path(scan).name not in self._names:
            raise _UnusableError("there is no file of that name")


def _file_names(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        raise UsageError(f"There is no folder {str(folder)!r}.", remedy="Check the path.")
    for file in folder.rglob("*"):
        yield file.name
        # A table may name a volume without the ending of its file.
        yield file.name.removesuffix(".gz").removesuffix(".nii")


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "it cannot be opened"
    return "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
