"""Range slider: two handles on one track choose the lowest and the highest of a range."""

from PySide6.QtCore import QPoint, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

_KNOB_WIDTH, _HEIGHT = 12, 22
_TRACK_HEIGHT = 4
_SHORTEST_TRACK = 60
_PAGES = 10


class RangeHandle(QAbstractSlider):
    """One end of a range: dragged, or moved by arrows, page keys, Home and End."""

    dragged = Signal(int)  # pixels along the parent

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grip = 0
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.resize(_KNOB_WIDTH, _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take hold."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._grip = round(event.position().x())
            self.setSliderDown(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the mouse."""
        if self.isSliderDown():
            self.dragged.emit(self.mapToParent(event.position().toPoint()).x() - self._grip)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let go."""
        self.setSliderDown(False)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the knob, with a ring while it has focus."""
        palette, is_enabled = self.palette(), self.isEnabled()
        has_focus = self.hasFocus() and is_enabled
        face = palette.color(QPalette.ColorRole.Accent if has_focus else QPalette.ColorRole.Button)
        edge = _edge_colour(palette, is_enabled=is_enabled)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Text) if has_focus else edge, 1.0))
        painter.setBrush(face)
        knob = QRectF(self.rect()).adjusted(1.5, 2.5, -1.5, -2.5)
        painter.drawRoundedRect(knob, 3, 3)
        painter.end()


class RangeSlider(QWidget):
    """Shows a range and reports the one the user picks; it is never empty.

    The handles lie on either side of the range, so that both can be taken however narrow it is.

    Parameters
    ----------
    lowest_name, highest_name
        Of the two ends, for whoever listens to the screen.
    """

    range_picked = Signal(int, int)

    def __init__(self, lowest_name: str, highest_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lowest_limit, self._highest_limit = 0, 100
        self._lowest, self._highest = RangeHandle(self), RangeHandle(self)
        self._lowest.setAccessibleName(lowest_name)
        self._highest.setAccessibleName(highest_name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lowest.dragged.connect(self._drag_lowest)
        self._highest.dragged.connect(self._drag_highest)
        for handle in (self._lowest, self._highest):
            handle.valueChanged.connect(self._report)
        self.show_limits(0, 100)

    @property
    def limits(self) -> tuple[int, int]:
        """Lowest and highest value there can be."""
        return self._lowest_limit, self._highest_limit

    @property
    def chosen(self) -> tuple[int, int]:
        """Lowest and highest value of the range."""
        return self._lowest.value(), self._highest.value()

    @property
    def is_whole(self) -> bool:
        """Whether the range goes from limit to limit."""
        return self.chosen == self.limits

    def show_limits(self, lowest: int, highest: int) -> None:
        """Display another track and all of it chosen, without reporting it.

        Raises
        ------
        ValueError
            If the highest value is not above the lowest.
        """
        if highest <= lowest:
            raise ValueError(f"there is no range from {lowest} to {highest}")
        self._lowest_limit, self._highest_limit = lowest, highest
        for handle in (self._lowest, self._highest):
            handle.setPageStep(max(1, (highest - lowest) // _PAGES))
        self.show_range(lowest, highest)

    def show_range(self, lowest: int, highest: int) -> None:
        """Display a range without reporting it; what lies beyond the limits is brought inside."""
        first, last = self.limits
        low = min(max(lowest, first), last - 1)
        high = max(min(highest, last), low + 1)
        with QSignalBlocker(self._lowest), QSignalBlocker(self._highest):
            self._lowest.setRange(first, high - 1)
            self._highest.setRange(low + 1, last)
            self._lowest.setValue(low)
            self._highest.setValue(high)
        self._place()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for both handles and a track worth dragging along."""
        return QSize(2 * _KNOB_WIDTH + 2 * _SHORTEST_TRACK, _HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As little as can still be dragged."""
        return QSize(2 * _KNOB_WIDTH + _SHORTEST_TRACK, _HEIGHT)

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the handles at their values."""
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Bring the nearer handle to where the track was clicked."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        x = round(event.position().x())
        to_lowest = abs(x - self._x_of(self._lowest.value()))
        to_highest = abs(x - self._x_of(self._highest.value()))
        nearer = self._lowest if to_lowest <= to_highest else self._highest
        nearer.setValue(self._value_at(x))
        nearer.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the track, and what is chosen of it."""
        palette, middle = self.palette(), self.height() / 2
        track = QRectF(_KNOB_WIDTH, middle - _TRACK_HEIGHT / 2, self._track_width(), _TRACK_HEIGHT)
        left, right = (self._x_of(value) for value in self.chosen)
        is_enabled = self.isEnabled()
        edge = _edge_colour(palette, is_enabled=is_enabled)
        painter = QPainter(self)
        painter.fillRect(track, palette.color(QPalette.ColorRole.Button))
        chosen = palette.color(QPalette.ColorRole.Accent) if is_enabled else edge
        painter.fillRect(QRectF(left, track.y(), right - left, _TRACK_HEIGHT), chosen)
        painter.end()

    def _drag_lowest(self, x: int) -> None:
        self._lowest.setValue(self._value_at(x + _KNOB_WIDTH))

    def _drag_highest(self, x: int) -> None:
        self._highest.setValue(self._value_at(x))

    def _report(self) -> None:
        low, high = self.chosen
        self.show_range(low, high)
        self.range_picked.emit(low, high)

    def _place(self) -> None:
        top = (self.height() - _HEIGHT) // 2
        self._lowest.move(QPoint(self._x_of(self._lowest.value()) - _KNOB_WIDTH, top))
        self._highest.move(QPoint(self._x_of(self._highest.value()), top))
        self.update()

    def _track_width(self) -> int:
        return max(1, self.width() - 2 * _KNOB_WIDTH)

    def _x_of(self, value: int) -> int:
        first, last = self.limits
        return _KNOB_WIDTH + round((value - first) / (last - first) * self._track_width())

    def _value_at(self, x: int) -> int:
        first, last = self.limits
        share = (x - _KNOB_WIDTH) / self._track_width()
        return round(first + share * (last - first))


def _edge_colour(palette: QPalette, *, is_enabled: bool) -> QColor:
    group = QPalette.ColorGroup.Normal if is_enabled else QPalette.ColorGroup.Disabled
    role = QPalette.ColorRole.Mid if is_enabled else QPalette.ColorRole.ButtonText
    return palette.color(group, role)
