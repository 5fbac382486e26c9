"""Files: reports written beside each other, whole or not at all, under names that always work."""

import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from medct_core.errors import DISK_FULL, OutOfDiskError
from medct_core.export.csv import to_csv
from medct_core.export.pdf import to_pdf
from medct_core.export.report import Report
from medct_core.export.report_json import to_json
from medct_core.inference.safe_write import replacing

_TO_BYTES: dict[str, Callable[[Report], bytes]] = {
    "csv": lambda report: _utf8(to_csv([report])),
    "pdf": to_pdf,
    "json": lambda report: _utf8(to_json(report)),
}

FORMATS: tuple[str, ...] = tuple(_TO_BYTES)

_SUFFIXES = re.compile(r"\.(nii|nii\.gz|hdr|img|img\.gz|nrrd|nhdr|mha|mhd|zip|dcm)$", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LONGEST_BYTES = 120
"""File systems allow 255 bytes; a temporary name, a number and a suffix must fit as well."""


def write_report(
    report: Report, folder: Path, formats: tuple[str, ...] = FORMATS
) -> tuple[Path, ...]:
    """Write one report as ``<name>.csv``, ``<name>.pdf`` and ``<name>.json``.

    If one of the three names is taken, all get the next free number: ``<name>-2``.

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
    contents = {form: _TO_BYTES[form](report) for form in formats}
    with _as_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        stem = _free_stem(folder, file_stem(report.scan.name), FORMATS)
        return _write_together({folder / f"{stem}.{form}": contents[form] for form in formats})


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
        path = folder / f"{_free_stem(folder, 'all', ('csv',))}.csv"
        return _write_together({path: content})[0]


def file_stem(scan_name: str) -> str:
    """Name of a scan's files, without suffix, that Windows, macOS and Linux accept.

    Letters of every script stay; what one of the systems forbids becomes ``_``.
    """
    readable = _utf8(unicodedata.normalize("NFC", scan_name)).decode()
    stem = _FORBIDDEN.sub("_", _SUFFIXES.sub("", readable)).strip(" .")
    stem = stem.encode()[:_LONGEST_BYTES].decode(errors="ignore").strip(" .")
    if _RESERVED.fullmatch(stem):
        stem = f"{stem}_"
    return stem or "scan"


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
    # A file name that is no text reaches us with lone surrogates, which no file may hold.
    return text.encode(errors="replace")


def _free_stem(folder: Path, stem: str, suffixes: tuple[str, ...]) -> str:
    number = 1
    name = stem
    while any((folder / f"{name}.{suffix}").exists() for suffix in suffixes):
        number += 1
        name = f"{stem}-{number}"
    return name


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
