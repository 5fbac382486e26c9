"""The volume in 3D: made ready off the GUI thread whenever a scan opens."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.state.session import Loading, OpenScan, SessionState
from app.state.view import Overlay, ViewState
from app.viewer.volume_view import VolumeView
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, ResourceError
from medct_core.volume.volume import Volume

if TYPE_CHECKING:
    from app.viewer.graphics import Graphics
    from app.viewer.render_grid import RenderScan

_SWITCHED_OFF = ResourceError("3D is switched off.", remedy="Switch it on in the settings.")


@dataclass(frozen=True, slots=True)
class _Ready:
    scan: "RenderScan"
    graphics: "Graphics"


class VolumeConnection(QObject):
    """Shows the scan of a session in 3D, its crosshair in it, or why there is none.

    Parameters
    ----------
    session, view
        What is open, and where the crosshair is.
    shown
        Draws it.
    loader
        Makes scans ready.
    parent
        Owner.
    """

    def __init__(
        self,
        session: SessionState,
        view: ViewState,
        shown: VolumeView,
        loader: LoaderPool,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._view, self._shown = session, view, shown
        self._job = NewestJob(loader, self)
        self._is_on = True
        self._job.done.connect(self._on_ready)
        self._job.failed.connect(self._on_failed)
        session.scan_changed.connect(self._on_scan)
        session.loading_changed.connect(self._on_loading)
        view.crosshair_changed.connect(self._mark_crosshair)
        view.overlays_changed.connect(self._mark_crosshair)

    @property
    def is_preparing(self) -> bool:
        """Whether a scan is being made ready."""
        return self._job.is_running

    def switch_on(self) -> None:
        """Show scans in 3D."""
        if not self._is_on:
            self._is_on = True
            self._on_scan(self._session.scan)

    def switch_off(self) -> None:
        """Spend neither time nor memory on 3D."""
        self._is_on = False
        self._job.cancel()
        self._shown.shut_down()
        self._shown.show_unavailable(_SWITCHED_OFF)

    def close(self) -> None:
        """Stop work and give the graphics back."""
        self._job.cancel()
        self._shown.shut_down()

    def _on_scan(self, scan: OpenScan | None) -> None:
        self._job.cancel()
        if not self._is_on:
            return
        self._shown.clear()
        if scan is not None:
            self._shown.show_preparing()
            self._job.start(partial(_prepare, scan.volume), doing="preparing 3D")

    def _on_loading(self, loading: Loading | None) -> None:
        if not self._is_on or self._session.scan is not None:
            return
        if loading is None:
            self._shown.clear()
        else:
            self._shown.show_preparing()

    def _on_ready(self, ready: object) -> None:
        if isinstance(ready, _Ready):
            self._shown.show_scan(ready.scan, ready.graphics)
            self._mark_crosshair()

    def _on_failed(self, error: MedctError) -> None:
        self._shown.show_unavailable(error)

    def _mark_crosshair(self) -> None:
        is_shown = Overlay.CROSSHAIR in self._view.overlays
        self._shown.show_crosshair(self._view.crosshair_mm if is_shown else None)


def _prepare(volume: Volume, cancel: CancelToken, _told: OnProgress) -> _Ready:
    # Loaded here, on the worker, where half a second delays nobody.
    from app.viewer.graphics import find_graphics  # noqa: PLC0415
    from app.viewer.render_scan import prepare_scan  # noqa: PLC0415

    graphics = find_graphics()
    return _Ready(prepare_scan(volume, graphics, cancel), graphics)
