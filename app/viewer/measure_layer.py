"""MeasureLayer: paints the measurements of a slice over its picture."""

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.viewer.frame import Frame
from app.viewer.measure_board import MeasureBoard
from app.viewer.measure_label import PlacedLabel, measure_font
from app.viewer.measure_outline import Line, handles_mm, on_screen, outlines
from app.viewer.slice_paint import shadowed_text
from medct_core.measurement.shapes import Measurement

DRAWN = QColor(0x62, 0xDC, 0xFF)
SELECTED = QColor(0xFF, 0xC0, 0x4D)
_SHADOW = QColor(0, 0, 0)
_LINE_PX, _SELECTED_LINE_PX, _SHADOW_PX = 1.5, 2.0, 2.0
_HANDLE_PX = 3.5
_PADDING_PX = 3.0
_FAR_PX = 16.0


class MeasureLayer:
    """Paints in patient millimetres, so that lines stay where the tissue is.

    The selected measurement has handles and another colour.
    """

    def __init__(self, board: MeasureBoard) -> None:
        self._board = board

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint what lies on the slice; nothing while measurements are hidden."""
        shown = self._board.shown_on(frame.plane)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for measurement in shown:
            self._paint_lines(painter, outlines(measurement, frame), self._colour(measurement.id))
        self._paint_guide(painter, frame)
        self._paint_handles(painter, shown, frame)
        painter.setFont(measure_font(frame.size))
        for label in self._board.labels(frame):
            self._paint_label(painter, label)

    def _colour(self, identity: str) -> QColor:
        draft = self._board.draft
        is_drawn_now = draft is not None and draft.id == identity
        return SELECTED if is_drawn_now or identity == self._board.selected_id else DRAWN

    def _paint_lines(self, painter: QPainter, lines: Iterable[Line], colour: QColor) -> None:
        polygons = [QPolygonF([QPointF(x, y) for x, y in line.tolist()]) for line in lines]
        width = _SELECTED_LINE_PX if colour is SELECTED else _LINE_PX
        for ink, pen_px in ((_SHADOW, width + _SHADOW_PX), (colour, width)):
            painter.setPen(_pen(ink, pen_px))
            for polygon in polygons:
                painter.drawPolyline(polygon)

    def _paint_guide(self, painter: QPainter, frame: Frame) -> None:
        points_mm = self._board.guide_on(frame.plane)
        if points_mm:
            self._paint_lines(painter, [on_screen(frame, points_mm)], SELECTED)

    def _paint_handles(
        self, painter: QPainter, shown: tuple[Measurement, ...], frame: Frame
    ) -> None:
        for measurement in shown:
            if measurement.id != self._board.selected_id:
                continue
            for x, y in on_screen(frame, handles_mm(measurement)).tolist():
                side = 2 * _HANDLE_PX
                box = QRectF(x - _HANDLE_PX, y - _HANDLE_PX, side, side)
                for ink, pen_px in ((_SHADOW, _LINE_PX + _SHADOW_PX), (SELECTED, _LINE_PX)):
                    painter.setPen(_pen(ink, pen_px))
                    painter.drawRect(box)

    def _paint_label(self, painter: QPainter, label: PlacedLabel) -> None:
        colour = self._colour(label.identity)
        near = _nearest_place(label.area, label.anchor)
        if QLineF(near, label.anchor).length() > _FAR_PX:
            painter.setPen(QPen(colour, 1.0, Qt.PenStyle.DotLine))
            painter.drawLine(near, label.anchor)
        pad = _PADDING_PX
        area = label.area.adjusted(pad, pad, pad, pad)
        where = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        shadowed_text(painter, area, where, "\n".join(label.lines), colour)


def _pen(colour: QColor, width: float) -> QPen:
    # Round ends and half-transparent ink take four times as long to draw.
    style, cap, join = Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin
    return QPen(colour, width, style, cap, join)


def _nearest_place(area: QRectF, place: QPointF) -> QPointF:
    return QPointF(
        min(max(place.x(), area.left()), area.right()),
        min(max(place.y(), area.top()), area.bottom()),
    )
