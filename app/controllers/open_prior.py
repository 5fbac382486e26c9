"""The prior: a second scan beside the one that is open, and what speaks against comparing them."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.open_study import OpenStudy
from app.state.answers import Problem
from app.state.session import OpenScan, SessionState
from app.workers.loader_pool import LoaderPool
from medct_core.io.study import PatientText
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit

NO_SCAN = Problem("There is no scan to compare with.", "Open the current scan first.")


class OpenPrior(QObject):
    """Opens a prior beside the scan of one window; with another study it is closed.

    `prior` is a session of its own: its scan, what is loading, and why the last file did not
    open. `notices_changed` tells what the reader of both must know.
    """

    notices_changed = Signal(object)  # tuple[Notice, ...]

    def __init__(
        self,
        session: SessionState,
        prior: SessionState,
        loader: LoaderPool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._prior = prior
        self._study_uid = ""
        self._opening = OpenStudy(prior, loader, self)
        session.scan_changed.connect(self._on_current_changed)
        prior.scan_changed.connect(self._tell)

    @property
    def opening(self) -> OpenStudy:
        """What reads the prior, for the answers to its questions."""
        return self._opening

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader of both scans must know; empty without a prior."""
        current, prior = self._session.scan, self._prior.scan
        return comparison_notices(current, prior) if current and prior else ()

    def open_path(self, path: Path) -> None:
        """Read the largest chest CT of a path and show it as the prior."""
        if self._session.scan is None:
            self._prior.set_problem(NO_SCAN)
            return
        self._study_uid = self._session.scan.study.uid
        self._opening.open_path(path)

    def cancel(self) -> None:
        """Stop reading; the prior that is open stays."""
        self._opening.cancel()

    def close_prior(self) -> None:
        """Show the current scan alone."""
        self._opening.close_scan()

    def _on_current_changed(self, scan: OpenScan | None) -> None:
        if scan is None or scan.study.uid != self._study_uid:
            self.close_prior()
        self._tell()

    def _tell(self) -> None:
        self.notices_changed.emit(self.notices)


def comparison_notices(current: OpenScan, prior: OpenScan) -> tuple[Notice, ...]:
    """Say what speaks against comparing two scans; nobody is named."""
    found = []
    differing = _differences(current.patient, prior.patient)
    if differing:
        text = f"The prior may be of another patient: not the same {' and '.join(differing)}."
        found.append(Notice("prior-other-patient", text))
    if current.volume.content_sha256 == prior.volume.content_sha256:
        found.append(Notice("prior-same-scan", "The prior is the same scan as the current one."))
    elif current.study.date and prior.study.date and prior.study.date > current.study.date:
        text = (
            f"The prior is of {prior.study.date.isoformat()}, later than the current scan of "
            f"{current.study.date.isoformat()}."
        )
        found.append(Notice("prior-is-later", text))
    if prior.volume.unit is not Unit.HU:
        text = "The prior is not in Hounsfield units: its greys cannot be compared."
        found.append(Notice("prior-not-hu", text))
    return tuple(found)


def _differences(one: PatientText, other: PatientText) -> tuple[str, ...]:
    """Name what two headers contradict each other in; what either leaves out does not count."""
    pairs = (
        ("name", one.name.casefold(), other.name.casefold()),
        ("number", one.patient_id.casefold(), other.patient_id.casefold()),
        ("birth date", one.birth_date, other.birth_date),
        ("sex", one.sex, other.sex),
    )
    return tuple(what for what, a, b in pairs if a and b and a != b)
