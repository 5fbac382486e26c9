"""Files: reports written beside each other, whole or not at all."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from medct_core.errors import DISK_FULL, OutOfDiskError
from medct_core.export.csv import measurements_to_csv, to_csv
from medct_core.export.file_names import FORMATS, endings, file_stem, free_stem
from medct_core.export.pdf import to_pdf
from medct_core.export.report import Report
from medct_core.export.report_json import to_json
from medct_core.inference.safe_write import replacing

_TO_BYTES: dict[str, Callable[[Report], bytes]] = {
    ".csv": lambda report: _utf8(to_csv([report])),
    ".pdf": to_pdf,
    ".json": lambda report: _utf8(to_json(report)),
    "_measurements.csv": lambda report: _utf8(measurements_to_csv([report])),
}
"""What stands in a file, by the end of its name."""


def write_report(
    report: Report, folder: Path, formats: tuple[str, ...] = FORMATS
) -> tuple[Path, ...]:
    """Write one report as ``<name>.csv``, ``<name>.pdf`` and ``<name>.json``.

    With the first goes ``<name>_measurements.csv`` where something was measured. If one of these
    names is taken, all get the next free number: ``<name>-2``.

    Parameters
    ----------
    report
        What to write.
    folder
        Made if it is not there.
    formats
        Some of `FORMATS`.

    Returns
    -------
    The files, in the order of `formats`.

    Raises
    ------
    OutOfDiskError
        If the disk is full or the folder cannot be written; then no file is left behind.
    """
    has_measurements = bool(report.reader.measurements)
    ends = [end for form in formats for end in endings(form, has_measurements=has_measurements)]
    contents = {end: _TO_BYTES[end](report) for end in ends}
    with _as_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        stem = free_stem(folder, file_stem(report.scan.name))
        return _write_together({folder / f"{stem}{end}": contents[end] for end in ends})


def write_table(reports: tuple[Report, ...], folder: Path) -> Path:
    """Write the findings of several scans as one table, ``all.csv`` (``all-2.csv`` if taken).

    Raises
    ------
    OutOfDiskError
        As in `write_report`.
    """
    content = _utf8(to_csv(reports))
    with _as_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{free_stem(folder, 'all', ('.csv',))}.csv"
        return _write_together({path: content})[0]


def require_writable(folder: Path) -> None:
    """Find out before the work, not after it, that results could not be written.

    Raises
    ------
    OutOfDiskError
        As in `write_report`.
    """
    with _as_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def _utf8(text: str) -> bytes:
    # A name that is no text reaches us with lone surrogates, which no file may hold.
    return text.encode(errors="replace")


def _write_together(contents: dict[Path, bytes]) -> tuple[Path, ...]:
    """Write everything under temporary names before the first one is renamed."""
    with ExitStack() as stack:
        for path, content in contents.items():
            stack.enter_context(replacing(path)).write_bytes(content)
    return tuple(contents)


@contextmanager
def _as_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in DISK_FULL
        why = "the disk is full" if full else (error.strerror or "it cannot be written")
        raise OutOfDiskError(
            f"The results cannot be written to {str(folder)!r}: {why}.",
            remedy="Free some space there, or choose another folder with --out.",
        ) from error
