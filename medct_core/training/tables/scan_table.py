"""Scan table: labelled scans to train on, read from a CSV file; what is unusable is named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from medct_core.errors import UsageError
from medct_core.training.tables.csv_lines import CsvLine, CsvLines, open_csv
from medct_core.training.tables.scan_files import ScanFiles
from medct_core.training.tables.side_table import (
    METADATA_COLUMNS,
    REPORT_COLUMNS,
    ScanMetadata,
    SideTable,
    UnusableLineError,
    metadata_of,
    read_side_table,
)
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
    "patientid": _PATIENT,
    "subject": _PATIENT,
    "subject_id": _PATIENT,
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
    file
        Where the scan lies; None where nobody said where to look.
    metadata
        Spacing, slope and intercept, where a table of them was given.
    """

    line: int
    scan: str
    patient: str
    labels: tuple[bool, ...]
    findings_text: str
    impression: str
    cells: tuple[str, ...]
    file: Path | None = None
    metadata: ScanMetadata | None = None

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
class Unclaimed:
    """Volumes of a side table that the table of labels does not name."""

    table: str
    volumes: int


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
        Whether the table says where its scans lie; whether it is known what is reported of them.
    unclaimed
        One for each side table.
    """

    name: str
    header: tuple[str, ...]
    findings: tuple[str, ...]
    rows: tuple[ScanRow, ...]
    excluded: tuple[Exclusion, ...]
    unused_columns: tuple[str, ...]
    has_paths: bool
    has_reports: bool
    unclaimed: tuple[Unclaimed, ...] = ()


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


@dataclass(frozen=True, slots=True)
class _Source:
    """Everything a line is read with."""

    columns: _Columns
    files: ScanFiles
    reports: SideTable | None
    metadata: SideTable | None


def read_scan_table(
    table: Path,
    scans: Path | None = None,
    *,
    reports: Path | None = None,
    metadata: Path | None = None,
) -> ScanTable:
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
    reports, metadata
        CSV files of CT-RATE, joined by ``VolumeName``: its reports; its spacing, slope and
        intercept. A line of which one of them says nothing cannot be used.

    Raises
    ------
    UsageError
        If a file cannot be read as a table, or names no scans.
    """
    with open_csv(table) as found:
        columns = _columns(found.header, table.name)
        if reports is not None and columns.has_reports:
            raise UsageError(
                f"Both {table.name!r} and {reports.name!r} say what is reported.",
                remedy="Leave one of them out.",
            )
        source = _Source(
            columns=columns,
            files=ScanFiles.below(table.parent, scans),
            reports=None if reports is None else read_side_table(reports, REPORT_COLUMNS),
            metadata=None if metadata is None else read_side_table(metadata, METADATA_COLUMNS),
        )
        return _read(found, table.name, source)


def _read(found: CsvLines, name: str, source: _Source) -> ScanTable:
    columns = source.columns
    rows: list[ScanRow] = []
    excluded: list[Exclusion] = []
    for line in found.lines:
        try:
            rows.append(_row(line, source))
        except UnusableLineError as error:
            is_whole = len(line.cells) == columns.count
            scan = line.cells[_scan_place(columns) if is_whole else 0]
            excluded.append(Exclusion(line.number, scan.strip(), str(error)))
    named = [row.scan for row in rows] + [one.scan for one in excluded]
    sides = [side for side in (source.reports, source.metadata) if side is not None]
    return ScanTable(
        name=name,
        header=found.header,
        findings=tuple(columns.findings),
        rows=tuple(rows),
        excluded=tuple(excluded),
        unused_columns=columns.unused,
        has_paths=_PATH in columns.place,
        has_reports=columns.has_reports or source.reports is not None,
        unclaimed=tuple(Unclaimed(side.name, side.count_without(named)) for side in sides),
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


def _row(line: CsvLine, source: _Source) -> ScanRow:
    columns, cells = source.columns, line.cells
    if len(cells) != columns.count:
        raise UnusableLineError(f"it has {len(cells)} cells, the table {columns.count} columns")
    scan = cells[_scan_place(columns)].strip()
    if not scan:
        raise UnusableLineError("it names no scan")
    labels = tuple(_label(name, cells[number]) for name, number in columns.findings.items())
    findings_text, impression = _report(scan, cells, source)
    return ScanRow(
        line=line.number,
        scan=scan,
        patient=columns.cell(cells, _PATIENT) or _patient_in(scan),
        labels=labels,
        findings_text=findings_text,
        impression=impression,
        cells=cells,
        file=source.files.find(scan, is_path=_PATH in columns.place),
        metadata=None if source.metadata is None else metadata_of(scan, source.metadata),
    )


def _label(finding: str, cell: str) -> bool:
    label = _LABELS.get(cell.strip())
    if label is None:
        raise UnusableLineError(f"its label {finding!r} is {cell.strip()!r}, neither 0 nor 1")
    return label


def _report(scan: str, cells: Sequence[str], source: _Source) -> tuple[str, str]:
    columns = source.columns
    if source.reports is None:
        names = (_REPORT, _FINDINGS_PART, _IMPRESSION_PART)
        texts = [columns.cell(cells, name) for name in names]
    else:
        said = source.reports.cells_of(scan)
        texts = ["", *(said[name] for name in REPORT_COLUMNS)]
    whole, findings, impression = ("" if t.casefold() in _NOT_GIVEN else t for t in texts)
    is_reported = columns.has_reports or source.reports is not None
    if is_reported and not (whole or findings or impression):
        raise UnusableLineError("its report is empty")
    return (findings, impression) if findings or impression else (whole, "")


def _patient_in(scan: str) -> str:
    named = _CT_RATE_VOLUME.fullmatch(Path(scan).name)
    return named[1] if named else ""
