"""CaseFiles: the case folder as several threads of one window use it."""

import threading
from dataclasses import dataclass

from app.state.case_folder import CaseFolder, LoadedCase
from app.state.case_record import CaseRecord
from app.workers.loader_pool import OnProgress
from medct_core.cancel import CancelToken
from medct_core.volume.volume import Volume


@dataclass(frozen=True, slots=True)
class Version:
    """A record to be saved, the one it was made from, and its place in the order of saving."""

    number: int
    record: CaseRecord
    base: CaseRecord


class CaseFiles:
    """The case folder as several threads use it: one at a time, and never an older over a newer."""

    def __init__(self, folder: CaseFolder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._newest: dict[str, int] = {}
        self._last: dict[str, CaseRecord] = {}

    def load(self, volume: Volume, cancel: CancelToken, _told: OnProgress) -> LoadedCase:
        """Give what was saved about a scan; errors as in `CaseFolder.load`."""
        # The first to ask works it out, which takes a second for a large scan.
        scan_sha256 = volume.content_sha256
        cancel.raise_if_cancelled()
        with self._lock:
            self._last.pop(scan_sha256, None)
            return self._folder.load(scan_sha256)

    def save(self, version: Version, _cancel: CancelToken, _told: OnProgress) -> CaseRecord:
        """Save a record unless a newer one was saved, and give it.

        Errors are those of `CaseFolder.save_changes`.
        """
        scan_sha256 = version.record.scan_sha256
        with self._lock:
            if version.number > self._newest.get(scan_sha256, 0):
                # What was saved here may not have been told yet; it is nobody else's change.
                base = self._last.get(scan_sha256, version.base)
                self._folder.save_changes(version.record, base=base)
                self._newest[scan_sha256] = version.number
                self._last[scan_sha256] = version.record
        return version.record
