"""A similar case beside the scan: its file is found, read, and shown only if it is that scan."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.note_places import place_of
from app.controllers.open_study import OpenStudy
from app.state.answers import Problem
from app.state.beside import BesideScan, BesideState
from app.state.library_place import phantom_folder
from app.state.scan_places import ScanPlaces
from app.state.session import OpenScan, SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.scan_place import ScanPlace
from medct_core.retrieval.search import SimilarCase

NO_SCAN = Problem("There is no scan to compare with.", "Open the current scan first.")
ITSELF = Problem("This case is the scan that is open.", "Choose another case.")

_SHOWN_OF_HASH = 8


class OpenBeside(QObject):
    """Opens similar cases beside the scan of one window; with another scan they are closed.

    A library knows no folders. Where this machine does not know the place of a scan either, and
    it is no phantom that was drawn here, `file_wanted` asks for it and `open_path` answers. A
    scan with other voxels than those that were added to the library is refused.

    Parameters
    ----------
    session
        The open scan.
    beside
        Written here.
    places
        Where scans lie on this machine.
    loader
        Reads them.
    parent
        Owner.
    """

    file_wanted = Signal(object)  # SimilarCase: where does its scan lie?

    def __init__(
        self,
        session: SessionState,
        beside: BesideState,
        places: ScanPlaces,
        loader: LoaderPool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._beside = session, beside
        self._places, self._loader = places, loader
        self._reading = SessionState(self)
        self._opening = OpenStudy(self._reading, loader, self)
        self._finding = NewestJob(loader, self)
        self._wanted: SimilarCase | None = None
        self._finding.done.connect(self._on_place)
        self._finding.failed.connect(self._on_no_place)
        self._reading.scan_changed.connect(self._on_read)
        session.scan_changed.connect(self.close)

    @property
    def reading(self) -> SessionState:
        """What is being read, what it asks, and why the last case did not open."""
        return self._reading

    @property
    def opening(self) -> OpenStudy:
        """What reads it, for the answers to its questions."""
        return self._opening

    def open_case(self, similar: SimilarCase) -> None:
        """Open the scan of a case, or ask where it lies."""
        self.cancel()
        self._reading.set_problem(None)
        scan, case = self._session.scan, similar.case
        if scan is None:
            self._reading.set_problem(NO_SCAN)
        elif scan.volume.content_sha256 == case.scan_sha256:
            self._reading.set_problem(ITSELF)
        else:
            self._wanted = similar
            self._finding.start(
                partial(_found, self._places, case), doing="looking for the scan of a case"
            )

    def open_path(self, path: Path) -> None:
        """Read the scan of the case that was asked for from a place that a person named."""
        if self._wanted is not None:
            self._opening.open_path(path)

    def cancel(self) -> None:
        """Stop looking and reading; the case that is shown stays."""
        self._wanted = None
        self._finding.cancel()
        self._opening.cancel()

    def close(self) -> None:
        """Show the open scan alone."""
        self.cancel()
        self._reading.set_problem(None)
        self._beside.set_shown(None)

    def _on_place(self, place: ScanPlace | None) -> None:
        if place is None:
            self.file_wanted.emit(self._wanted)
        else:
            self._opening.open_path(place.path, series_uid=place.series_uid, frame=place.frame)

    def _on_no_place(self) -> None:
        self._on_place(None)

    def _on_read(self, scan: OpenScan | None) -> None:
        wanted = self._wanted
        if scan is None or wanted is None:
            return
        self._wanted = None
        # It is shown elsewhere or not at all; here it would only take memory.
        self._reading.set_scan(None)
        name = wanted.case.scan_sha256
        if scan.volume.content_sha256 == name:
            self._keep(partial(_note, self._places, name, place_of(scan)))
            self._beside.set_shown(BesideScan(scan, wanted))
        else:
            self._keep(partial(_forget, self._places, wanted.case))
            self._reading.set_problem(_another(scan, wanted.case))

    def _keep(self, work: partial[None]) -> None:
        self._loader.submit(work, doing="noting where the scan lies")


def _another(scan: OpenScan, case: LibraryCase) -> Problem:
    found, wanted = scan.volume.content_sha256, case.scan_sha256
    return Problem(
        f"{scan.path.name!r} is not the scan of the case {case.source!r}, or it was changed: its "
        f"voxels have the hash {found[:_SHOWN_OF_HASH]}, not {wanted[:_SHOWN_OF_HASH]}.",
        "Open the case again and choose the file that was added to the library.",
    )


def _found(
    places: ScanPlaces, case: LibraryCase, _cancel: CancelToken, _told: OnProgress
) -> ScanPlace | None:
    drawn = phantom_folder() / case.source
    known = places.find(case.scan_sha256, case.case_id)
    return ScanPlace(drawn) if known is None and drawn.exists() else known


def _note(
    places: ScanPlaces, name: str, place: ScanPlace, _cancel: CancelToken, _told: OnProgress
) -> None:
    places.note(name, place)


def _forget(places: ScanPlaces, case: LibraryCase, _cancel: CancelToken, _told: OnProgress) -> None:
    places.forget(case.scan_sha256)
    places.forget(case.case_id)
