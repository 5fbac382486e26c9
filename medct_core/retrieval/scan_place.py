"""Where scans lie on this machine, as the viewer notes it; no library knows it."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from medct_core.measurement.fields import Fields, parse_json

FILE_VARIABLE = "MEDCT_PLACES"
"""Environment variable that names another file."""

VERSION = 1
"""Of the layout of the file; one of another version is as good as none."""


@dataclass(frozen=True, slots=True)
class ScanPlace:
    """Where one scan lies.

    Attributes
    ----------
    path
        File, folder or zip, absolute.
    series_uid
        Which series of it; empty for the largest chest CT.
    frame
        Which volume of a 4D scan, from 1; None where there is only one.
    """

    path: Path
    series_uid: str = ""
    frame: int | None = None


def default_places_file() -> Path:
    """Name this user's list, or the one `FILE_VARIABLE` names; it may not exist yet."""
    named = os.environ.get(FILE_VARIABLE)
    return Path(named) if named else user_data_path("medct", appauthor=False) / "scan-places.json"


def known_places(file: Path) -> Mapping[str, ScanPlace]:
    """Read a list of places by `Volume.content_sha256` or case id, the newest last.

    A list that is missing or damaged is empty: it costs a question where a file lies.
    """
    with suppress(OSError, ValueError):
        return places_of(parse_json(file.read_bytes()))
    return {}


def places_of(values: object) -> dict[str, ScanPlace]:
    """Give the places in what was read from a list.

    Raises
    ------
    ValueError
        If it is none, or of another version.
    """
    fields = Fields(values, name="list of places")
    if fields.number("version") != VERSION:
        raise ValueError("the list of places is of another version")
    return dict(fields.objects("places", _named))


def _named(fields: Fields) -> tuple[str, ScanPlace]:
    frame = int(fields.number("frame")) if fields.has("frame") else None
    place = ScanPlace(Path(fields.text("path")), fields.text("series_uid"), frame)
    return fields.text("name"), place
