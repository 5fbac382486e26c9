"""SliceView: the widget that shows one plane of a scan."""

import math
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCursor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.state.view import Overlay, Plane, PlaneKind, Vector, ViewState, cross, standard_plane
from app.viewer import slice_paint
from app.viewer.frame import Frame, fitted
from app.viewer.mouse_profiles import DragAction, MouseProfile
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import Caption, probe_text
from app.viewer.pixel_grid import start_planes
from app.viewer.slice_composition import SliceWords, paint_scan, paint_words
from app.viewer.slice_mouse import SliceMouse, SliceTool
from app.viewer.slice_order import SliceNumber, at_number, clamped, slice_number, stepped
from app.viewer.slice_paint import CrosshairLine
from app.viewer.slice_picture import SlicePicture, value_at
from app.viewer.slice_scene import Quality, SliceImage
from medct_core.io.study import PatientText
from medct_core.volume.volume import Volume
from medct_core.volume.window import Window

_REFINE_AFTER_MS = 100
_GRAB_PX = 6.0
_LEAST_GRAB_DISTANCE_PX = 24.0
_PARALLEL = 1e-6
_SMALLEST = QSize(120, 120)


class SliceLayer(Protocol):
    """Something drawn over a slice, in patient millimetres: measurements, for instance."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw with the painter of the view; `frame` maps LPS mm to logical pixels."""


class SliceView(QWidget):
    """Shows one plane through the crosshair of a `ViewState` and reacts to the mouse.

    Keys are not handled here: actions call `step`, `zoom_by`, `fit` and `reset`.
    """

    probe_moved = Signal(str)
    maximise_asked = Signal()
    activated = Signal()
    menu_asked = Signal(QPoint)  # place on the desktop

    def __init__(self, kind: PlaneKind, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._state = state
        self._picture: SlicePicture | None = None
        self._caption = Caption()
        self._patient: PatientText | None = None
        self._message = ""
        self._layers: list[SliceLayer] = []
        self._mouse = SliceMouse(self)
        self._hover: tuple[float, float] | None = None
        self._is_fitted = True
        self._is_active = False
        self._frame = Frame(state.plane(kind), state.crosshair_mm, 1.0, self._logical_size())
        self._quality = Quality.FULL
        self._refine = QTimer(self, singleShot=True, interval=_REFINE_AFTER_MS)
        self._refine.timeout.connect(self._show_full)
        self._prepare_widget()
        self._follow_state()

    @property
    def is_fitted(self) -> bool:
        """Whether the whole slice is shown, also when the view gets another size."""
        return self._is_fitted

    @property
    def has_scan(self) -> bool:
        """Whether there is anything to show."""
        return self._picture is not None

    @property
    def frame(self) -> Frame:
        """How the plane lies on the screen."""
        return self._frame

    @property
    def plane(self) -> Plane:
        """The plane shown."""
        return self._state.plane(self.kind)

    @property
    def shown_window(self) -> Window:
        """The grey-level window."""
        return self._state.window

    @property
    def crosshair_mm(self) -> Vector:
        """Where the planes meet, LPS mm."""
        return self._state.crosshair_mm

    def show_volume(self, volume: Volume | None, caption: Caption | None = None) -> None:
        """Show another scan, fitted; nothing where it is None."""
        self._picture = None if volume is None else SlicePicture(volume)
        self._caption = caption or Caption()
        self._hover = None
        self._message = ""
        self.fit()

    def show_caption(self, caption: Caption) -> None:
        """Say something else about the scan that is shown."""
        self._caption = caption
        self.update()

    def show_message(self, text: str) -> None:
        """Show a text where no scan is: what is loading, or what to do."""
        self._message = text
        self.update()

    def show_patient(self, patient: PatientText | None) -> None:
        """Hold the patient text; it is painted only while its overlay is on."""
        self._patient = patient
        self.update()

    def show_overlays(self, overlays: tuple[OverlayImage, ...]) -> None:
        """Lay colours over the scan, each shown while its kind of overlay is on."""
        if self._picture is not None:
            self._picture.set_overlays(overlays)
            self.update()

    def show_as_active(self, active: bool) -> None:
        """Mark the view that keys act on."""
        self._is_active = active
        self.update()

    def add_layer(self, layer: SliceLayer) -> None:
        """Draw something over the slice from now on."""
        self._layers.append(layer)
        self.update()

    def set_tool(self, tool: SliceTool | None) -> None:
        """Let a tool have the left button, or give it back to the mouse profile."""
        self._mouse.tool = tool

    def set_mouse_profile(self, profile: MouseProfile) -> None:
        """Change what the buttons do."""
        self._mouse.profile = profile

    def set_left_action(self, action: DragAction | None) -> None:
        """Change what the left button does, None for what the profile says."""
        self._mouse.left_action = action

    def set_window(self, window: Window) -> None:
        """Show another window in all views."""
        self._state.set_window(window)

    def set_crosshair(self, point_mm: Vector) -> None:
        """Move all planes to a point, as far as the scan reaches."""
        if self._picture is not None:
            self._state.set_crosshair(clamped(self._picture.volume.geometry, point_mm))

    def set_frame(self, frame: Frame) -> None:
        """Zoom or pan."""
        self._frame = frame
        self._is_fitted = False
        self.update()

    def step(self, count: int) -> None:
        """Scroll by slices in reading order; negative goes back."""
        if self._picture is not None and count:
            geometry = self._picture.volume.geometry
            self._state.set_crosshair(stepped(geometry, self.plane, count))

    def go_to(self, number: int) -> None:
        """Show a slice by its number, counted from 1 in reading order; ends hold."""
        if self._picture is not None:
            geometry = self._picture.volume.geometry
            self._state.set_crosshair(at_number(geometry, self.plane, number))

    def slice_shown(self) -> SliceNumber:
        """Which slice of how many is shown; 0 of 0 without a scan."""
        if self._picture is None:
            return SliceNumber(0, 0)
        return slice_number(self._picture.volume.geometry, self.plane)

    def zoom_by(self, factor: float) -> None:
        """Magnify about the middle of the view."""
        self.set_frame(self._frame.zoomed(factor, self.width() / 2, self.height() / 2))

    def fit(self) -> None:
        """Show the whole slice as large as it fits."""
        self._is_fitted = True
        if self._picture is not None:
            cut = self._cut(Quality.FULL)
            self._frame = fitted(
                self.plane, cut.grid, self._logical_size(), self.devicePixelRatioF()
            )
        self.update()

    def reset(self) -> None:
        """Give all planes the direction they started with, and fit this one."""
        if self._picture is not None:
            geometry = self._picture.volume.geometry
            for kind, plane in start_planes(geometry, self.crosshair_mm).items():
                self._state.set_plane(kind, plane)
        self.fit()

    def line_at(self, x: float, y: float) -> PlaneKind | None:
        """Other plane whose line can be grabbed at a screen place, away from the crosshair."""
        if Overlay.CROSSHAIR not in self._state.overlays:
            return None
        handle = slice_paint.handle_distance(self._frame.size)
        for line in self.crosshair_lines():
            away = math.dist((x, y), (line.x, line.y))
            is_near_handle = abs(away - handle) <= _GRAB_PX
            if is_near_handle and line.distance_to(x, y) <= _GRAB_PX < away:
                return line.kind
        return None

    def turn_plane(self, kind: PlaneKind, angle_rad: float) -> None:
        """Turn another plane about this one's normal, clockwise on the screen."""
        turned = self._state.plane(kind).turned(self.plane.normal, angle_rad)
        self._state.set_plane(kind, turned)

    def ask_for_menu(self, place: QPoint) -> None:
        """Tell that a menu is wanted."""
        self.menu_asked.emit(place)

    def crosshair_lines(self) -> tuple[CrosshairLine, ...]:
        """Where the other planes cut this one; none for a parallel plane."""
        normal = self.plane.normal
        x, y = self._frame.to_screen(self._state.crosshair_mm)
        lines = []
        for kind in PlaneKind:
            along = cross(normal, self._state.plane(kind).normal)
            length = math.hypot(*along)
            if kind is not self.kind and length > _PARALLEL:
                across, down = self._frame.direction_on_screen(along)
                lines.append(CrosshairLine(kind, x, y, across / length, down / length))
        return tuple(lines)

    def probe(self) -> str:
        """Value and place under the cursor; empty where there is none."""
        if self._picture is None or self._hover is None:
            return ""
        point = self._frame.to_patient(*self._hover)
        value = value_at(self._cut(self._quality), point)
        return probe_text(value, point, self._picture.volume.unit)

    def snapshot(self, ratio: float = 1.0, patient: PatientText | None = None) -> QImage:
        """Picture of the view as it is shown, in full quality.

        Parameters
        ----------
        ratio
            Pixels of the picture per logical pixel.
        patient
            Written into the corner; nobody where it is None.
        """
        image = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        self._paint(painter, patient, Quality.FULL, probe="")
        painter.end()
        return image

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(400, 400)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the slice and what lies over it."""
        super().paintEvent(event)
        painter = QPainter(self)
        shown = Overlay.PATIENT_TEXT in self._state.overlays
        # A window may come to a screen of another density without changing its size.
        self._frame = self._frame.resized(self._logical_size(), self.devicePixelRatioF())
        patient = self._patient if shown else None
        self._paint(painter, patient, self._quality, probe=self.probe())
        self._paint_handles(painter)
        if self._is_active:
            slice_paint.paint_border(
                painter, slice_paint.PLANE_COLOURS[self.kind], self._frame.size
            )
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the whole slice in view, or the same magnification once it was changed."""
        super().resizeEvent(event)
        self._frame = self._frame.resized(self._logical_size(), self.devicePixelRatioF())
        if self._is_fitted:
            self.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Start a drag or a click."""
        self.activated.emit()
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with a drag; tell what is under the cursor."""
        self._mouse.move(event)
        self._hover = (event.position().x(), event.position().y())
        self.setCursor(self._cursor_at(*self._hover))
        self.probe_moved.emit(self.probe())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a drag or a click."""
        self._mouse.release(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Ask to maximise the view, unless a tool takes the clicks."""
        if event.button() is Qt.MouseButton.LeftButton:
            if not self._mouse.double_click(event):
                self.maximise_asked.emit()
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Scroll or zoom."""
        self.activated.emit()
        self._mouse.wheel(event)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Show no value once the cursor is elsewhere."""
        super().leaveEvent(event)
        self._hover = None
        self.probe_moved.emit("")
        self.update()

    def plane_name(self) -> str:
        """Name of the plane, with a word where it was turned."""
        names = {
            PlaneKind.AXIAL: self.tr("Axial"),
            PlaneKind.CORONAL: self.tr("Coronal"),
            PlaneKind.SAGITTAL: self.tr("Sagittal"),
        }
        is_standard = self.plane == standard_plane(self.kind, self.plane.centre_mm)
        return names[self.kind] if is_standard else self.tr("{} oblique").format(names[self.kind])

    def _prepare_widget(self) -> None:
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_SMALLEST)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        names = {
            PlaneKind.AXIAL: self.tr("Axial slices"),
            PlaneKind.CORONAL: self.tr("Coronal slices"),
            PlaneKind.SAGITTAL: self.tr("Sagittal slices"),
        }
        self.setAccessibleName(names[self.kind])
        self.setWhatsThis(
            self.tr(
                "Wheel: scroll. Ctrl and wheel: zoom. Click: set the crosshair. Double-click: "
                "maximise. Drag a dot on a crosshair line: turn that plane."
            )
        )

    def _follow_state(self) -> None:
        state = self._state
        state.crosshair_changed.connect(self._plane_changed)
        state.planes_changed.connect(self._plane_changed)
        state.slab_changed.connect(self._plane_changed)
        for signal in (
            state.window_changed,
            state.inverted_changed,
            state.overlays_changed,
            state.heatmap_opacity_changed,
            state.smooth_changed,
        ):
            signal.connect(self._look_changed)

    def _look_changed(self) -> None:
        self.update()

    def _plane_changed(self) -> None:
        self._frame = self._frame.on(self.plane)
        # A first rough picture at once, the fine one when the hand rests.
        self._quality = Quality.PREVIEW
        self._refine.start()
        self.update()

    def _show_full(self) -> None:
        self._quality = Quality.FULL
        self.update()

    def _cut(self, quality: Quality) -> SliceImage:
        assert self._picture is not None
        return self._picture.cut(self.plane, self._state.slab, quality)

    def _cursor_at(self, x: float, y: float) -> QCursor | Qt.CursorShape:
        wanted = self._mouse.cursor(x, y)
        if wanted is not None:
            return wanted
        can_turn = not self._mouse.is_dragging and self.line_at(x, y) is not None
        return Qt.CursorShape.SizeAllCursor if can_turn else Qt.CursorShape.CrossCursor

    def _logical_size(self) -> tuple[int, int]:
        return max(self.width(), 1), max(self.height(), 1)

    def _paint_handles(self, painter: QPainter) -> None:
        # Only under the pointer: elsewhere they would hide tissue and draw the eye.
        is_on = self._picture is not None and Overlay.CROSSHAIR in self._state.overlays
        if is_on and self._hover is not None:
            slice_paint.paint_handles(painter, self.crosshair_lines(), self._frame.size)

    def _paint(
        self, painter: QPainter, patient: PatientText | None, quality: Quality, *, probe: str
    ) -> None:
        size = self._frame.size
        painter.fillRect(0, 0, *size, slice_paint.BACKGROUND)
        if self._picture is None:
            painter.setFont(self.font())
            slice_paint.paint_message(painter, self._message, size)
            return
        painter.setFont(slice_paint.text_font(self.font(), size))
        cut = self._cut(quality)
        paint_scan(painter, self._picture, cut, self._frame, self._state)
        if Overlay.CROSSHAIR in self._state.overlays:
            slice_paint.paint_crosshair(painter, self.crosshair_lines(), size)
        for layer in self._layers:
            painter.save()
            layer.paint(painter, self._frame)
            painter.restore()
        words = SliceWords(self.plane_name(), self._caption, patient, probe)
        paint_words(painter, words, self._picture, self._frame, self._state)
