"""Volume: one CT scan in memory."""

import hashlib
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice


class Unit(Enum):
    """What the voxel values mean."""

    HU = "HU"
    ARBITRARY = "arbitrary"


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """One scan: its voxels, where they lie, and where they came from.

    The array becomes read-only here, so every thread may hold the same volume. Whoever
    built it hands it over and does not write to it again.

    Attributes
    ----------
    values
        ``(i, j, k)`` int16, i fastest in memory; Hounsfield units (air -1000, water 0) where
        `unit` says so.
    unit
        Hounsfield units or arbitrary; a CT recipe accepts only the first.
    geometry
        Voxel grid in patient space (LPS, mm).
    source
        The name of the file or series it was read from, without folders, for captions.
    notices
        What its reader must know: tilt, gaps, guessed geometry.

    Raises
    ------
    InvalidVolumeError
        If the array and the geometry differ in shape.
    """

    values: npt.NDArray[np.int16]
    unit: Unit
    geometry: Geometry
    source: str
    notices: tuple[Notice, ...] = ()
    _hash: list[str] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.values.shape != self.geometry.shape:
            raise InvalidVolumeError(
                f"The array has shape {self.values.shape}, its geometry {self.geometry.shape}.",
                remedy="Build both from the same series.",
            )
        if self.values.dtype != np.int16:
            raise ValueError(f"voxels must be int16, not {self.values.dtype}")
        frozen = np.asfortranarray(self.values).view()
        frozen.flags.writeable = False
        object.__setattr__(self, "values", frozen)

    @property
    def content_sha256(self) -> str:
        """SHA-256 of voxels, shape and affine in hex; the same for equal scans, computed once."""
        if not self._hash:
            self._hash.append(_content_sha256(self))
        return self._hash[0]


def _content_sha256(volume: Volume) -> str:
    digest = hashlib.sha256()
    digest.update(np.array(volume.geometry.shape, dtype="<i8").tobytes())
    # Files keep positions as float32 or decimal text; a tenth of a micrometre outlives both.
    digest.update((np.round(volume.geometry.affine, 4) + 0.0).astype("<f8").tobytes())
    if volume.geometry.slice_offsets_mm is not None:
        digest.update(np.round(volume.geometry.slice_offsets_mm, 4).astype("<f8").tobytes())
    digest.update(volume.values.T.astype("<i2", copy=False).data)
    return digest.hexdigest()
