"""ScanPlaces: where scans lie on this machine, by what they hold; no library knows it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile

from app.state.json_file import read_json, write_json
from medct_core.measurement.fields import JsonValue
from medct_core.retrieval.scan_place import VERSION, ScanPlace, default_places_file, places_of

MOST = 10_000
"""Scans that are kept; the ones that were not opened for longest are forgotten."""

_PATIENCE_MS = 2000


@dataclass(frozen=True, slots=True)
class ScanPlaces:
    """A list of this user on this machine, so that a case of a library can be opened again.

    A scan is named by `Volume.content_sha256`, or by the id of its case in a library. Losing the
    list costs a question where a file lies, so a damaged one is begun anew. All of it reads or
    writes a file, and a drive may be slow: call it on a loader thread.

    Attributes
    ----------
    file
        Where it is kept; made with the first scan.
    """

    file: Path

    def find(self, *names: str) -> ScanPlace | None:
        """Give the place of the first of these names that is known, and where something lies."""
        known = self._read()
        places = (known[name] for name in names if name in known)
        return next((place for place in places if _exists(place.path)), None)

    def note(self, name: str, place: ScanPlace) -> None:
        """Remember where a scan lies, in the place of what was known of it.

        Raises
        ------
        OutOfDiskError
            If the list cannot be written.
        """
        self.note_all({name: place})

    def note_all(self, places: Mapping[str, ScanPlace]) -> None:
        """Remember many at once; errors as in `note`."""
        with self._held():
            known = self._read()
            kept = {name: one for name, one in known.items() if name not in places}
            self._write({**kept, **places}, unless=known)

    def forget(self, name: str) -> None:
        """Forget where a scan lies, as when another one lies there; errors as in `note`."""
        with self._held():
            known = self._read()
            self._write({key: one for key, one in known.items() if key != name}, unless=known)

    def _read(self) -> dict[str, ScanPlace]:
        with suppress(OSError, ValueError):
            return places_of(read_json(self.file))
        return {}

    def _write(self, places: dict[str, ScanPlace], *, unless: dict[str, ScanPlace]) -> None:
        newest = list(places.items())[-MOST:]
        if newest != list(unless.items()):
            values: JsonValue = {
                "version": VERSION,
                "places": [_to_values(name, place) for name, place in newest],
            }
            write_json(values, self.file, what="The list of places of scans")

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep other windows and programs from writing meanwhile."""
        lock = QLockFile(str(self.file.with_suffix(".lock")))
        # A lock is stale when its program is dead, however long it has been held.
        lock.setStaleLockTime(0)
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
        lock.tryLock(_PATIENCE_MS)
        try:
            yield
        finally:
            lock.unlock()


def default_scan_places() -> ScanPlaces:
    """Give this user's list, or the one `FILE_VARIABLE` names."""
    return ScanPlaces(default_places_file())


def _to_values(name: str, place: ScanPlace) -> dict[str, JsonValue]:
    return {
        "name": name,
        "path": str(place.path.absolute()),
        "series_uid": place.series_uid,
        "frame": place.frame,
    }


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
