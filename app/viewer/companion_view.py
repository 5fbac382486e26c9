"""CompanionView: a prior or a similar case beside the current scan, in the same plane."""

from dataclasses import replace
from enum import Enum

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpacerItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.state.view import PlaneKind, ViewState
from app.viewer import slice_paint
from app.viewer.companion_link import CompanionLink, Start
from app.viewer.mouse_profiles import DragAction, MouseProfile
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import Caption
from app.viewer.slice_scene import Quality
from app.viewer.slice_view import SliceView
from medct_core.io.study import PatientText
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import direction_letters
from medct_core.volume.volume import Volume
from medct_core.volume.window import Window

_WHEEL_STEP = 120
_NO_OFFSET_MM = 0.05
_BAR_COLOUR = QColor(0x30, 0x30, 0x34)


class Companion(Enum):
    """Which scan stands beside the current one."""

    PRIOR = "prior"
    SIMILAR = "similar"


class _PriorSlice(SliceView):
    """A slice of the companion; says so where it ends, and scrolls alone with Alt."""

    def __init__(self, link: CompanionLink, parent: QWidget) -> None:
        super().__init__(link.kind, link.prior, parent)
        self._link = link
        self._alone = 0
        self._ends = ""
        self.show_role(Companion.PRIOR)

    def show_role(self, role: Companion) -> None:
        """Speak of the scan as what it is."""
        if role is Companion.PRIOR:
            name = self.tr("Prior, {0}")
            self._ends = self.tr("The prior does not reach this level.")
            wheel = self.tr("Wheel: scroll both. Alt and wheel: scroll the prior alone.")
        else:
            name = self.tr("Similar case, {0}")
            self._ends = self.tr("The similar case does not reach this level.")
            wheel = self.tr("Wheel: scroll both. Alt and wheel: scroll the similar case alone.")
        self.setAccessibleName(name.format(self.plane_name()))
        self.setWhatsThis(wheel)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll, alone while Alt is down."""
        if not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().wheelEvent(event)
            return
        # Some systems turn the wheel sideways while Alt is down.
        self._alone += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._alone / _WHEEL_STEP)
        self._alone -= notches * _WHEEL_STEP
        self._link.step_offset(-notches)
        event.accept()

    def _paint(
        self, painter: QPainter, patient: PatientText | None, quality: Quality, *, probe: str
    ) -> None:
        if not self._link.is_beyond:
            super()._paint(painter, patient, quality, probe=probe)
            return
        # Its last slice would be taken for the one of this level.
        size = self._frame.size
        painter.fillRect(0, 0, *size, slice_paint.BACKGROUND)
        painter.setFont(slice_paint.text_font(self.font(), size))
        slice_paint.paint_message(painter, self._ends, size)


class _Line(QLabel):
    """One line of plain text that ends in dots where it has no room; light in every theme."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much as fits."""
        fitting = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter = QPainter(self)
        painter.setPen(slice_paint.TEXT)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, fitting)
        painter.end()


class CompanionView(QWidget):
    """Shows a second scan beside the first: same plane, same window, scrolled with it.

    Parameters
    ----------
    current
        The view of the current scan.
    kind
        Which of its planes is compared.
    parent
        Owner.
    """

    close_requested = Signal()
    maximise_asked = Signal()
    activated = Signal()
    probe_moved = Signal(str)

    def __init__(
        self,
        current: ViewState,
        kind: PlaneKind = PlaneKind.AXIAL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = CompanionLink(current, kind, self)
        self._view = _PriorSlice(self._link, self)
        self._caption = Caption()
        self._name, self._alike, self._role = "", "", Companion.PRIOR
        self._title = _Line()
        self._offset = _Line()
        self._linked = QToolButton()
        self._window = QToolButton()
        self._reset = QToolButton()
        self._close = QToolButton()
        self._describe()
        self._lay_out()
        self._connect()
        self._show_link()

    @property
    def link(self) -> CompanionLink:
        """What keeps the two together."""
        return self._link

    @property
    def view(self) -> SliceView:
        """Its slice."""
        return self._view

    def show_prior(
        self,
        prior: Volume | None,
        caption: Caption | None = None,
        *,
        current: Geometry | None = None,
        name: str = "",
    ) -> None:
        """Show a prior, or nothing where it is None.

        Parameters
        ----------
        prior
            On any grid.
        caption
            What the picture says about it; its notices are shown in red.
        current
            Grid of the current scan.
        name
            Follows the word PRIOR: its date, or its file where there is none.
        """
        self._alike = ""
        self._show(Companion.PRIOR, prior, name, caption)
        self._link.show_grids(current, None if prior is None else prior.geometry)
        self._view.fit()

    def show_similar(
        self,
        scan: Volume,
        caption: Caption,
        *,
        current: Geometry | None = None,
        name: str,
        alike: str,
    ) -> None:
        """Show a similar case, laid middle on middle: two patients share no place.

        Parameters
        ----------
        scan, caption, current
            As for `show_prior`.
        name
            Follows the words SIMILAR CASE: its source.
        alike
            How alike it is, in words.
        """
        self._alike = alike
        self._show(Companion.SIMILAR, scan, name, caption)
        self._link.show_grids(current, scan.geometry, start=Start.BY_MIDDLE)
        self._view.fit()

    def show_overlays(self, overlays: tuple[OverlayImage, ...]) -> None:
        """Lay the companion's own heatmap over it, shown with that of the current scan."""
        self._view.show_overlays(overlays)
        if overlays:
            self._link.share_heatmap()
        else:
            self._link.keep_heatmap_apart()

    def show_caption(self, caption: Caption) -> None:
        """Say something else about the prior that is shown."""
        self._caption = caption
        self._show_link()

    def show_message(self, text: str) -> None:
        """Show a text where no prior is."""
        self._view.show_message(text)

    def show_patient(self, patient: PatientText | None) -> None:
        """Hold the patient text of the prior; painted only while its overlay is on."""
        self._view.show_patient(patient)

    def show_own_window(self, window: Window) -> None:
        """See the prior through a window of its own: values of another kind need one."""
        self._link.unlink_window(window)

    def set_mouse_profile(self, profile: MouseProfile) -> None:
        """Change what the buttons do."""
        self._view.set_mouse_profile(profile)

    def set_left_action(self, action: DragAction | None) -> None:
        """Change what the left button does, None for what the profile says."""
        self._view.set_left_action(action)

    def offset_text(self) -> str:
        """Say where it lies: a prior from the current scan, a similar case from where it lay.

        "offset S 12.5 mm" or "12.5 mm apart (S)": of two patients no position is the same.
        """
        is_prior = self._role is Companion.PRIOR
        offset = self._link.offset_mm if is_prior else self._link.moved_mm
        if abs(offset) < _NO_OFFSET_MM:
            return self.tr("same position") if is_prior else self.tr("middle on middle")
        towards = [part if offset > 0 else -part for part in self._link.normal]
        said = self.tr("offset {0} {1:.1f} mm") if is_prior else self.tr("{1:.1f} mm apart ({0})")
        return said.format(direction_letters(towards), abs(offset))

    def _show(
        self, role: Companion, volume: Volume | None, name: str, caption: Caption | None
    ) -> None:
        self._role, self._name, self._caption = role, name, caption or Caption()
        self._describe_role()
        self._view.show_volume(volume, self._caption)

    def _describe_role(self) -> None:
        """Speak of the scan as what it is: nobody may take a similar case for a prior."""
        self._view.show_role(self._role)
        if self._role is Companion.PRIOR:
            name, close = self.tr("Prior"), self.tr("Close the prior")
            reset = self.tr("Lay the prior where it lay at first")
        else:
            name, close = self.tr("Similar case"), self.tr("Close the similar case")
            reset = self.tr("Lay the similar case where it lay at first")
        self.setAccessibleName(name)
        self._reset.setToolTip(reset)
        self._close.setToolTip(close)
        self._close.setAccessibleName(close)

    def _describe(self) -> None:
        self._describe_role()
        # Around pictures it is dark in every theme.
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, _BAR_COLOUR)
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self._title.setProperty("role", "title")
        self._linked.setText(self.tr("Link"))
        self._linked.setCheckable(True)
        self._linked.setToolTip(
            self.tr(
                "Scroll both together. Switch off, scroll, and switch on again to keep the "
                "distance; or turn the wheel over this picture while Alt is down."
            )
        )
        self._window.setText(self.tr("W/L"))
        self._window.setCheckable(True)
        self._window.setToolTip(self.tr("See both through the same window"))
        self._reset.setText(self.tr("Reset"))
        self._close.setText("\N{MULTIPLICATION SIGN}")
        for button, name in (
            (self._linked, self.tr("Link scrolling")),
            (self._window, self.tr("Link the window")),
            (self._reset, self.tr("Reset the offset")),
        ):
            button.setAccessibleName(name)
        for label in (self._title, self._offset):
            # A long name must not keep the view wide.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        bar, foot = QHBoxLayout(), QHBoxLayout()
        bar.setContentsMargins(8, 4, 4, 4)
        bar.setSpacing(4)
        bar.addWidget(self._title, 1)
        for button in (self._linked, self._window, self._reset, self._close):
            bar.addWidget(button)
        foot.setContentsMargins(8, 4, 8, 4)
        foot.addWidget(self._offset, 1)
        # As high as the bar, so that the middles of both scans stand side by side.
        foot.addSpacerItem(QSpacerItem(0, self._close.sizeHint().height()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self._view, 1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self._link.changed.connect(self._show_link)
        self._linked.toggled.connect(self._link_picked)
        self._window.toggled.connect(self._window_picked)
        self._reset.clicked.connect(self._link.reset_offset)
        self._close.clicked.connect(self.close_requested)
        self._view.maximise_asked.connect(self.maximise_asked)
        self._view.activated.connect(self.activated)
        self._view.probe_moved.connect(self.probe_moved)

    def _link_picked(self, is_linked: bool) -> None:
        if is_linked:
            self._link.link()
        else:
            self._link.unlink()

    def _window_picked(self, is_linked: bool) -> None:
        if is_linked:
            self._link.link_window()
        else:
            self._link.unlink_window()

    def _show_link(self) -> None:
        """Write offset and link into bar and picture."""
        with QSignalBlocker(self._linked), QSignalBlocker(self._window):
            self._linked.setChecked(self._link.is_linked)
            self._window.setChecked(self._link.is_window_linked)
        is_prior = self._role is Companion.PRIOR
        role = self.tr("PRIOR") if is_prior else self.tr("SIMILAR CASE")
        title = f"{role} {self._name}".strip()
        state = self.tr("linked") if self._link.is_linked else self.tr("not linked")
        placed = f"{self.offset_text()}, {state}"
        by_middle = is_prior and self._link.start is Start.BY_MIDDLE
        laid = (self.tr("laid middle on middle"),) if by_middle else ()
        self._title.setText(title)
        self._title.setToolTip(title)
        self._reset.setVisible(self._link.is_moved)
        alike = (self._alike,) if self._alike else ()
        foot = " · ".join((*alike, placed))
        self._offset.setText(foot)
        self._offset.setToolTip(foot)
        lines = (title, *alike, *self._caption.study_lines, placed, *laid)
        self._view.show_caption(replace(self._caption, study_lines=lines))
