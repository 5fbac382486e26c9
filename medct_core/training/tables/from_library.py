"""A training table out of a library of cases: verdicts, and files shown to be the scans judged."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, UsageError
from medct_core.inference.safe_write import replacing
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study, read_volume
from medct_core.retrieval.scan_place import ScanPlace
from medct_core.training.tables.library_verdicts import (
    JudgedScan,
    NotUsed,
    chosen_findings,
    complete_scans,
)
from medct_core.training.tables.scan_table import OWN_FINDING
from medct_core.training.tables.writing import require_new
from medct_core.vocabulary import FINDINGS

OnProgress = Callable[[float], None]
_KNOWN = frozenset(FINDINGS)
_NO_PLACE = "nobody knows where it lies; name the folder of the scans with --scans"
_OTHER_SCAN = "its file now holds another scan, or several of which training reads another one"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the scans of a library may lie.

    Attributes
    ----------
    places
        By hash of a scan or id of a case.
    by_name
        Files and folders by their plain name.
    """

    places: Mapping[str, ScanPlace]
    by_name: Mapping[str, tuple[Path, ...]]

    def candidates(self, scan: JudgedScan) -> tuple[Path, ...]:
        """Name where a scan may lie, the likeliest first, each once."""
        noted = (self.places[name].path for name in scan.names if name in self.places)
        there = (path for path in noted if path.exists())
        return tuple(dict.fromkeys((*there, *self.by_name.get(scan.source, ()))))


def whereabouts(places: Mapping[str, ScanPlace], scans: Path | None) -> Whereabouts:
    """List what lies in a folder and below it, once for all scans.

    Raises
    ------
    UsageError
        If there is no such folder.
    """
    if scans is None:
        return Whereabouts(places, {})
    if not scans.is_dir():
        raise UsageError(f"There is no folder {str(scans)!r}.", remedy="Check the path.")
    found: dict[str, list[Path]] = {}
    for path in (scans, *sorted(scans.rglob("*"))):
        found.setdefault(path.resolve().name, []).append(path)
    return Whereabouts(places, {name: tuple(paths) for name, paths in found.items()})


@dataclass(frozen=True, slots=True)
class PlacedScan:
    """A scan of which every finding was judged, and the file that holds it."""

    scan: JudgedScan
    path: Path


@dataclass(frozen=True, slots=True)
class LibraryTable:
    """What a library gives to learn from.

    Attributes
    ----------
    findings
        Columns of the table.
    rows
        Lines of the table.
    not_used
        Every other scan that was judged, and why it is no line.
    left_out
        Findings that are no columns, and how many scans were judged on each.
    """

    findings: tuple[str, ...]
    rows: tuple[PlacedScan, ...]
    not_used: tuple[NotUsed, ...]
    left_out: Mapping[str, int]

    @property
    def has_reports(self) -> bool:
        """Whether every row has a report: the table's reader refuses a line without one."""
        return bool(self.rows) and all(row.scan.report for row in self.rows)

    @property
    def patients(self) -> int:
        """How many patients are known by pseudonym."""
        return len({row.scan.patient for row in self.rows} - {""})

    def present(self, finding: str) -> int:
        """Count the rows that have a finding."""
        return sum(row.scan.verdicts[finding] for row in self.rows)


def library_table(
    scans: Sequence[JudgedScan],
    wanted: Sequence[str],
    where: Whereabouts,
    *,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> LibraryTable:
    """Choose the columns, and find the file of every scan that has a verdict in each of them.

    Every file is read and hashed: a name says little, and verdicts on another scan would teach
    what is not there.

    Parameters
    ----------
    scans
        From `library_verdicts.judged_scans`.
    wanted
        As `library_verdicts.chosen_findings` takes them.
    where
        Where scans may lie.
    cancel
        Checked while a scan is read.
    on_progress
        Takes the fraction of scans that were looked for, in [0, 1].

    Raises
    ------
    UsageError
        As `library_verdicts.chosen_findings`; or if not one scan is left.
    Cancelled
        If `cancel` was raised.
    """
    findings = chosen_findings(scans, wanted)
    complete, lacking = complete_scans(scans, findings)
    rows, lost = [], []
    for number, scan in enumerate(complete, 1):
        found = _found(scan, where, cancel or CancelToken())
        if isinstance(found, Path):
            rows.append(PlacedScan(scan, found))
        else:
            lost.append(NotUsed(scan.scan_sha256, scan.source, found))
        if on_progress is not None:
            on_progress(number / len(complete))
    counts = Counter(name for scan in scans for name in scan.verdicts)
    left_out = {name: counts[name] for name in sorted(counts) if name not in findings}
    return LibraryTable(findings, tuple(rows), (*lacking, *lost), left_out)


def _found(scan: JudgedScan, where: Whereabouts, cancel: CancelToken) -> Path | str:
    """Give the file that holds a scan, or why there is none."""
    why = _NO_PLACE
    for path in where.candidates(scan):
        cancel.raise_if_cancelled()
        try:
            volume = read_volume(largest_chest_ct(open_study(path, cancel=cancel)), cancel=cancel)
        except MedctError as error:
            why = error.summary
            continue
        if volume.content_sha256 == scan.scan_sha256:
            return path.absolute()
        why = _OTHER_SCAN
    return why


def write_library_table(table: LibraryTable, out: Path) -> None:
    """Write a table that `scan_table.read_scan_table` reads.

    Columns are ``path``, ``patient``, ``report`` where every row has one, and the findings with 0
    and 1. Patients stand under pseudonyms of the library. A path below the table's folder starts
    there, any other is absolute.

    Raises
    ------
    UsageError
        If there are no rows, the file is there already, or cannot be written.
    """
    require_new(out)
    if not table.rows:
        whys = Counter(one.why for one in table.not_used).most_common(1)
        most = f": most often, {whys[0][0]}" if whys else ""
        raise UsageError(
            f"Not one of {len(table.not_used)} scans with verdicts can be learned from{most}.",
            remedy="Name the folder of the scans with --scans, or fewer findings with --finding.",
        )
    try:
        with replacing(out) as part, part.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(_lines(table, out.parent.resolve()))
    except OSError as error:
        raise UsageError(
            f"{str(out)!r} cannot be written: {error.strerror}.", remedy="Choose another folder."
        ) from error


def _lines(table: LibraryTable, folder: Path) -> Iterator[Sequence[str]]:
    report = ("report",) if table.has_reports else ()
    columns = (name if name in _KNOWN else f"{OWN_FINDING} {name}" for name in table.findings)
    yield ("path", "patient", *report, *columns)
    for row in table.rows:
        labels = (str(int(row.scan.verdicts[name])) for name in table.findings)
        said = (row.scan.report,) if table.has_reports else ()
        yield (_written(row.path, folder), row.scan.patient, *said, *labels)


def _written(path: Path, folder: Path) -> str:
    path = Path(os.path.normpath(path))
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
