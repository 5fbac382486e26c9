"""CompanionPlace: the one place beside the scan, for a prior or for a similar case."""

from dataclasses import replace

from PySide6.QtCore import QObject

from app.connections.opening_window import opening_window
from app.connections.scan import caption_of
from app.state.session import OpenScan, SessionState
from app.state.view import Layout, ViewState
from app.viewer.companion_view import Companion, CompanionView
from app.viewer.linked_views import LinkedViews
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit


class CompanionPlace(QObject):
    """Shows one scan beside the other in the layout for comparing; the newer one stands there.

    Parameters
    ----------
    views
        Have the place.
    session
        The scan that is compared with.
    view
        How it is looked at.
    parent
        Owner.
    """

    def __init__(
        self,
        views: LinkedViews,
        session: SessionState,
        view: ViewState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._views, self._session, self._view = views, session, view
        self._layout_before = view.layout
        self._role: Companion | None = None
        self.companion = CompanionView(view, parent=views)
        self.companion.hide()
        self.companion.maximise_asked.connect(self._maximise)
        session.scan_changed.connect(self._on_current)

    @property
    def role(self) -> Companion | None:
        """What stands there; None for nothing."""
        return self._role

    def show_prior(self, scan: OpenScan, name: str) -> None:
        """Put a prior there, in the place of what stood there before."""
        self.companion.show_prior(scan.volume, current=self._grid(), name=name)
        self._show(Companion.PRIOR, scan)

    def show_similar(self, scan: OpenScan, name: str, *, alike: str) -> None:
        """Put a similar case there, with its source and how alike it is."""
        self.companion.show_similar(
            scan.volume, caption_of(scan), current=self._grid(), name=name, alike=alike
        )
        self._show(Companion.SIMILAR, scan)

    def show_notices(self, scan: OpenScan, notices: tuple[Notice, ...]) -> None:
        """Say in the picture what speaks against comparing."""
        caption = caption_of(scan)
        self.companion.show_caption(replace(caption, notices=(*notices, *caption.notices)))

    def take_away(self, role: Companion) -> None:
        """Show the scan alone, if this is what stands there."""
        if role is not self._role:
            return
        self._role = None
        self.companion.show_overlays(())
        self.companion.show_prior(None)
        self.companion.show_patient(None)
        self._views.set_companion(None)
        if self._view.layout is Layout.COMPARE:
            self._view.set_layout(self._layout_before)

    def _grid(self) -> Geometry | None:
        volume = self._session.volume
        return None if volume is None else volume.geometry

    def _show(self, role: Companion, scan: OpenScan) -> None:
        self._role = role
        self.companion.show_overlays(())
        self.companion.show_patient(scan.patient)
        if scan.volume.unit is Unit.HU:
            self.companion.link.link_window()
        else:
            self.companion.show_own_window(opening_window(scan, self._view.window))
        self._views.set_companion(self.companion)
        if self._view.layout is not Layout.COMPARE:
            self._layout_before = self._view.layout
            self._view.set_layout(Layout.COMPARE)

    def _on_current(self, scan: OpenScan | None) -> None:
        self.companion.link.show_current(scan.volume.geometry if scan else None)

    def _maximise(self) -> None:
        self._views.toggle_maximised(self.companion)
