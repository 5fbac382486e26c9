"""Key images: pictures a reader marked for the report, kept as values and drawn off screen."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage, QPainter

from app.state.case_record import MarkedImage
from app.state.view import Overlay, Plane, PlaneKind, Vector, ViewState, as_vector, standard_plane
from app.viewer import slice_paint
from app.viewer.frame import Frame
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import Caption, depth_text, slab_line, window_line
from app.viewer.slice_composition import SliceWords, paint_scan, paint_words
from app.viewer.slice_order import slice_number
from app.viewer.slice_picture import SlicePicture
from app.viewer.slice_view import SliceLayer, SliceView
from medct_core.io.study import PatientText
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Volume

if TYPE_CHECKING:
    from medct_core.export.reader_part import ReaderImage

_LONG_SIDE_PX = 640
"""Logical pixels; text is then as large in a report as the words beside it."""

_RATIO = 2.0
_FLATTEST = 0.5
"""Least height for a width of one, and the other way round: corner texts need room."""

_MARGIN = 0.02
_NO_LETTERS_OFF = 1e-6
_NAMES = {PlaneKind.AXIAL: "Axial", PlaneKind.CORONAL: "Coronal", PlaneKind.SAGITTAL: "Sagittal"}
_KIND_OF_AXIS = (PlaneKind.SAGITTAL, PlaneKind.CORONAL, PlaneKind.AXIAL)

LayersOf = Callable[[ViewState], tuple[SliceLayer, ...]]
"""Makes the layers of a picture that has a `ViewState` of its own."""


def _no_layers(_state: ViewState) -> tuple[SliceLayer, ...]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class KeyImageSource:
    """What pictures are drawn from.

    Attributes
    ----------
    volume
        The scan that the pictures were marked on.
    caption
        Said about it in the corners; never the name of its file, which may name a patient.
    overlays
        Heatmap and masks that are there now.
    heatmap_finding
        Whose heatmap is among them; empty for none.
    layers_of
        What is drawn over the slice, such as measurements.
    patient
        Written into the corner; nobody where it is None.
    """

    volume: Volume
    caption: Caption
    overlays: tuple[OverlayImage, ...] = ()
    heatmap_finding: str = ""
    layers_of: LayersOf = _no_layers
    patient: PatientText | None = None


@dataclass(frozen=True, slots=True, eq=False)
class KeyPicture:
    """A marked picture, drawn.

    Attributes
    ----------
    picture
        For the screen.
    image
        The same for a report, with what is said below it.
    """

    picture: QImage
    image: "ReaderImage"


class KeyImageDrawer:
    """Draws marked pictures of one scan as they were shown; on the GUI thread, without a window.

    A crosshair is left out: it belongs to the moment. A heatmap of another finding than the one
    that was shown is never drawn; the picture then says whose is missing.
    """

    def __init__(self, source: KeyImageSource) -> None:
        self._source = source
        self._picture = SlicePicture(source.volume)
        self._picture.set_overlays(source.overlays)

    def draw(self, marked: MarkedImage) -> KeyPicture:
        """Draw one picture."""
        state = self._state_of(marked)
        frame = frame_of(marked)
        picture = QImage(
            round(frame.size[0] * _RATIO), round(frame.size[1] * _RATIO), QImage.Format.Format_RGB32
        )
        picture.setDevicePixelRatio(_RATIO)
        painter = QPainter(picture)
        painter.setFont(slice_paint.text_font(painter.font(), frame.size))
        self._paint(painter, frame, state)
        painter.end()
        has_heatmap = Overlay.HEATMAP in state.overlays
        # Reports load Pillow and more, which the window does not wait for.
        from medct_core.export.reader_part import ReaderImage  # noqa: PLC0415

        image = ReaderImage(
            rgb=rgb_of(picture),
            place=self._place(marked.plane),
            look=_look(marked, has_heatmap=has_heatmap),
            caption=marked.caption,
            heatmap_finding=marked.heatmap_finding if has_heatmap else "",
        )
        return KeyPicture(picture, image)

    def _state_of(self, marked: MarkedImage) -> ViewState:
        state = ViewState()
        for overlay in Overlay:
            state.hide_overlay(overlay)
        for overlay in marked.overlays - {Overlay.CROSSHAIR} - self._missing(marked):
            state.show_overlay(overlay)
        state.set_window(marked.window)
        state.set_inverted(marked.inverted)
        state.set_slab(marked.slab)
        state.set_heatmap_opacity(marked.heatmap_opacity)
        state.set_crosshair(marked.plane.centre_mm)
        state.set_plane(kind_of(marked.plane), marked.plane)
        return state

    def _missing(self, marked: MarkedImage) -> frozenset[Overlay]:
        is_there = bool(marked.heatmap_finding) and any(
            overlay.kind is Overlay.HEATMAP for overlay in self._source.overlays
        )
        is_same = marked.heatmap_finding == self._source.heatmap_finding
        return frozenset() if is_there and is_same else frozenset({Overlay.HEATMAP})

    def _paint(self, painter: QPainter, frame: Frame, state: ViewState) -> None:
        source = self._source
        painter.fillRect(0, 0, *frame.size, slice_paint.BACKGROUND)
        cut = self._picture.cut(frame.plane, state.slab)
        paint_scan(painter, self._picture, cut, frame, state)
        if Overlay.MEASUREMENTS in state.overlays:
            for layer in source.layers_of(state):
                painter.save()
                layer.paint(painter, frame)
                painter.restore()
        caption = replace(source.caption, file_name="")
        words = SliceWords(plane_name(frame.plane), caption, source.patient, probe="")
        paint_words(painter, words, self._picture, frame, state)
        if Overlay.TEXT not in state.overlays:
            slice_paint.paint_scale_bar(painter, frame)

    def _place(self, plane: Plane) -> str:
        shown = slice_number(self._source.volume.geometry, plane)
        number = f"slice {shown.number}/{shown.count}"
        return f"{plane_name(plane)}, {number}, {depth_text(plane)}"


def marked_image_of(
    view: SliceView,
    state: ViewState,
    geometry: Geometry,
    *,
    heatmap_finding: str = "",
    caption: str = "",
) -> MarkedImage:
    """Keep what a view shows now, without the black beside the scan.

    Parameters
    ----------
    view
        Shows the slice.
    state
        Of the view.
    geometry
        Of the scan that it shows.
    heatmap_finding
        Whose heatmap is there; empty for none.
    caption
        The reader's own words.
    """
    frame = view.frame
    middle_mm, width_mm, height_mm = _part_with_scan(frame, geometry)
    has_heatmap = bool(heatmap_finding) and Overlay.HEATMAP in state.overlays
    left_out = {Overlay.CROSSHAIR} | (set() if has_heatmap else {Overlay.HEATMAP})
    return MarkedImage(
        plane=frame.plane.moved_to(middle_mm),
        width_mm=width_mm,
        window=state.window,
        inverted=state.inverted,
        slab=state.slab,
        overlays=state.overlays - left_out,
        heatmap_finding=heatmap_finding if has_heatmap else "",
        heatmap_opacity=state.heatmap_opacity,
        caption=caption,
        height_mm=height_mm,
    )


def frame_of(marked: MarkedImage) -> Frame:
    """Frame that shows what was marked; its longer side has 640 logical pixels."""
    wide_mm, high_mm = marked.width_mm, marked.height_mm or marked.width_mm
    scale = _LONG_SIDE_PX / max(wide_mm, high_mm)
    size = (max(round(wide_mm * scale), 1), max(round(high_mm * scale), 1))
    return Frame(marked.plane, marked.plane.centre_mm, scale, size, _RATIO)


def kind_of(plane: Plane) -> PlaneKind:
    """Give the standard plane that a plane is closest to."""
    return _KIND_OF_AXIS[int(np.argmax(np.abs(plane.normal)))]


def plane_name(plane: Plane) -> str:
    """Name of a plane, with a word where it is turned: ``Coronal oblique``."""
    kind = kind_of(plane)
    standard = standard_plane(kind, plane.centre_mm)
    axes = np.array([plane.right, plane.down]) - np.array([standard.right, standard.down])
    is_standard = np.abs(axes).max() < _NO_LETTERS_OFF
    return _NAMES[kind] if is_standard else f"{_NAMES[kind]} oblique"


def rgb_of(picture: QImage) -> npt.NDArray[np.uint8]:
    """``(rows, columns, 3)`` uint8 colours of a picture; a copy."""
    shown = picture.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(shown.constBits(), dtype=np.uint8)
    lines = lines.reshape(shown.height(), shown.bytesPerLine())[:, : 3 * shown.width()]
    return lines.reshape(shown.height(), shown.width(), 3).copy()


def _look(marked: MarkedImage, *, has_heatmap: bool) -> str:
    parts = [window_line(marked.window, inverted=marked.inverted), slab_line(marked.slab)]
    if marked.heatmap_finding and not has_heatmap:
        parts.append(f"heatmap of {marked.heatmap_finding} not drawn")
    return ", ".join(part for part in parts if part)


def _part_with_scan(frame: Frame, geometry: Geometry) -> tuple[Vector, float, float]:
    """Middle on the plane (LPS mm), width and height in mm of the scan's part of a view."""
    shown = np.array(frame.size) / frame.scale
    corners = np.array(np.meshgrid(*[(-0.5, count - 0.5) for count in geometry.shape]))
    places = geometry.to_patient(corners.reshape(3, -1).T) - np.array(frame.middle_mm)
    across = places @ np.array([frame.plane.right, frame.plane.down]).T
    margin = _MARGIN * np.ptp(across, axis=0)
    low = np.maximum(across.min(axis=0) - margin, -shown / 2)
    high = np.minimum(across.max(axis=0) + margin, shown / 2)
    if (low >= high).any():
        low, high = -shown / 2, shown / 2
    middle = (low + high) / 2
    sides = np.maximum(high - low, _FLATTEST * (high - low).max())
    depth_mm = frame.to_patient(frame.size[0] / 2, frame.size[1] / 2)
    offset = middle @ np.array([frame.plane.right, frame.plane.down])
    return as_vector(np.array(depth_mm) + offset), float(sides[0]), float(sides[1])
