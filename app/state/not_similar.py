"""NotSimilarCases: the cases of the library that a reader called not similar to the open scan."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class NotSimilarCases(QObject):
    """Case ids in the order in which they were marked; they name a scan and a model.

    `changed` tells that the list is another one, never that it stayed as it was.
    """

    changed = Signal(object)  # tuple[str, ...]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """All of them, the first marked first."""
        return self._items

    def mark(self, case_id: str) -> None:
        """Call a case not similar."""
        self.load((*self._items, case_id))

    def unmark(self, case_id: str) -> None:
        """Take that back."""
        self.load(one for one in self._items if one != case_id)

    def load(self, items: Iterable[str]) -> None:
        """Replace them all, as for another scan; what comes twice is there once."""
        kept = tuple(dict.fromkeys(items))
        if kept != self._items:
            self._items = kept
            self.changed.emit(kept)
