"""Likeness: where in a scan its likeness to another one comes from; no torch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.models.stamp import ModelStamp

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Towards:
    """Another scan as seen from one scan.

    Attributes
    ----------
    other
        Name of the other scan, for people.
    direction
        ``(d,)`` float32, read-only: what the scan's own vector is multiplied by.
    common
        What is added to that product to give the cosine of both: the share of the mean that was
        taken off, which no place of the scan decides.
    stamp
        The model that made both vectors.
    """

    other: str
    direction: FloatArray
    common: float
    stamp: ModelStamp

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", _read_only(self.direction))

    def cosine(self, vector: FloatArray) -> float:
        """Compare the scan's own vector, ``(d,)``, with the other one; in [-1, 1]."""
        return float(self.direction @ vector) + self.common


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How much each place of a scan adds to its likeness to another one; no outline of anything.

    Attributes
    ----------
    other
        Name of the other scan, for people.
    values
        ``(a, b, c)`` float32, signed, read-only: above 0 makes the two alike, below 0 unlike.
    affine
        ``(4, 4)`` float64, index (a, b, c, 1) to LPS mm; an index is the middle of its block.
    common
        What no place decides; the values add up to the cosine of the centred vectors less this.
    stamp
        The model that compared them.
    volume_sha256
        The scan whose places these are.
    """

    other: str
    values: FloatArray
    affine: npt.NDArray[np.float64]
    common: float
    stamp: ModelStamp
    volume_sha256: str

    def __post_init__(self) -> None:
        for name in ("values", "affine"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))

    @property
    def cosine(self) -> float:
        """Of the centred vectors of both scans, in [-1, 1]."""
        return float(self.values.sum(dtype=np.float64)) + self.common

    @property
    def name(self) -> str:
        """What the map is called: no finding has such a name."""
        return f"Like {self.other}"

    @property
    def parts(self) -> FloatArray:
        """The values, in parts of the cosine."""
        return self.values

    @property
    def strongest_mm(self) -> tuple[float, float, float]:
        """Middle of the block that adds most, LPS mm."""
        index = np.unravel_index(int(np.argmax(self.values)), self.values.shape)
        x, y, z = (self.affine @ [*map(float, index), 1.0])[:3]
        return float(x), float(y), float(z)


def _read_only(array: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    frozen = array.view()
    frozen.flags.writeable = False
    return frozen
