"""What of a measurement lies under the mouse: a handle, its lines, or its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from PySide6.QtCore import QPointF

from app.viewer.frame import Frame
from app.viewer.measure_label import PlacedLabel
from app.viewer.measure_outline import Line, handles_mm, on_screen, outlines
from medct_core.measurement.shapes import Measurement

_HANDLE_REACH_PX = 7.0
_LINE_REACH_PX = 5.0


class Part(Enum):
    """What of a measurement was taken hold of."""

    HANDLE = "handle"
    LINES = "lines"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Grip:
    """A hold on a measurement.

    Attributes
    ----------
    identity
        Of the measurement.
    part
        What was taken hold of.
    handle
        Which handle; -1 for another part.
    """

    identity: str
    part: Part
    handle: int = -1


def grip_at(
    shown: Sequence[Measurement],
    labels: Sequence[PlacedLabel],
    frame: Frame,
    place: tuple[float, float],
    *,
    selected: str,
) -> Grip | None:
    """Find what a press would take hold of.

    A handle comes before lines, lines before text; among equals the nearest, the selected one
    first. The inside of a region is free: windows are dragged there.

    Parameters
    ----------
    shown
        What is drawn on the slice.
    labels
        Texts that can be taken hold of.
    frame
        How the slice lies on the screen.
    place
        Logical pixels.
    selected
        Id of the selected measurement; empty for none.
    """
    return (
        _handle_at(shown, frame, place, selected)
        or _lines_at(shown, frame, place, selected)
        or _label_at(labels, place)
    )


def distance_to(line: Line, place: tuple[float, float]) -> float:
    """Distance of a place from a line, logical pixels.

    Parameters
    ----------
    line
        ``(n, 2)``, at least two places.
    place
        ``(2,)``.
    """
    starts, steps = line[:-1], np.diff(line, axis=0)
    squares = np.maximum((steps**2).sum(axis=1), np.finfo(np.float64).tiny)
    shares = ((np.asarray(place) - starts) * steps).sum(axis=1) / squares
    nearest = starts + np.clip(shares, 0.0, 1.0)[:, None] * steps
    return float(np.hypot(*(nearest - place).T).min())


def _handle_at(
    shown: Sequence[Measurement], frame: Frame, place: tuple[float, float], selected: str
) -> Grip | None:
    found = []
    for measurement in shown:
        offsets = on_screen(frame, handles_mm(measurement)) - place
        away = np.hypot(offsets[:, 0], offsets[:, 1])
        index = int(np.argmin(away))
        if away[index] <= _HANDLE_REACH_PX:
            grip = Grip(measurement.id, Part.HANDLE, index)
            found.append((float(away[index]) - _lead(measurement, selected), grip))
    return _nearest(found)


def _lines_at(
    shown: Sequence[Measurement], frame: Frame, place: tuple[float, float], selected: str
) -> Grip | None:
    found = []
    for measurement in shown:
        away = min(distance_to(line, place) for line in outlines(measurement, frame))
        if away <= _LINE_REACH_PX:
            grip = Grip(measurement.id, Part.LINES)
            found.append((away - _lead(measurement, selected), grip))
    return _nearest(found)


def _label_at(labels: Sequence[PlacedLabel], place: tuple[float, float]) -> Grip | None:
    for label in reversed(labels):
        if label.area.contains(QPointF(*place)):
            return Grip(label.identity, Part.LABEL)
    return None


def _lead(measurement: Measurement, selected: str) -> float:
    return _HANDLE_REACH_PX if measurement.id == selected else 0.0


def _nearest(found: list[tuple[float, Grip]]) -> Grip | None:
    return min(found, key=lambda one: one[0])[1] if found else None
