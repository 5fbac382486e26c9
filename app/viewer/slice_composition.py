"""What a slice view shows: the scan with its colours, then the words about it."""

from dataclasses import dataclass

from PySide6.QtGui import QPainter

from app.state.view import Overlay, ViewState
from app.viewer import slice_paint
from app.viewer.frame import Frame
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import (
    Caption,
    CornerText,
    SliceFacts,
    edge_letters,
    slice_lines,
    top_left_lines,
    window_line,
)
from app.viewer.slice_order import slice_number, step_mm
from app.viewer.slice_picture import SlicePicture
from app.viewer.slice_scene import SliceImage
from medct_core.io.study import PatientText


@dataclass(frozen=True, slots=True)
class SliceWords:
    """Texts that only the view knows.

    Attributes
    ----------
    plane_name
        "Axial", "Coronal oblique".
    caption
        What the picture says about its scan.
    patient
        Painted where it is not None.
    probe
        Value and place under the cursor; empty where there is none.
    """

    plane_name: str
    caption: Caption
    patient: PatientText | None
    probe: str


def paint_scan(
    painter: QPainter, picture: SlicePicture, cut: SliceImage, frame: Frame, state: ViewState
) -> None:
    """Paint a slice in grey and its overlays in colour, each if it is switched on."""
    grey = picture.grey(cut, state.window, inverted=state.inverted)
    slice_paint.paint_image(painter, grey, grid=cut.grid, frame=frame, smooth=state.smooth)
    if not _shown(picture, state):
        return
    for overlay, image in zip(picture.overlays, picture.colours(cut), strict=True):
        if overlay.kind in state.overlays:
            is_heat = overlay.kind is Overlay.HEATMAP
            painter.setOpacity(state.heatmap_opacity if is_heat else overlay.opacity)
            smooth = state.smooth and not overlay.has_labels
            slice_paint.paint_image(painter, image, grid=cut.grid, frame=frame, smooth=smooth)
    painter.setOpacity(1.0)


def paint_words(
    painter: QPainter,
    words: SliceWords,
    picture: SlicePicture,
    frame: Frame,
    state: ViewState,
) -> None:
    """Paint letters, corner texts, notices, scale bar and legends.

    Letters and notices are always there; patient text has a switch of its own.
    """
    slice_paint.paint_letters(painter, edge_letters(frame.plane), frame.size)
    patient_only = top_left_lines(Caption(), words.patient)
    corners = CornerText(top_left=patient_only)
    if Overlay.TEXT in state.overlays:
        corners = _corners(words, picture, frame, state)
        slice_paint.paint_scale_bar(painter, frame)
    notices = tuple(notice.text for notice in words.caption.notices)
    slice_paint.paint_corners(painter, corners, notices, frame.size)
    _paint_legends(painter, _shown(picture, state), corners, frame.size)


def _shown(picture: SlicePicture, state: ViewState) -> tuple[OverlayImage, ...]:
    return tuple(overlay for overlay in picture.overlays if overlay.kind in state.overlays)


def _corners(
    words: SliceWords, picture: SlicePicture, frame: Frame, state: ViewState
) -> CornerText:
    geometry = picture.volume.geometry
    facts = SliceFacts(
        number=slice_number(geometry, frame.plane),
        thickness_mm=step_mm(geometry, frame.plane.normal),
        zoom_percent=frame.zoom_percent(min(geometry.spacing_mm)),
    )
    value, _, place = words.probe.partition("  ")
    return CornerText(
        top_left=top_left_lines(words.caption, words.patient),
        top_right=words.caption.study_lines,
        bottom_left=(
            *(line for line in (value, place) if line),
            window_line(state.window, inverted=state.inverted),
            f"Zoom {facts.zoom_percent:.0f} %",
        ),
        bottom_right=(
            *words.caption.series_lines,
            words.plane_name,
            *slice_lines(facts, frame.plane, state.slab),
        ),
    )


def _paint_legends(
    painter: QPainter,
    overlays: tuple[OverlayImage, ...],
    corners: CornerText,
    size: tuple[int, int],
) -> None:
    captions = [overlay.caption for overlay in overlays if overlay.caption]
    if captions:
        text, above = "\n".join(captions), len(corners.top_right)
        slice_paint.paint_caption(painter, text, size, lines_above=above)
    for overlay in overlays:
        if not overlay.has_labels:
            slice_paint.paint_colour_bar(
                painter,
                overlay.colours,
                (f"{overlay.low:.3g}", f"{overlay.high:.3g}"),
                size,
                meaning=overlay.meaning,
                lines_below=len(corners.bottom_right),
            )
