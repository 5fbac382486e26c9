"""SimilarState: the similar cases of one window, why there are none, and how a library fills."""

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from app.state.answers import Problem
from app.state.similar_page import CaseMap, SimilarPage
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.centring import Centring


@dataclass(frozen=True, slots=True)
class SimilarWaiting:
    """What similar cases wait for.

    Attributes
    ----------
    text
        One sentence.
    fraction
        Of it, in [0, 1]; None where nobody knows.
    """

    text: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class NoSimilarCases:
    """Why there are none although nothing failed, and what to do; the second may be empty."""

    reason: str
    remedy: str = ""


NO_SCAN = NoSimilarCases("Open a chest CT to see cases like it.")

ShownSimilar = SimilarPage | SimilarWaiting | NoSimilarCases | Problem
"""What stands in the panel; a `Problem` is something that failed."""


@dataclass(frozen=True, slots=True)
class RefusedScan:
    """A scan that did not come into the library, and why."""

    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Filling:
    """How far a library is filled.

    Attributes
    ----------
    total
        Scans that were found; 0 while they are looked for.
    done
        Of them, in whatever way.
    added, there
        New ones, and those that were in the library before.
    refused
        With the reason of each.
    name
        What is worked on now; empty between scans.
    fraction
        Of it, in [0, 1].
    is_over
        Whether nothing more comes.
    end
        Why it ended before its time; None where it did not.
    """

    total: int = 0
    done: int = 0
    added: int = 0
    there: int = 0
    refused: tuple[RefusedScan, ...] = ()
    name: str = field(default="", repr=False)
    fraction: float = 0.0
    is_over: bool = False
    end: Problem | None = None

    @property
    def share(self) -> float | None:
        """Fraction of all scans that is done, in [0, 1]; None while they are looked for."""
        return (self.done + self.fraction) / self.total if self.total else None


class SimilarState(QObject):
    """Similar cases of one window. Only controllers write it, only on the GUI thread."""

    shown_changed = Signal(object)  # ShownSimilar
    allowed_changed = Signal(object)  # frozenset[str]: findings that cases may speak of
    map_changed = Signal(object)  # CaseMap | Problem | None
    filling_changed = Signal(object)  # Filling | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: ShownSimilar = NO_SCAN
        self._allowed = frozenset[str]()
        self._map: CaseMap | Problem | None = None
        self._filling: Filling | None = None
        self.wanted: CaseFilter = EVERYTHING
        self.centring: Centring | None = None

    @property
    def shown(self) -> ShownSimilar:
        """What stands in the panel."""
        return self._shown

    @property
    def page(self) -> SimilarPage | None:
        """The similar cases, where there is a list of them."""
        return self._shown if isinstance(self._shown, SimilarPage) else None

    @property
    def allowed(self) -> frozenset[str]:
        """Findings of which cases and evidence may speak."""
        return self._allowed

    @property
    def map(self) -> CaseMap | Problem | None:
        """The map of the library, or why it could not be drawn; None while there is neither."""
        return self._map

    @property
    def filling(self) -> Filling | None:
        """How far the library is filled; None where nobody fills it."""
        return self._filling

    def show(self, shown: ShownSimilar) -> None:
        """Put something in the panel."""
        if shown != self._shown:
            self._shown = shown
            self.shown_changed.emit(shown)

    def allow(self, findings: frozenset[str]) -> None:
        """Let cases speak of these findings, and of no other."""
        if findings != self._allowed:
            self._allowed = findings
            self.allowed_changed.emit(findings)

    def set_map(self, case_map: CaseMap | Problem | None) -> None:
        """Draw a map, or none; a problem says why it could not be drawn."""
        if case_map is not self._map:
            self._map = case_map
            self.map_changed.emit(case_map)

    def set_filling(self, filling: Filling | None) -> None:
        """Say how far a library is filled."""
        if filling != self._filling:
            self._filling = filling
            self.filling_changed.emit(filling)
