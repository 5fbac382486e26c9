"""Noting where every scan lies that is opened, so that a library case can be opened again."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.state.scan_places import ScanPlaces
from app.state.session import OpenScan, SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from medct_core.cancel import CancelToken
from medct_core.retrieval.scan_place import ScanPlace


class NotePlaces(QObject):
    """Keeps the list of places up with what one window opens; nobody is told if that fails.

    Parameters
    ----------
    session
        Whose scans are noted.
    places
        Of this machine.
    loader
        Writes the list.
    parent
        Owner.
    """

    def __init__(
        self,
        session: SessionState,
        places: ScanPlaces,
        loader: LoaderPool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._places, self._loader = places, loader
        session.scan_changed.connect(self._on_scan)

    def note_file(self, sha256: str, path: Path) -> None:
        """Note a scan that was read without being opened: the largest chest CT of a path."""
        self._write(sha256, ScanPlace(path.absolute()))

    def _on_scan(self, scan: OpenScan | None) -> None:
        if scan is not None:
            self._write(scan.volume.content_sha256, place_of(scan))

    def _write(self, sha256: str, place: ScanPlace) -> None:
        work = partial(_note, self._places, sha256, place)
        self._loader.submit(work, doing="noting where the scan lies")


def place_of(scan: OpenScan) -> ScanPlace:
    """Say where a scan that is open was read from."""
    return ScanPlace(scan.path.absolute(), scan.series.uid, scan.frame)


def _note(
    places: ScanPlaces, name: str, place: ScanPlace, _cancel: CancelToken, _told: OnProgress
) -> None:
    places.note(name, place)
