"""MeasurementList: what was drawn on the open scan, with undo and redo."""

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from medct_core.measurement.edit import moved
from medct_core.measurement.plane import Point
from medct_core.measurement.shapes import Measurement

_UNDO_STEPS = 200
"""What one reading of a scan draws; older steps are forgotten."""

_Items = tuple[Measurement, ...]


class MeasurementList(QObject):
    """The measurements of one scan, in the order they were drawn.

    Every change is one step of undo, so a drag is reported once, when it ends. `changed` tells
    that the list is another one; a change that changes nothing is neither told nor kept.
    """

    changed = Signal(object)  # tuple[Measurement, ...]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: _Items = ()
        self._undone: deque[_Items] = deque(maxlen=_UNDO_STEPS)
        self._done: deque[_Items] = deque(maxlen=_UNDO_STEPS)

    @property
    def items(self) -> tuple[Measurement, ...]:
        """All measurements, the oldest first."""
        return self._items

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was taken back."""
        return bool(self._undone)

    def find(self, identity: str) -> Measurement:
        """Give the measurement with that id.

        Raises
        ------
        KeyError
            If there is none.
        """
        return self._items[self._place(identity)]

    def load(self, items: Iterable[Measurement]) -> None:
        """Show the measurements of another scan and forget all steps.

        Raises
        ------
        ValueError
            If two have the same id.
        """
        loaded = tuple(items)
        if len({one.id for one in loaded}) != len(loaded):
            raise ValueError("two measurements have the same id")
        self._done.clear()
        self._undone.clear()
        self._items = loaded
        self.changed.emit(loaded)

    def add(self, measurement: Measurement) -> None:
        """Put a measurement at the end.

        Raises
        ------
        ValueError
            If its id is taken.
        """
        if any(one.id == measurement.id for one in self._items):
            raise ValueError(f"a measurement {measurement.id!r} is there already")
        self._change((*self._items, measurement))

    def edit(self, measurement: Measurement) -> None:
        """Put a measurement in the place of the one with its id.

        Raises
        ------
        KeyError
            If there is none.
        """
        place = self._place(measurement.id)
        self._change((*self._items[:place], measurement, *self._items[place + 1 :]))

    def move(self, identity: str, by_mm: Point) -> None:
        """Shift a measurement by a vector in LPS mm.

        Raises
        ------
        KeyError
            If there is none with that id.
        """
        self.edit(moved(self.find(identity), by_mm))

    def delete(self, identity: str) -> None:
        """Remove a measurement.

        Raises
        ------
        KeyError
            If there is none with that id.
        """
        place = self._place(identity)
        self._change((*self._items[:place], *self._items[place + 1 :]))

    def clear(self) -> None:
        """Remove all measurements, as one step."""
        self._change(())

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        if self._done:
            self._undone.append(self._items)
            self._items = self._done.pop()
            self.changed.emit(self._items)

    def redo(self) -> None:
        """Take the last step that was taken back again, if there is one."""
        if self._undone:
            self._done.append(self._items)
            self._items = self._undone.pop()
            self.changed.emit(self._items)

    def _place(self, identity: str) -> int:
        for place, one in enumerate(self._items):
            if one.id == identity:
                return place
        raise KeyError(identity)

    def _change(self, items: _Items) -> None:
        if items != self._items:
            self._done.append(self._items)
            self._undone.clear()
            self._items = items
            self.changed.emit(items)
