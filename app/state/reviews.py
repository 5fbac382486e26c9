"""ReviewList and MarkedImages: what a reader said about the findings, and chose for the report."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.state.case_record import Decision, FindingReview, MarkedImage


class ReviewList(QObject):
    """What was said about the findings of one scan; an empty review is not kept.

    `changed` tells that the list is another one, never that it stayed as it was.
    """

    changed = Signal(object)  # tuple[FindingReview, ...]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[FindingReview, ...] = ()

    @property
    def items(self) -> tuple[FindingReview, ...]:
        """One review for each finding that something was said about, the oldest first."""
        return self._items

    def of(self, finding: str) -> FindingReview:
        """Give what was said about a finding, an empty review if nothing was."""
        named = (one for one in self._items if one.finding == finding)
        return next(named, FindingReview(finding))

    def put(self, review: FindingReview) -> None:
        """Put a review in the place of the one of the same finding; an empty one removes it."""
        if any(one.finding == review.finding for one in self._items):
            changed = [review if one.finding == review.finding else one for one in self._items]
        else:
            changed = [*self._items, review]
        self.load(changed)

    def decide(self, finding: str, decision: Decision | None) -> None:
        """Accept or reject a finding, or leave it open again."""
        self.put(replace(self.of(finding), decision=decision))

    def word(self, finding: str, text: str) -> None:
        """Give a finding the reader's own wording; empty takes the program's again."""
        self.put(replace(self.of(finding), edited_text=text))

    def comment(self, finding: str, text: str) -> None:
        """Put a comment on a finding; empty removes it."""
        self.put(replace(self.of(finding), comment=text))

    def set_threshold(self, finding: str, threshold: float | None) -> None:
        """Decide from another score on, in [0, 1]; None takes the model's threshold again."""
        self.put(replace(self.of(finding), threshold=threshold))

    def load(self, items: Iterable[FindingReview]) -> None:
        """Replace them all, as for another scan.

        Raises
        ------
        ValueError
            If a finding is there twice.
        """
        kept = tuple(one for one in items if not one.is_empty)
        if len({one.finding for one in kept}) != len(kept):
            raise ValueError("a finding is reviewed twice")
        if kept != self._items:
            self._items = kept
            self.changed.emit(kept)


class MarkedImages(QObject):
    """The pictures a reader marked for the report, in the order they were marked."""

    changed = Signal(object)  # tuple[MarkedImage, ...]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[MarkedImage, ...] = ()

    @property
    def items(self) -> tuple[MarkedImage, ...]:
        """All of them, the oldest first."""
        return self._items

    def add(self, image: MarkedImage) -> None:
        """Put a picture at the end."""
        self.load((*self._items, image))

    def word(self, place: int, caption: str) -> None:
        """Give the picture at a place, from 0, other words.

        Raises
        ------
        IndexError
            If there is none.
        """
        changed = list(self._items)
        changed[place] = replace(changed[place], caption=caption)
        self.load(changed)

    def remove(self, place: int) -> None:
        """Take the picture at a place, from 0, out.

        Raises
        ------
        IndexError
            If there is none.
        """
        changed = list(self._items)
        del changed[place]
        self.load(changed)

    def load(self, items: Iterable[MarkedImage]) -> None:
        """Replace them all, as for another scan."""
        kept = tuple(items)
        if kept != self._items:
            self._items = kept
            self.changed.emit(kept)
