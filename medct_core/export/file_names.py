"""File names: what the files of a report are called, so that every system accepts them."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

FORMATS: tuple[str, ...] = ("csv", "pdf", "json")

MEASUREMENTS = "_measurements.csv"
"""End of the name of the second table."""

_ENDINGS = (*(f".{form}" for form in FORMATS), MEASUREMENTS)
_SUFFIXES = re.compile(r"\.(nii|nii\.gz|hdr|img|img\.gz|nrrd|nhdr|mha|mhd|zip|dcm)$", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LONGEST_BYTES = 120
"""File systems allow 255 bytes; a temporary name, a number and a suffix must fit as well."""


@dataclass(frozen=True, slots=True)
class PlannedFiles:
    """What would be written, and what is there already.

    Attributes
    ----------
    names
        Of the new files, in the order of the formats.
    taken
        Names that the files would have if these were not there; they are left alone.
    """

    names: tuple[str, ...]
    taken: tuple[str, ...]


def planned_files(
    scan_name: str, folder: Path, formats: tuple[str, ...], *, has_measurements: bool
) -> PlannedFiles:
    """Say how the files of a report will be called in a folder, which need not be there.

    Parameters
    ----------
    scan_name
        `ScanFacts.name`.
    folder
        Looked into, not changed.
    formats
        Some of `FORMATS`.
    has_measurements
        Whether there is a second table.
    """
    first = file_stem(scan_name)
    taken = tuple(f"{first}{ending}" for ending in _ENDINGS if is_there(folder, f"{first}{ending}"))
    stem = free_stem(folder, first)
    ends = [end for form in formats for end in endings(form, has_measurements=has_measurements)]
    return PlannedFiles(tuple(f"{stem}{end}" for end in ends), taken)


def endings(form: str, *, has_measurements: bool) -> tuple[str, ...]:
    """Give the ends of the names of the files that one of `FORMATS` means."""
    second = (MEASUREMENTS,) if form == "csv" and has_measurements else ()
    return (f".{form}", *second)


def free_stem(folder: Path, stem: str, ends: tuple[str, ...] = _ENDINGS) -> str:
    """Give a stem that no file of the folder has with any of the ends: ``stem``, ``stem-2``."""
    number = 1
    name = stem
    while any(is_there(folder, f"{name}{end}") for end in ends):
        number += 1
        name = f"{stem}-{number}"
    return name


def is_there(folder: Path, name: str) -> bool:
    """Whether a folder that can be looked into has a file of this name."""
    try:
        return (folder / name).exists()
    except OSError:
        return False


def base_name(source: str) -> str:
    """Name of a file or folder without what lies above it, as any system writes its path."""
    return source.replace("\\", "/").rsplit("/", maxsplit=1)[-1]


def file_stem(scan_name: str) -> str:
    """Name of a scan's files, without suffix, that Windows, macOS and Linux accept.

    Letters of every script stay; what one of the systems forbids becomes ``_``.
    """
    # A file name that is no text reaches us with lone surrogates, which no file may hold.
    readable = unicodedata.normalize("NFC", scan_name).encode(errors="replace").decode()
    stem = _FORBIDDEN.sub("_", _SUFFIXES.sub("", readable)).strip(" .")
    stem = stem.encode()[:_LONGEST_BYTES].decode(errors="ignore").strip(" .")
    if _RESERVED.fullmatch(stem):
        stem = f"{stem}_"
    return stem or "scan"
