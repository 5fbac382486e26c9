"""BesideState: the scan of a similar case beside the open one, and where it is like that one."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.state.session import OpenScan
from medct_core.inference.likeness import Likeness
from medct_core.retrieval.search import SimilarCase


@dataclass(frozen=True, slots=True, eq=False)
class BesideScan:
    """A similar case and its scan; the scan is the very one that was added to the library."""

    scan: OpenScan
    similar: SimilarCase


class BesideState(QObject):
    """What stands beside the scan of one window. Only controllers write it."""

    changed = Signal(object)  # BesideScan | None
    likeness_changed = Signal(object)  # Likeness | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: BesideScan | None = None
        self._likeness: Likeness | None = None

    @property
    def shown(self) -> BesideScan | None:
        """The case beside the open scan."""
        return self._shown

    @property
    def likeness(self) -> Likeness | None:
        """Where it is like the open scan, once that was asked for."""
        return self._likeness

    def set_shown(self, shown: BesideScan | None) -> None:
        """Show another case, or none; what was said about the one before is gone."""
        if shown is not self._shown:
            self.set_likeness(None)
            self._shown = shown
            self.changed.emit(shown)

    def set_likeness(self, likeness: Likeness | None) -> None:
        """Say where it is like the open scan."""
        if likeness is not self._likeness:
            self._likeness = likeness
            self.likeness_changed.emit(likeness)
