"""LibraryMap: the cases of a library as points, alike ones near each other, and the open scan."""

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.panels.chart_canvas import ChartCanvas
from app.panels.text_label import TextLabel
from app.state.similar_page import CaseMap
from app.theme import DARK, Theme

_UNKNOWN_SIZE, _KNOWN_SIZE, _RING_SIZE, _CROSS_SIZE = 6, 9, 15, 20
_LAYERS = ("unknown", "absent", "present", "similar", "selected", "query")
_REACH_PIXELS = 12.0
_PADDING = 0.08


@dataclass(frozen=True, slots=True)
class _Look:
    """How spots are drawn; colours are ``#rrggbb``, None for none."""

    size: int
    edge: str | None
    fill: str | None
    symbol: str = "o"
    width: float = 1.2


class LibraryMap(QWidget):
    """Draws a map, says what the pointer is over, and reports a case that is clicked.

    Who has the chosen finding is a filled dot, who is known not to have it a ring, and of whom
    nothing is known or may be shown a small dot.
    """

    case_selected = Signal(str)  # case id

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._map: CaseMap | None = None
        self._shown_findings: frozenset[str] = frozenset()
        self._similar: frozenset[str] = frozenset()
        self._numbers: dict[str, int] = {}
        self._selected = ""
        self._pointed: int | None = None
        self._canvas = ChartCanvas(theme)
        self._finding = QComboBox()
        self._fit = QPushButton(self.tr("Fit"), autoDefault=False)
        self._legend = TextLabel(role="muted")
        self._note = TextLabel(role="muted")
        self._said = TextLabel()
        self._layers = {name: pg.ScatterPlotItem(pxMode=True) for name in _LAYERS}
        self._describe()
        self._lay_out()
        self._connect()
        self.show_waiting()

    def show_waiting(self) -> None:
        """Say that the map is being made."""
        self._show_none(self.tr("The map of the library is being made."))

    def show_failure(self, summary: str, remedy: str) -> None:
        """Say why there is no map, and what to do."""
        self._show_none(f"{summary} {remedy}".strip())

    def show_map(self, case_map: CaseMap) -> None:
        """Draw a map, as a whole."""
        self._map = case_map
        self._numbers = {case_id: number for number, case_id in enumerate(case_map.case_ids)}
        self._pointed = None
        self._note.show_text(case_map.note)
        self._offer_findings()
        if not case_map.case_ids:
            self._canvas.show_message(self.tr("Map"), self.tr("There are no cases to draw."))
            return
        self._canvas.show_plot()
        self._draw()
        self.show_whole()

    def show_shown_findings(self, names: frozenset[str]) -> None:
        """Colour by these findings only, and say no other."""
        if names != self._shown_findings:
            self._shown_findings = names
            self._offer_findings()
            self._draw_cases()

    def show_similar(self, case_ids: frozenset[str]) -> None:
        """Draw an edge around the cases that are listed as similar."""
        self._similar = case_ids
        self._draw_similar()

    def show_selected(self, case_id: str) -> None:
        """Mark a case without reporting it; none where it is not on the map."""
        self._selected = case_id
        self._draw_selected()
        self._say(self._place_of(case_id))

    def show_whole(self) -> None:
        """Bring all cases, and what was asked with, into sight."""
        if self._map is None or not self._map.case_ids:
            return
        points = self._map.points
        if self._map.query is not None:
            points = np.vstack([points, self._map.query])
        (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
        self._canvas.plot.setRange(
            xRange=(float(left), float(right)), yRange=(float(bottom), float(top)), padding=_PADDING
        )

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._canvas.show_theme(theme)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go with the arrow keys from case to case, the nearest to the open scan first."""
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Up: -1,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._map is None or not self._map.case_ids:
            super().keyPressEvent(event)
            return
        order = self._by_distance(self._map)
        here = self._place_of(self._selected)
        rank = int(np.flatnonzero(order == here)[0]) + step if here is not None else 0
        self._pick(int(order[rank % len(order)]))

    def _show_none(self, words: str) -> None:
        self._map, self._numbers = None, {}
        self._canvas.show_message(self.tr("Map"), words)
        for label in (self._legend, self._note, self._said):
            label.show_text("")

    def _describe(self) -> None:
        self.setAccessibleName(self.tr("Map of the library"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._finding.setAccessibleName(self.tr("Colour by finding"))
        self._finding.setMinimumContentsLength(6)
        self._finding.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._finding.addItem(self.tr("Nothing"), "")
        self._fit.setToolTip(self.tr("Show the whole map; the wheel zooms, dragging moves it"))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 8, 8, 0)
        title = QLabel(self.tr("Colour by"))
        title.setBuddy(self._finding)
        top.addWidget(title)
        top.addWidget(self._finding, 1)
        top.addWidget(self._fit)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(8, 0, 8, 8)
        for label in (self._legend, self._note, self._said):
            bottom.addWidget(label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self._canvas, 1)
        layout.addLayout(bottom)
        plot = self._canvas.plot
        for layer in self._layers.values():
            plot.addItem(layer)
        for side in ("left", "bottom"):
            # Neither direction has a meaning or a unit of its own.
            plot.hideAxis(side)
        # Equal lengths on the screen are equal distances.
        plot.setAspectLocked(True)
        plot.setMouseEnabled(x=True, y=True)

    def _connect(self) -> None:
        self._finding.currentIndexChanged.connect(self._draw_cases)
        self._fit.clicked.connect(self.show_whole)
        scene = self._canvas.plot.scene()
        scene.sigMouseMoved.connect(self._point_at)
        scene.sigMouseClicked.connect(self._click)

    def _offer_findings(self) -> None:
        """Offer the findings that may be shown; the chosen one stays chosen where it may."""
        names = () if self._map is None else self._map.finding_names
        chosen = self._finding.currentData()
        with QSignalBlocker(self._finding):
            self._finding.clear()
            self._finding.addItem(self.tr("Nothing"), "")
            for name in names:
                if name in self._shown_findings:
                    self._finding.addItem(name, name)
            self._finding.setCurrentIndex(max(self._finding.findData(chosen), 0))

    def _draw(self) -> None:
        self._draw_cases()
        self._draw_similar()
        self._draw_selected()
        if self._map is not None:
            query = self._map.query
            cross = np.empty((0, 2)) if query is None else query[None]
            look = _Look(_CROSS_SIZE, self._theme.surface, self._theme.text, symbol="+")
            _show_spots(self._layers["query"], cross, look)

    def _draw_cases(self) -> None:
        if self._map is None:
            return
        theme, kinds = self._theme, self._kinds(self._map)
        for name, look in (
            ("unknown", _Look(_UNKNOWN_SIZE, None, theme.raw)),
            ("absent", _Look(_KNOWN_SIZE, theme.absent, None)),
            ("present", _Look(_KNOWN_SIZE, theme.surface, theme.present)),
        ):
            _show_spots(self._layers[name], self._map.points[kinds == name], look)
        self._show_legend(self._map)

    def _draw_similar(self) -> None:
        look = _Look(_RING_SIZE, self._theme.muted, None)
        self._draw_around("similar", self._circled, look)
        if self._map is not None:
            self._show_legend(self._map)

    @property
    def _circled(self) -> frozenset[str]:
        """Similar cases on the map; none where all of it is listed, as circles say nothing then."""
        here = self._similar & self._numbers.keys()
        return frozenset() if len(here) == len(self._numbers) else here

    def _draw_selected(self) -> None:
        look = _Look(_RING_SIZE, self._theme.accent, None, width=3.0)
        self._draw_around("selected", frozenset({self._selected}), look)

    def _draw_around(self, layer: str, case_ids: frozenset[str], look: _Look) -> None:
        if self._map is not None:
            here = [self._numbers[one] for one in case_ids if one in self._numbers]
            _show_spots(self._layers[layer], self._map.points[here], look)

    def _kinds(self, case_map: CaseMap) -> npt.NDArray[np.str_]:
        """Say of each case whether it is known to have the chosen finding: ``(n,)``."""
        kinds = np.full(len(case_map.case_ids), "unknown", dtype="<U8")
        name = self._finding.currentData()
        for kind in ("absent", "present"):
            has = getattr(case_map, kind).get(name)
            if has is not None:
                kinds[has] = kind
        return kinds

    def _show_legend(self, case_map: CaseMap) -> None:
        parts = (
            [self.tr("+ the open scan, or the words asked for.")]
            if case_map.query is not None
            else []
        )
        if self._circled:
            parts.append(self.tr("Circled: the similar cases."))
        if name := self._finding.currentData():
            parts.append(self.tr("● has it, ○ does not, · not known: {0}.").format(name))
        self._legend.show_text(" ".join(parts))

    def _point_at(self, place: QPointF) -> None:
        here = self._nearest(place)
        if here != self._pointed:
            self._pointed = here
            self._say(self._place_of(self._selected) if here is None else here)
            tip = "" if here is None else escape(self._words(here)).replace("\n", "<br>")
            QToolTip.showText(QCursor.pos(), tip, self._canvas.plot)

    def _click(self, event: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        here = self._nearest(event.scenePos())
        if here is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pick(here)

    def _pick(self, number: int) -> None:
        if self._map is not None:
            case_id = self._map.case_ids[number]
            self.show_selected(case_id)
            self.case_selected.emit(case_id)

    def _nearest(self, place: QPointF) -> int | None:
        """Find the case under the pointer, or close to it."""
        if self._map is None or not self._map.case_ids:
            return None
        view = self._canvas.plot.getPlotItem().getViewBox()
        here, pixel = view.mapSceneToView(place), view.viewPixelSize()
        away = (self._map.points - (here.x(), here.y())) / pixel
        distances = np.hypot(*away.T)
        number = int(distances.argmin())
        return number if distances[number] <= _REACH_PIXELS else None

    def _by_distance(self, case_map: CaseMap) -> npt.NDArray[np.int64]:
        """Sort the cases, the nearest to the open scan first."""
        start = case_map.points.mean(axis=0) if case_map.query is None else case_map.query
        away = np.linalg.norm(case_map.points - start, axis=1)
        return np.argsort(away, kind="stable")

    def _place_of(self, case_id: str) -> int | None:
        return self._numbers.get(case_id)

    def _say(self, number: int | None) -> None:
        text = "" if number is None else self._words(number)
        self._said.show_text(text)
        note = "" if self._map is None else self._map.note
        self.setAccessibleDescription("\n".join(part for part in (text, note) if part))

    def _words(self, number: int) -> str:
        """Say of a case what may be shown."""
        if self._map is None:
            return ""
        has = [
            name
            for name in self._map.finding_names
            if name in self._shown_findings
            and name in self._map.present
            and self._map.present[name][number]
        ]
        return "\n".join([self._map.labels[number], *([", ".join(has)] if has else [])])


def _show_spots(layer: Any, points: npt.NDArray[np.floating[Any]], look: _Look) -> None:  # noqa: ANN401 - pyqtgraph has no types
    layer.setData(
        pos=points,
        size=look.size,
        symbol=look.symbol,
        pen=pg.mkPen(None) if look.edge is None else pg.mkPen(look.edge, width=look.width),
        brush=pg.mkBrush(look.fill),
    )
