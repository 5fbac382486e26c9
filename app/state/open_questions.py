"""What a person is asked before a scan is read: how much of it, or which of its volumes."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from medct_core.io.reduction import FULL, Reduction

_MB, _GB = 1e6, 1e9


@dataclass(frozen=True, slots=True)
class ReadChoice:
    """One way to read a very large scan.

    Attributes
    ----------
    reduction
        Which voxels are read.
    shape
        (i, j, k) voxels that it gives.
    needed_bytes
        Memory that they need.
    """

    reduction: Reduction
    shape: tuple[int, int, int]
    needed_bytes: int

    @property
    def label(self) -> str:
        """Words for a button or a row of a list."""
        if self.reduction == FULL:
            how = _tr("Read in full")
        else:
            how = _tr("Read {0}").format(self.reduction.in_words)
        size = " x ".join(str(count) for count in self.shape)
        return _tr("{0}: {1} voxels, {2}").format(how, size, _memory(self.needed_bytes))


@dataclass(frozen=True, slots=True)
class LargeScanQuestion:
    """How much of a scan to read that is very large, or does not fit into memory.

    Attributes
    ----------
    name
        Of the series.
    shape
        (i, j, k) voxels of one volume.
    needed_bytes, free_bytes
        Memory that reading it in full needs, and that a scan may take.
    choices
        Ways that fit, at least one; in full first where that fits, then the mildest.
    """

    name: str
    shape: tuple[int, int, int]
    needed_bytes: int
    free_bytes: int
    choices: tuple[ReadChoice, ...]

    @property
    def summary(self) -> str:
        """What the matter is, in one sentence with its numbers."""
        size = " x ".join(str(count) for count in self.shape)
        text = _tr("{0} is very large: {1} voxels need {2} of memory; {3} are free.")
        return text.format(self.name, size, _memory(self.needed_bytes), _memory(self.free_bytes))

    @property
    def remedy(self) -> str:
        """What to decide, in one sentence."""
        return _tr("Choose how to read it; a reduced scan says so in red wherever it is shown.")

    @property
    def default(self) -> ReadChoice:
        """The choice that leaves least out."""
        return self.choices[0]


@dataclass(frozen=True, slots=True)
class FrameQuestion:
    """Which volume of a 4D scan to read, from 1 to `frame_count`."""

    name: str
    frame_count: int

    @property
    def summary(self) -> str:
        """What the matter is, in one sentence with its numbers."""
        text = _tr("{0} is a scan in time or of several echoes: it holds {1} volumes.")
        return text.format(self.name, self.frame_count)

    @property
    def remedy(self) -> str:
        """What to decide, in one sentence."""
        return _tr("Choose the volume to show, from 1 to {0}.").format(self.frame_count)

    @property
    def default(self) -> int:
        """The first volume."""
        return 1


OpenQuestion = LargeScanQuestion | FrameQuestion


def _memory(count: int) -> str:
    """Write a number of bytes as a person reads it."""
    return f"{count / _GB:.1f} GB" if count >= _GB else f"{count / _MB:.0f} MB"


def _tr(text: str) -> str:
    return QCoreApplication.translate("OpenQuestion", text)
