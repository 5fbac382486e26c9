"""MasksState: the masks that are open over a scan, what of them is shown, and what went wrong."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.state.answers import Problem
from medct_core.io.label_map import Label, LabelFacts, LabelMap
from medct_core.volume.notice import Notice

_OPACITY_AT_START = 0.5


@dataclass(frozen=True, slots=True)
class MaskLabel:
    """One structure of a mask: what it is called, and how large it is and where."""

    label: Label
    facts: LabelFacts


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """One file of masks over the scan.

    Attributes
    ----------
    identity
        Tells it from other masks of the window, also from the same file opened again.
    name
        Name of its file, without folders.
    maps
        Its voxels; several where structures overlap.
    labels
        All of its structures, by rising number.
    notices
        What its reader must know.
    shown
        Numbers of the structures that are shown.
    opacity
        In [0, 1].
    """

    identity: int
    name: str
    maps: tuple[LabelMap, ...]
    labels: tuple[MaskLabel, ...]
    notices: tuple[Notice, ...] = ()
    shown: frozenset[int] = frozenset()
    opacity: float = _OPACITY_AT_START


class MasksState(QObject):
    """The masks of one window. Only controllers write it, only on the GUI thread."""

    masks_changed = Signal(object)  # tuple[Mask, ...], undermost first
    loading_changed = Signal(str)  # name of the file that is being read; empty for none
    problem_changed = Signal(object)  # Problem | None: why the last file did not open

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._masks: tuple[Mask, ...] = ()
        self._loading = ""
        self._problem: Problem | None = None
        self._count = 0

    @property
    def masks(self) -> tuple[Mask, ...]:
        """The open masks, undermost first."""
        return self._masks

    @property
    def loading(self) -> str:
        """Name of the file that is being read; empty for none."""
        return self._loading

    @property
    def problem(self) -> Problem | None:
        """Why the last file did not open."""
        return self._problem

    def add(
        self,
        name: str,
        maps: tuple[LabelMap, ...],
        labels: tuple[MaskLabel, ...],
        notices: tuple[Notice, ...],
    ) -> Mask:
        """Lay a mask over the others, all of it shown; it gets a number of its own."""
        self._count += 1
        shown = frozenset(one.label.value for one in labels)
        mask = Mask(self._count, name, maps, labels, notices, shown)
        self._set_masks((*self._masks, mask))
        return mask

    def find(self, identity: int) -> Mask | None:
        """Mask of this number; None if it was closed."""
        return next((mask for mask in self._masks if mask.identity == identity), None)

    def show(self, identity: int, values: frozenset[int]) -> None:
        """Show these structures of a mask and no others."""
        self._change(identity, shown=values)

    def set_opacity(self, identity: int, opacity: float) -> None:
        """Show a mask more or less clearly; beyond [0, 1] the nearer end holds."""
        self._change(identity, opacity=min(max(float(opacity), 0.0), 1.0))

    def remove(self, identity: int) -> None:
        """Take a mask away."""
        self._set_masks(tuple(mask for mask in self._masks if mask.identity != identity))

    def clear(self) -> None:
        """Take all masks away."""
        self._set_masks(())

    def set_loading(self, name: str) -> None:
        """Say which file is being read, or none by an empty name."""
        if name != self._loading:
            self._loading = name
            self.loading_changed.emit(name)

    def set_problem(self, problem: Problem | None) -> None:
        """Say why a file did not open."""
        if problem != self._problem:
            self._problem = problem
            self.problem_changed.emit(problem)

    def _change(self, identity: int, **changes: object) -> None:
        self._set_masks(
            tuple(
                replace(mask, **changes)  # type: ignore[arg-type]
                if mask.identity == identity
                and any(getattr(mask, name) != value for name, value in changes.items())
                else mask
                for mask in self._masks
            )
        )

    def _set_masks(self, masks: tuple[Mask, ...]) -> None:
        if masks != self._masks:
            self._masks = masks
            self.masks_changed.emit(masks)
