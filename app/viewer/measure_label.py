"""What stands beside a measurement on the picture, and where."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication

from app.viewer.frame import Frame
from app.viewer.measure_outline import on_screen, outlines
from app.viewer.overlay_text import Lines
from app.viewer.slice_paint import text_font
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    Measurement,
    RectangleRoi,
    Roi,
)
from medct_core.measurement.table import MeasurementRow
from medct_core.measurement.words import area_text

_GAP_PX = 8.0
_PADDING_PX = 3.0
_EDGE_PX = 4.0
_MOST_OF_PICTURE = 0.45
_CORNER_PART, _CORNER_LINES = 0.27, 6.5
"""Of the picture's width, and lines of text: corner texts seldom take more."""

_REMEMBERED = 8
"""Pictures on the screen: the mouse moves over them more often than they change."""


@dataclass(frozen=True, slots=True)
class Label:
    """Text of one measurement.

    Attributes
    ----------
    measurement
        What it belongs to.
    lines
        Its text; never empty.
    """

    measurement: Measurement
    lines: Lines


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """Text of one measurement on the screen, logical pixels.

    Attributes
    ----------
    identity
        Of the measurement.
    lines
        Its text.
    area
        Where the text stands, with a little room about it.
    anchor
        Place of the measurement that the text belongs to.
    """

    identity: str
    lines: Lines
    area: QRectF
    anchor: QPointF


def measure_font(size: tuple[int, int]) -> QFont:
    """Font of the numbers over a picture of that size; the same for painting and for picking."""
    return text_font(QGuiApplication.font(), size)


def label_lines(measurement: Measurement, row: MeasurementRow | None) -> Lines:
    """Say what a measurement is, each number with its unit: the reader's words, then values.

    Parameters
    ----------
    measurement
        What is described.
    row
        Its values; None while a region is drawn, so that no number is of another shape.
    """
    own = (measurement.label,) if measurement.label else ()
    match measurement:
        case Length():
            return (*own, f"{measurement.length_mm:.1f} mm")
        case Bidirectional():
            axes = f"{measurement.long_mm:.1f} x {measurement.short_mm:.1f} mm"
            return (*own, axes, f"Mean {measurement.fleischner_mm} mm")
        case Angle():
            return (*own, f"{measurement.angle_deg:.1f}°")
        case RectangleRoi() | EllipseRoi():
            return (*own, *_region_lines(measurement, row))
        case Arrow():
            return own


@lru_cache(maxsize=_REMEMBERED)
def placed(labels: tuple[Label, ...], frame: Frame) -> tuple[PlacedLabel, ...]:
    """Find a place for every text: beside its measurement, in the picture, not over another."""
    metrics = QFontMetricsF(measure_font(frame.size))
    boxes = {one.measurement.id: _box(one.measurement, frame) for one in labels}
    corners = _corners(frame, metrics.height())
    found: list[PlacedLabel] = []
    for whole in labels:
        label = _elided(whole, metrics, _MOST_OF_PICTURE * frame.size[0])
        identity = label.measurement.id
        texts = [one.area for one in found]
        others = [*corners, *(box for other, box in boxes.items() if other != identity)]
        area, anchor = _free_area(label, frame, metrics, _Taken(texts, others))
        found.append(PlacedLabel(identity, label.lines, area, anchor))
    return tuple(found)


def _elided(label: Label, metrics: QFontMetricsF, room: float) -> Label:
    lines = (metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in label.lines)
    return Label(label.measurement, tuple(lines))


def _region_lines(roi: Roi, row: MeasurementRow | None) -> Lines:
    area = area_text(roi.area_mm2).capitalize().replace("m2", "m²")
    values = {} if row is None else {one.name: one for one in row.quantities}
    if "mean" not in values:
        sides = f"{roi.width_mm:.1f} x {roi.height_mm:.1f} mm"
        return (sides, area) if row is None else (sides, area, row.text)
    unit = " HU" if values["mean"].unit == "HU" else ""
    mean, sd, low, high = (
        f"{round(values[name].value) + 0}{unit}" for name in ("mean", "sd", "minimum", "maximum")
    )
    lines = [f"Mean {mean}, SD {sd}", f"Min {low}, max {high}", area]
    if not unit:
        lines.append("Arbitrary units, not HU")
    if values["outside_percent"].value > 0:
        lines.append(f"{_percent(values['outside_percent'].value)} outside the scan")
    return tuple(lines)


def _percent(percent: float) -> str:
    return "Less than 1 %" if percent < 1 else f"{percent:.0f} %"


@dataclass(frozen=True, slots=True)
class _Taken:
    """Areas that a text should not cover: other texts, then measurements and corner texts."""

    texts: list[QRectF]
    shapes: list[QRectF]


def _free_area(
    label: Label, frame: Frame, metrics: QFontMetricsF, taken: _Taken
) -> tuple[QRectF, QPointF]:
    wide = max(metrics.horizontalAdvance(line) for line in label.lines) + 2 * _PADDING_PX
    high = len(label.lines) * metrics.height() + 2 * _PADDING_PX
    picture = QRectF(0, 0, *frame.size).adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
    choices = _choices(label.measurement, frame, (wide, high))
    for avoided in ([*taken.texts, *taken.shapes], taken.texts):
        for area, anchor in choices:
            if picture.contains(area) and not any(area.intersects(other) for other in avoided):
                return area, anchor
    area, anchor = choices[0]
    held = QRectF(area)
    held.moveLeft(_held(area.left(), picture.left(), picture.right() - wide))
    held.moveTop(_held(area.top(), picture.top(), picture.bottom() - high))
    for other in taken.texts:
        if held.intersects(other) and other.bottom() + high <= picture.bottom():
            held.moveTop(other.bottom())
    return held, anchor


def _held(value: float, low: float, high: float) -> float:
    return max(min(value, high), low)


def _corners(frame: Frame, line_height: float) -> list[QRectF]:
    """Where the words about the scan stand, the scale bar among them."""
    wide, (right, bottom) = _CORNER_PART * frame.size[0], frame.size
    top, low = 2 * line_height, _CORNER_LINES * line_height
    return [
        QRectF(x, y, wide, high)
        for x in (0.0, right - wide)
        for y, high in ((0.0, top), (bottom - low, low))
    ]


def _box(measurement: Measurement, frame: Frame) -> QRectF:
    places = np.concatenate(outlines(measurement, frame))
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    return QRectF(QPointF(left, top), QPointF(right, bottom))


def _choices(
    measurement: Measurement, frame: Frame, size: tuple[float, float]
) -> list[tuple[QRectF, QPointF]]:
    """Areas to the right, left, below and above, each with the place it belongs to."""
    wide, high = size
    if isinstance(measurement, Arrow):
        places = on_screen(frame, [measurement.tail_mm])
    else:
        places = np.concatenate(outlines(measurement, frame))
    right, left = places[np.argmax(places[:, 0])], places[np.argmin(places[:, 0])]
    bottom, top = places[np.argmax(places[:, 1])], places[np.argmin(places[:, 1])]
    most_x = frame.size[0] - _EDGE_PX - wide
    corners = (
        (right, right[0] + _GAP_PX, right[1] - high / 2),
        (left, left[0] - _GAP_PX - wide, left[1] - high / 2),
        (bottom, _held(bottom[0] - wide / 2, _EDGE_PX, most_x), bottom[1] + _GAP_PX),
        (top, _held(top[0] - wide / 2, _EDGE_PX, most_x), top[1] - _GAP_PX - high),
    )
    areas = [
        (QRectF(x, y, wide, high), QPointF(float(anchor[0]), float(anchor[1])))
        for anchor, x, y in corners
    ]
    if isinstance(measurement, Arrow) and _points_right(measurement, frame):
        # The text continues the shaft, it does not cover it.
        areas[:2] = areas[1::-1]
    return areas


def _points_right(arrow: Arrow, frame: Frame) -> bool:
    tail, tip = on_screen(frame, arrow.points_mm)
    return bool(tip[0] > tail[0])
