"""Volume view: shows the 3D picture, and turns, moves and enlarges it under the mouse."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from app.viewer.cuts import NO_CUT, Cut
from app.viewer.frame_pace import FramePace
from app.viewer.graphics import Graphics
from app.viewer.render_grid import RenderGrid, RenderScan
from app.viewer.render_quality import Quality
from app.viewer.slice_paint import paint_caption, text_font
from app.viewer.transfer_functions import (
    LARGEST_SCALE,
    MIP,
    PRESETS,
    SMALLEST_SCALE,
    SOFT_TISSUE,
    TransferFunction,
)
from app.viewer.viewpoint import Point, Side, Viewpoint, standard_viewpoint
from medct_core.errors import MedctError
from medct_core.volume.volume import Unit

if TYPE_CHECKING:
    from app.viewer.volume_scene import VolumeScene

_SETTLE_MS = 100
_PREVIEW_S, _FULL_S = 0.04, 0.2
_PREVIEW_STEP, _FULL_STEP = 1.5, 0.6
# The processor draws no more than this many pixels along the longer side; Qt enlarges the rest.
_SOFTWARE_PIXELS, _HARDWARE_PIXELS = 640, 4096
_DEGREES_A_WIDGET = 180.0
_KEY_DEGREES, _KEY_ZOOM = 10.0, 1.15
_ZOOM_A_WIDGET = 4.0
_OPACITY_A_WIDGET = 20.0
_SHIFT_HU_A_WIDGET = 600.0
_CLICK_PIXELS = 4.0
_BACKGROUND, _TEXT, _MUTED = QColor(0, 0, 0), QColor(225, 228, 232), QColor(160, 165, 172)
_TURNS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_ZOOMS = {Qt.Key.Key_Plus: _KEY_ZOOM, Qt.Key.Key_Equal: _KEY_ZOOM, Qt.Key.Key_Minus: 1 / _KEY_ZOOM}

SceneMaker = Callable[[Graphics], "VolumeScene"]


def make_real_scene(graphics: Graphics) -> "VolumeScene":
    """Make the scene that VTK draws."""
    # A window is painted before the first scan is ready for 3D, and VTK takes long to import.
    from app.viewer.volume_scene import VolumeScene  # noqa: PLC0415

    return VolumeScene(graphics)


@dataclass(frozen=True, slots=True)
class Look:
    """What the scan is looked at through.

    Attributes
    ----------
    preset
        One of the table of presets.
    scale
        Opacity as if tissue were that many times as thick.
    shift_hu
        How far the preset's table is moved.
    """

    preset: TransferFunction
    scale: float = 1.0
    shift_hu: float = 0.0

    @property
    def function(self) -> TransferFunction:
        """The preset as adjusted."""
        return self.preset.adjusted(scale=self.scale, shift_hu=self.shift_hu)


class VolumeView(QWidget):
    """Paints what a scene draws: coarse while it moves, fine when it rests.

    Left drag turns, middle or Shift with left drag moves, right drag and the wheel enlarge,
    Ctrl with left drag changes opacity (up, down) and threshold (left, right). A right click
    opens the menu. Draws only while it can be seen, on the GUI thread. Call `shut_down` before
    the program ends.

    Parameters
    ----------
    make_scene
        Makes the scene when the first scan comes.
    """

    look_changed = Signal(object)  # Look
    viewpoint_changed = Signal(object)  # Viewpoint
    maximise_asked = Signal()
    shown_changed = Signal()  # another scan, none, or the layout took the view in or out

    def __init__(
        self, make_scene: SceneMaker = make_real_scene, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make_scene = make_scene
        self._scene: VolumeScene | None = None
        self._scan: RenderScan | None = None
        self._longest = _SOFTWARE_PIXELS
        self._preview_pace = FramePace(target_s=_PREVIEW_S, start=3.0)
        self._full_pace = FramePace(target_s=_FULL_S, start=1.0)
        self._look = Look(SOFT_TISSUE)
        self._viewpoint: Viewpoint | None = None
        self._image: QImage | None = None
        self._message = (self.tr("No scan is open."), "")
        self._caption = ""
        self._is_lit = False
        self._pressed = self._last = QPointF()
        self._preview_timer = self._timer(0, self._draw_preview)
        self._settle_timer = self._timer(_SETTLE_MS, self._draw_full)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setMinimumSize(64, 64)
        self.setAccessibleName(self.tr("Scan in 3D"))
        self.setToolTip(
            self.tr(
                "Drag to turn, middle drag to move, wheel to enlarge, Ctrl and drag for opacity"
            )
        )

    @property
    def look(self) -> Look:
        """What the scan is looked at through."""
        return self._look

    @property
    def scan(self) -> RenderScan | None:
        """What is shown; None where `message` says why nothing is."""
        return self._scan

    @property
    def message(self) -> tuple[str, str]:
        """Why there is no picture, and what to do about it; old while there is one."""
        return self._message

    @property
    def viewpoint(self) -> Viewpoint | None:
        """Where it is seen from; None before the first scan."""
        return self._viewpoint

    @property
    def is_resting(self) -> bool:
        """Whether the picture shown is the final one."""
        return not (self._preview_timer.isActive() or self._settle_timer.isActive())

    def show_preparing(self) -> None:
        """Say that a scan is being made ready."""
        self._show_message(self.tr("3D is being prepared."), "")

    def show_unavailable(self, error: MedctError) -> None:
        """Say why there is no 3D; everything else goes on."""
        self._show_message(error.summary, error.remedy)

    def clear(self) -> None:
        """Show nothing."""
        self._show_message(self.tr("No scan is open."), "")

    def show_scan(self, scan: RenderScan, graphics: Graphics) -> None:
        """Show a scan from the front, in full.

        Parameters
        ----------
        scan
            Made by `prepare_scan`.
        graphics
            As `find_graphics` found them.
        """
        if self._scene is None:
            self._scene = self._make_scene(graphics)
            self._longest = _SOFTWARE_PIXELS if graphics.is_software else _HARDWARE_PIXELS
        self._scan = scan
        self._image = None
        self._is_lit = False
        self._scene.unlight()
        self._scene.show_scan(scan)
        self._scene.cut(NO_CUT)
        if scan.unit is not Unit.HU:
            self._look = Look(MIP)
        self._scene.show_function(self._look.function)
        self.show_side(Side.ANTERIOR)
        self.shown_changed.emit()

    def show_look(self, look: Look) -> None:
        """Look at the scan through a preset."""
        self._look = look
        if self._scene is not None:
            self._scene.show_function(look.function)
            self._moved()

    def show_side(self, side: Side) -> None:
        """Face a side of the patient, the whole scan in the picture."""
        if self._scan is not None:
            self.show_viewpoint(standard_viewpoint(side, self._scan.everything.bounds_mm))

    def show_viewpoint(self, viewpoint: Viewpoint) -> None:
        """See the scan from there."""
        self._viewpoint = viewpoint
        if self._scene is not None:
            self._scene.show_viewpoint(viewpoint)
            self._moved()

    def show_crosshair(self, point_mm: Point | None) -> None:
        """Mark a point, LPS mm, or none."""
        if self._scene is None or self._scan is None:
            return
        if point_mm is None:
            self._scene.hide_crosshair()
        else:
            self._scene.show_crosshair(point_mm)
        self._moved()

    def show_heatmap(self, heat: RenderGrid | None, opacity: float = 0.5) -> None:
        """Draw a heatmap made by `prepare_heatmap` over the scan, or none."""
        if self._scene is None or self._scan is None:
            return
        if heat is None:
            self._scene.hide_heatmap()
        else:
            self._scene.show_heatmap(heat, opacity)
        self._moved()

    def show_caption(self, text: str) -> None:
        """Say at the top right what colours over the scan are; empty for nothing."""
        self._caption = text
        self.update()

    def show_cut(self, cut: Cut) -> None:
        """Cut parts of the scan away."""
        if self._scene is not None:
            self._scene.cut(cut)
            self._moved()

    def picture(self) -> QImage:
        """Return the last picture drawn, for a screenshot; empty where there is none."""
        return QImage() if self._image is None else self._image.copy()

    def shut_down(self) -> None:
        """Give the graphics back; the view stays empty. May be called again."""
        self._preview_timer.stop()
        self._settle_timer.stop()
        if self._scene is not None:
            self._scene.close()
        self._scene = self._scan = self._image = None

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the picture, or why there is none."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _BACKGROUND)
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)
            size = (self.width(), self.height())
            painter.setFont(text_font(self.font(), size))
            paint_caption(painter, self._caption, size)
        else:
            self._paint_message(painter)
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draw at the new size."""
        self._moved()

    def showEvent(self, _event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what changed while nobody could see it."""
        self._moved()
        self.shown_changed.emit()

    def hideEvent(self, _event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Draw no more."""
        self._preview_timer.stop()
        self._settle_timer.stop()
        self.shown_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Start a drag."""
        self._pressed = self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Turn, move, enlarge or change opacity."""
        step = event.position() - self._last
        self._last = event.position()
        if self._viewpoint is None:
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_left(step, event.modifiers())
        elif event.buttons() & Qt.MouseButton.MiddleButton:
            self._pan(step)
        elif event.buttons() & Qt.MouseButton.RightButton:
            self._change_viewpoint(
                self._viewpoint.zoomed(_ZOOM_A_WIDGET ** (-step.y() / self.height()))
            )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open the menu after a right click that was no drag."""
        way = (event.position() - self._pressed).manhattanLength()
        if event.button() is Qt.MouseButton.RightButton and way < _CLICK_PIXELS:
            self.menu().popup(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the whole window."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.maximise_asked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Enlarge or shrink."""
        if self._viewpoint is not None:
            notches = event.angleDelta().y() / 120
            self._change_viewpoint(self._viewpoint.zoomed(_KEY_ZOOM**notches))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Turn by arrows, enlarge by plus and minus, open the menu by its key."""
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Menu:
            self.menu().popup(self.mapToGlobal(self.rect().center()))
        elif self._viewpoint is not None and key in _TURNS:
            right, up = _TURNS[key]
            turned = self._viewpoint.orbited(
                right_degrees=right * _KEY_DEGREES, up_degrees=up * _KEY_DEGREES
            )
            self._change_viewpoint(turned)
        elif self._viewpoint is not None and key in _ZOOMS:
            self._change_viewpoint(self._viewpoint.zoomed(_ZOOMS[key]))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep the arrows while focused, and let go of the graphics before the widget dies."""
        kind = event.type()
        if kind is QEvent.Type.DeferredDelete:
            self.shut_down()
        if kind is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _TURNS or key in _ZOOMS:
                event.accept()
                return True
        return super().event(event)

    def menu(self) -> QMenu:
        """Make the menu of presets and sides; it deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_hu = self._scan is None or self._scan.unit is Unit.HU
        for preset in PRESETS if is_hu else (MIP,):
            action = menu.addAction(self.tr(preset.name))
            action.setCheckable(True)
            action.setChecked(preset is self._look.preset)
            action.triggered.connect(lambda _on, chosen=preset: self._change_look(Look(chosen)))
        menu.addSeparator()
        for side in Side:
            action = menu.addAction(self.tr("From {side}").format(side=side.name.lower()))
            action.triggered.connect(lambda _on, chosen=side: self.show_side(chosen))
        return menu

    def _drag_left(self, step: QPointF, keys: Qt.KeyboardModifier) -> None:
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._adjust_look(step)
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self._pan(step)
        elif self._viewpoint is not None:
            degrees = _DEGREES_A_WIDGET / max(min(self.width(), self.height()), 1)
            turned = self._viewpoint.orbited(
                right_degrees=step.x() * degrees, up_degrees=-step.y() * degrees
            )
            self._change_viewpoint(turned)

    def _pan(self, step: QPointF) -> None:
        if self._viewpoint is not None:
            mm = self._viewpoint.height_mm / max(min(self.width(), self.height()), 1)
            self._change_viewpoint(
                self._viewpoint.panned(right_mm=step.x() * mm, up_mm=-step.y() * mm)
            )

    def _adjust_look(self, step: QPointF) -> None:
        scale = self._look.scale * _OPACITY_A_WIDGET ** (-step.y() / self.height())
        shift = self._look.shift_hu + step.x() / self.width() * _SHIFT_HU_A_WIDGET
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        self._change_look(Look(self._look.preset, scale, shift))

    def _change_look(self, look: Look) -> None:
        self.show_look(look)
        self.look_changed.emit(look)

    def _change_viewpoint(self, viewpoint: Viewpoint) -> None:
        self.show_viewpoint(viewpoint)
        self.viewpoint_changed.emit(viewpoint)

    def _timer(self, wait_ms: int, draw: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=wait_ms)
        timer.timeout.connect(draw)
        return timer

    def _moved(self) -> None:
        """Draw a preview as soon as events are done, and the full picture after a rest."""
        if self._scan is None or not self.isVisible():
            return
        if not self._preview_timer.isActive():
            self._preview_timer.start()
        self._settle_timer.start()

    def _draw_preview(self) -> None:
        self._preview_pace.note(self._draw(self._preview_pace.ray_distance, _PREVIEW_STEP))

    def _draw_full(self) -> None:
        if self._scene is not None and not self._is_lit:
            # Slopes are computed now, once; the time says nothing about later pictures.
            self._is_lit = True
            self._scene.light()
            self._draw(self._full_pace.ray_distance, _FULL_STEP)
            return
        self._full_pace.note(self._draw(self._full_pace.ray_distance, _FULL_STEP))

    def _draw(self, ray_distance: float, step: float) -> float:
        """Draw one picture and return how long it took, seconds."""
        if self._scene is None or self._scan is None:
            return _PREVIEW_S
        started = time.perf_counter()
        width, height = self._picture_size()
        try:
            pixels = self._scene.render(
                width=width, height=height, quality=Quality(ray_distance, step)
            )
        except MedctError as error:
            self.show_unavailable(error)
            return _PREVIEW_S
        self._image = _image_of(pixels)
        self.update()
        return time.perf_counter() - started

    def _picture_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        width, height = self.width() * ratio, self.height() * ratio
        share = min(1.0, self._longest / max(width, height, 1.0))
        return max(1, round(width * share)), max(1, round(height * share))

    def _show_message(self, summary: str, remedy: str) -> None:
        self.shut_down()
        self._message = summary, remedy
        self.setAccessibleDescription(f"{summary} {remedy}".strip())
        self.update()
        self.shown_changed.emit()

    def _paint_message(self, painter: QPainter) -> None:
        if self._scan is not None:
            return
        summary, remedy = self._message
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter
        margin = min(24, self.width() // 8)
        upper = self.rect().adjusted(margin, 0, -margin, -self.height() // 2 - 4)
        lower = QRect(upper.left(), self.height() // 2 + 4, upper.width(), self.height() // 2)
        painter.setPen(_TEXT)
        painter.drawText(upper, int(flags | Qt.AlignmentFlag.AlignBottom), summary)
        painter.setPen(_MUTED)
        painter.drawText(lower, int(flags | Qt.AlignmentFlag.AlignTop), remedy)


def _image_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    height, width, _ = pixels.shape
    wrapped = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    # The copy owns its pixels; the array may go.
    return wrapped.copy()
