"""BesideState: the scan of a similar case that stands beside the open one."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.state.session import OpenScan
from medct_core.retrieval.search import SimilarCase


@dataclass(frozen=True, slots=True, eq=False)
class BesideScan:
    """A similar case and its scan; the scan is the very one that was added to the library."""

    scan: OpenScan
    similar: SimilarCase


class BesideState(QObject):
    """What stands beside the scan of one window. Only its controller writes it."""

    changed = Signal(object)  # BesideScan | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: BesideScan | None = None

    @property
    def shown(self) -> BesideScan | None:
        """The case beside the open scan."""
        return self._shown

    def set_shown(self, shown: BesideScan | None) -> None:
        """Show another case, or none."""
        if shown is not self._shown:
            self._shown = shown
            self.changed.emit(shown)
