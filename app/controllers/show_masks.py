"""Masks: read a file, check that it belongs to the scan, lay it over the slices."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.state.answers import Problem
from app.state.masks import MaskLabel, MasksState
from app.state.session import OpenScan, SessionState
from app.state.view import Overlay, ViewState
from app.workers.loader_pool import LoaderPool, OnProgress
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.io.label_map import LabelMap, check_on_scan, facts_of
from medct_core.volume.notice import Notice

NO_SCAN = Problem(
    "There is no scan to lay a mask over.", "Open the scan first that the mask was drawn on."
)


@dataclass(frozen=True, slots=True, eq=False)
class ReadMask:
    """A mask as it was read, checked against the scan."""

    name: str
    maps: tuple[LabelMap, ...]
    labels: tuple[MaskLabel, ...]
    notices: tuple[Notice, ...]


class ShowMasks(QObject):
    """Opens masks over the scan of one window; with another scan they are gone.

    One file is read at a time; the newest wish counts.
    """

    def __init__(
        self,
        session: SessionState,
        masks: MasksState,
        view: ViewState,
        loader: LoaderPool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._masks = masks
        self._view = view
        self._loader = loader
        self._job: int | None = None
        session.scan_changed.connect(self._on_scan_changed)
        loader.done.connect(self._on_done)
        loader.failed.connect(self._on_failed)
        loader.cancelled.connect(self._on_cancelled)

    def open_path(self, path: Path) -> None:
        """Read a mask and lay it over the scan."""
        self.cancel()
        scan = self._session.scan
        self._masks.set_problem(None if scan else NO_SCAN)
        if scan is not None:
            self._masks.set_loading(path.name)
            self._job = self._loader.submit(partial(read_mask, scan, path), doing="opening a mask")

    def cancel(self) -> None:
        """Stop reading; masks that are open stay."""
        if self._job is not None:
            self._loader.cancel(self._job)
        self._end()

    def show_labels(self, identity: int, values: frozenset[int]) -> None:
        """Show these structures of a mask and no others."""
        self._masks.show(identity, values)

    def set_opacity(self, identity: int, opacity: float) -> None:
        """Show a mask more or less clearly, in [0, 1]."""
        self._masks.set_opacity(identity, opacity)

    def go_to(self, identity: int, value: int) -> None:
        """Move the crosshair into a structure, and show it."""
        mask = self._masks.find(identity)
        for one in mask.labels if mask else ():
            if one.label.value == value and mask and one.facts.centre_mm is not None:
                self._masks.show(identity, mask.shown | {value})
                self._view.show_overlay(Overlay.MASKS)
                self._view.set_crosshair(one.facts.centre_mm)

    def close_mask(self, identity: int) -> None:
        """Take a mask away."""
        self._masks.remove(identity)

    def _end(self) -> None:
        self._job = None
        self._masks.set_loading("")

    def _on_scan_changed(self, _scan: OpenScan | None) -> None:
        self.cancel()
        self._masks.set_problem(None)
        self._masks.clear()

    def _on_done(self, job: int, result: object) -> None:
        if job == self._job and isinstance(result, ReadMask):
            self._end()
            self._masks.add(result.name, result.maps, result.labels, result.notices)
            self._view.show_overlay(Overlay.MASKS)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job == self._job:
            self._end()
            self._masks.set_problem(Problem.of(error))

    def _on_cancelled(self, job: int) -> None:
        if job == self._job:
            self._end()


def read_mask(scan: OpenScan, path: Path, cancel: CancelToken, on_progress: OnProgress) -> ReadMask:
    """Read a mask and check it against a scan; runs on a loader thread.

    Raises
    ------
    UsageError, ScanRefusedError
        If the file is no mask, or does not overlap the scan.
    Cancelled
        If a stop was asked for.
    """
    # Readers take long to import; this runs on a loader thread, after the window is painted.
    from medct_core.io.open_mask import open_masks, read_frame_of_reference  # noqa: PLC0415

    maps = open_masks(path, cancel=cancel, on_progress=on_progress)
    frame = read_frame_of_reference(scan.series)
    notices = check_on_scan(maps, scan.volume.geometry, frame_of_reference=frame)
    cancel.raise_if_cancelled()
    labels = [
        MaskLabel(label, facts)
        for one in maps
        for label, facts in zip(one.labels, facts_of(one), strict=True)
    ]
    own = [notice for one in maps for notice in one.notices]
    return ReadMask(
        name=path.name,
        maps=maps,
        labels=tuple(sorted(labels, key=lambda one: one.label.value)),
        notices=tuple(dict.fromkeys((*own, *notices))),
    )
