"""Tables of scans as an evaluation wants them: of this project's form, or of RAD-ChestCT's."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.multilabel.predictions import Bool
from medct_core.evaluation.scans.label_set import LabelSet, own_labels, rad_labels
from medct_core.evaluation.scans.labelled_scans import LabelledScans, LeftOut, ReadScan
from medct_core.evaluation.scans.rad_chest_ct import (
    is_rad_table,
    read_rad_labels,
    read_rad_patients,
    read_rad_scan,
    sixteen_of,
)
from medct_core.training.tables.cohort_reading import read_cohort
from medct_core.training.tables.scan_reading import read_row
from medct_core.training.tables.scan_table import ScanRow, TextOrder, read_scan_table
from medct_core.training.tables.tensor_cache import file_key, source_key
from medct_core.volume.volume import Volume

_GONE = "there is no file of that name"


@dataclass(frozen=True, slots=True)
class Places:
    """Where what belongs to tables lies; None where nobody said.

    Attributes
    ----------
    scans
        Folder of the scans, searched with all below it.
    reports, metadata
        CSV files joined by the name of a volume; RAD-ChestCT's metadata say whose scans they are.
    """

    scans: Path | None = None
    reports: Path | None = None
    metadata: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """One table, before patients are numbered across tables."""

    path: Path
    findings: tuple[str, ...]
    scans: tuple[str, ...]
    groups: tuple[str, ...]
    truth: Bool
    reports: tuple[str, ...]
    keys: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    read: ReadScan
    unknown: Bool
    files: tuple[str, ...]


def read_evaluated(
    paths: Sequence[Path], places: Places
) -> tuple[tuple[LabelledScans, ...], LabelSet]:
    """Read tables whose scans are to be measured; patients are numbered across them.

    Where one of them is a label table of RAD-ChestCT, all are brought to its sixteen findings.

    Parameters
    ----------
    paths
        CSV files; the first gives the order of the findings.
    places
        Of their scans.

    Raises
    ------
    UsageError
        If a table cannot be read, holds no usable scan, or does not say where its scans lie; or
        if tables differ in their findings.
    """
    are_rad = [is_rad_table(path) for path in paths]
    kinds = list(zip(paths, are_rad, strict=True))
    tables = [_rad(path, places) if is_rad else _own(path, places) for path, is_rad in kinds]
    if any(are_rad):
        labels = rad_labels()
        tables = [_as_rad(one, labels) for one in tables]
    else:
        labels = own_labels(paths[0].name, tables[0].findings)
        tables = [_as_first(one, tables[0]) for one in tables]
    numbers: dict[str, int] = {}
    return tuple(_numbered(one, numbers) for one in tables), labels


def _numbered(table: _Read, numbers: dict[str, int]) -> LabelledScans:
    patients = [numbers.setdefault(group, len(numbers)) for group in table.groups]
    return LabelledScans(
        name=table.path.name,
        sha256=hashlib.sha256(table.path.read_bytes()).hexdigest(),
        findings=table.findings,
        scans=table.scans,
        patients=np.array(patients, np.int64),
        truth=table.truth,
        reports=table.reports,
        keys=table.keys,
        left_out=table.left_out,
        read=table.read,
        unknown=table.unknown,
        files=table.files,
    )


def _own(path: Path, places: Places) -> _Read:
    table = read_scan_table(
        path, places.scans, reports=places.reports, metadata=_metadata_of(places.metadata)
    )
    if table.rows and any(row.file is None for row in table.rows):
        raise UsageError(
            f"The table {table.name!r} does not say where its scans lie.",
            remedy="Name their folder with --scans.",
        )
    rows = list(table.rows)
    cohort = read_cohort([table], TextOrder.FINDINGS_FIRST)

    def read(row: int, cancel: CancelToken) -> Volume:
        return read_row(rows[row], cancel=cancel)

    return _Read(
        path=path,
        findings=cohort.findings,
        scans=cohort.scans,
        groups=tuple(row.group for row in rows),
        truth=cohort.labels,
        reports=cohort.reports,
        keys=tuple(map(source_key, rows)),
        left_out=tuple(LeftOut(one.scan, one.why) for one in table.excluded),
        read=read,
        unknown=np.array([not row.patient for row in rows]),
        files=tuple(map(file_key, rows)),
    )


def _metadata_of(metadata: Path | None) -> Path | None:
    """Of a table beside one of RAD-ChestCT: the latter's metadata say nothing of it."""
    return None if metadata is None or is_rad_table(metadata) else metadata


def _rad(path: Path, places: Places) -> _Read:
    if places.scans is None:
        raise UsageError(
            f"The table {path.name!r} of RAD-ChestCT does not say where its scans lie.",
            remedy="Name the folder of the .npz files with --scans.",
        )
    labels = read_rad_labels(path)
    whose = _rad_patients(places.metadata)
    files = {file.stem: file for file in places.scans.rglob("*.npz")}
    kept = [row for row, scan in enumerate(labels.scans) if scan in files]
    gone = [LeftOut(scan, _GONE) for scan in labels.scans if scan not in files]
    if not kept:
        raise UsageError(
            f"There is no scan of {path.name!r} in {str(places.scans)!r}.",
            remedy="Name the folder of the .npz files with --scans.",
        )
    scans = tuple(labels.scans[row] for row in kept)
    found = [files[scan] for scan in scans]
    return _Read(
        path=path,
        findings=rad_labels().findings,
        scans=scans,
        groups=tuple(f"rad {whose.get(scan, f'scan {scan}')}" for scan in scans),
        truth=labels.truth[kept],
        reports=("",) * len(scans),
        keys=tuple(_key(file) for file in found),
        left_out=(*labels.left_out, *gone),
        read=lambda row, _cancel: read_rad_scan(found[row]),
        unknown=np.array([scan not in whose for scan in scans]),
        files=tuple(_key(file) for file in found),
    )


def _rad_patients(metadata: Path | None) -> dict[str, str]:
    if metadata is None or not is_rad_table(metadata):
        return {}
    return read_rad_patients(metadata)


def _key(file: Path) -> str:
    return source_key(ScanRow(0, file.name, "", (), "", "", (), file=file))


def _as_rad(table: _Read, labels: LabelSet) -> _Read:
    """Bring a table of our findings to the sixteen; one of RAD-ChestCT is there already."""
    if table.findings == labels.findings:
        return table
    missing = [name for name in labels.asked if name not in table.findings]
    if missing:
        raise UsageError(
            f"The table {table.path.name!r} has no column for {', '.join(missing)}.",
            remedy="Give a table with the findings that RAD-ChestCT is judged by.",
        )
    truth = sixteen_of(table.truth.astype(np.float64), table.findings) > 0
    return replace(table, findings=labels.findings, truth=truth)


def _as_first(table: _Read, first: _Read) -> _Read:
    """Put the columns of a table in the order of the first one's."""
    if set(table.findings) != set(first.findings):
        apart = ", ".join(sorted(set(table.findings) ^ set(first.findings)))
        raise UsageError(
            f"{first.path.name!r} and {table.path.name!r} do not have the same findings: {apart}.",
            remedy="Give every table a column for each of them.",
        )
    places = [table.findings.index(name) for name in first.findings]
    return replace(table, findings=first.findings, truth=table.truth[:, places])
