"""Geometry: the voxel grid of a scan in patient millimetres."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.errors import InvalidVolumeError

FloatArray = npt.NDArray[np.float64]

_SMALLEST_DETERMINANT_MM3 = 1e-9
_ORTHOGONAL_COSINE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Where the voxels of a scan lie in the patient.

    Attributes
    ----------
    shape
        Number of voxels along (i, j, k).
    affine
        ``(4, 4)`` float64, voxel index (i, j, k, 1) to LPS mm. May be oblique, sheared
        (gantry tilt) or left-handed.
    slice_offsets_mm
        ``(k,)`` distance of every slice from the first along the k axis, strictly increasing,
        where the slices are unevenly spaced; None where the affine says it all. With offsets,
        the affine's k column is the mean step.

    Raises
    ------
    InvalidVolumeError
        If the affine cannot be inverted, a number is not finite, or the offsets do not fit.
    """

    shape: tuple[int, int, int]
    affine: FloatArray
    slice_offsets_mm: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        self._check(affine)
        affine.flags.writeable = False
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))

    def _check(self, affine: FloatArray) -> None:
        remedy = "Export the scan again from the scanner or archive."
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise InvalidVolumeError("The position of the scan is not given.", remedy=remedy)
        if abs(np.linalg.det(affine[:3, :3])) < _SMALLEST_DETERMINANT_MM3:
            raise InvalidVolumeError("The voxels of the scan have no volume.", remedy=remedy)
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise InvalidVolumeError(f"The scan has the shape {self.shape}.", remedy=remedy)
        if self.slice_offsets_mm is not None and (
            len(self.slice_offsets_mm) != self.shape[2]
            or (np.diff(self.slice_offsets_mm) <= 0).any()
        ):
            raise InvalidVolumeError("The slice positions contradict the scan.", remedy=remedy)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along i, j and k, in mm."""
        i, j, k = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(i), float(j), float(k)

    @property
    def directions(self) -> FloatArray:
        """``(3, 3)`` float64; column a is the unit vector of index axis a in LPS."""
        columns = self.affine[:3, :3]
        directions: FloatArray = columns / np.linalg.norm(columns, axis=0)
        return directions

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel in cubic millimetres."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    @property
    def is_sheared(self) -> bool:
        """Whether the index axes are not at right angles, as under gantry tilt."""
        cosines = self.directions.T @ self.directions - np.eye(3)
        return bool(np.abs(cosines).max() > _ORTHOGONAL_COSINE)

    @property
    def is_left_handed(self) -> bool:
        """Whether the index axes form a left-handed frame."""
        return bool(np.linalg.det(self.affine[:3, :3]) < 0)

    def to_patient(self, index: npt.ArrayLike) -> FloatArray:
        """Patient position of voxel indices.

        Parameters
        ----------
        index
            ``(..., 3)`` (i, j, k), may be fractional.

        Returns
        -------
        ``(..., 3)`` float64, LPS mm.
        """
        points = np.array(index, dtype=np.float64)
        points[..., 2] = self.to_mean_steps(points[..., 2])
        patient: FloatArray = points @ self.affine[:3, :3].T + self.affine[:3, 3]
        return patient

    def to_index(self, points_mm: npt.ArrayLike) -> FloatArray:
        """Voxel index of patient positions, the inverse of `to_patient`.

        Parameters
        ----------
        points_mm
            ``(..., 3)`` LPS mm.

        Returns
        -------
        ``(..., 3)`` float64, fractional (i, j, k).
        """
        inverse = np.linalg.inv(self.affine)
        index: FloatArray = np.asarray(points_mm, dtype=np.float64) @ inverse[:3, :3].T
        index = index + inverse[:3, 3]
        index[..., 2] = self.from_mean_steps(index[..., 2])
        return index

    def to_mean_steps(self, slices: npt.ArrayLike) -> FloatArray:
        """Turn slice indices into multiples of the affine's k column; equal where slices are even.

        Parameters
        ----------
        slices
            Any shape; may be fractional, and lie outside, where the outer step goes on.
        """
        if self.slice_offsets_mm is None:
            return np.asarray(slices, dtype=np.float64)
        knots = np.arange(self.shape[2], dtype=np.float64)
        return _interpolate(slices, knots, self._offsets_in_steps())

    def from_mean_steps(self, steps: npt.ArrayLike) -> FloatArray:
        """Inverse of `to_mean_steps`."""
        if self.slice_offsets_mm is None:
            return np.asarray(steps, dtype=np.float64)
        knots = np.arange(self.shape[2], dtype=np.float64)
        return _interpolate(steps, self._offsets_in_steps(), knots)

    def _offsets_in_steps(self) -> FloatArray:
        return np.asarray(self.slice_offsets_mm, dtype=np.float64) / self.spacing_mm[2]


def _interpolate(places: npt.ArrayLike, knots: FloatArray, values: FloatArray) -> FloatArray:
    """Piecewise linear, going on beyond the outer knots as between the outermost two."""
    points = np.asarray(places, dtype=np.float64)
    if len(knots) < 2:
        return points
    result = np.interp(points, knots, values)
    for end, inner in ((0, 1), (-1, -2)):
        slope = (values[end] - values[inner]) / (knots[end] - knots[inner])
        beyond = points < knots[0] if end == 0 else points > knots[-1]
        result = np.where(beyond, values[end] + slope * (points - knots[end]), result)
    interpolated: FloatArray = result
    return interpolated
