"""Tiny scans with known answers; every one is a few thousand voxels."""

import numpy as np
import numpy.typing as npt

from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume

AIR_HU = -1000
WATER_HU = 0
FIELD_HU_PER_MM = (3.0, -5.0, 7.0)
"""Slope along (L, P, S) of the field that `oblique_grid` shows; 0 HU at the origin."""

LETTER_F_MM: tuple[tuple[tuple[float, float, float], tuple[float, float, float], int], ...] = (
    ((-12.0, -4.0, -24.0), (-6.0, 4.0, 24.0), 300),
    ((-6.0, -4.0, 18.0), (12.0, 4.0, 24.0), 500),
    ((-6.0, -4.0, 0.0), (6.0, 4.0, 6.0), 700),
    ((-12.0, -10.0, -24.0), (-6.0, -4.0, -18.0), 900),
)
"""Boxes (low corner, high corner, HU) in LPS mm, corners included; air elsewhere.

Stem, upper bar, middle bar, and a foot that points to the front: no turn and no mirror
maps the letter onto itself. The bars point to the patient's left, the top is superior.
"""


def centred(
    shape: tuple[int, int, int],
    spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0),
    directions: npt.ArrayLike | None = None,
) -> Geometry:
    """Grid whose middle is the patient's origin.

    Parameters
    ----------
    shape
        Voxels along (i, j, k).
    spacing_mm
        Distance between voxels along (i, j, k).
    directions
        ``(3, 3)``; column a is the unit vector of index axis a in LPS. By default
        (i, j, k) = (Left, Posterior, Superior).
    """
    turn = np.eye(3) if directions is None else np.asarray(directions, dtype=np.float64)
    affine = np.eye(4)
    affine[:3, :3] = turn * np.asarray(spacing_mm)
    affine[:3, 3] = -affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return Geometry(shape=shape, affine=affine)


def voxel_centres_mm(geometry: Geometry) -> npt.NDArray[np.float64]:
    """``(i, j, k, 3)`` float64 position of every voxel centre, LPS mm."""
    index = np.stack(np.meshgrid(*map(np.arange, geometry.shape), indexing="ij"), axis=-1)
    return geometry.to_patient(index)


def _scan(values: npt.ArrayLike, geometry: Geometry, source: str) -> Volume:
    voxels = np.asfortranarray(np.round(np.asarray(values)).astype(np.int16))
    return Volume(values=voxels, unit=Unit.HU, geometry=geometry, source=source)


def air(shape: tuple[int, int, int] = (16, 16, 12)) -> Volume:
    """Nothing but air, -1000 HU, at 1 mm."""
    return _scan(np.full(shape, AIR_HU), centred(shape), "air")


def water_cylinder(
    shape: tuple[int, int, int] = (32, 32, 12),
    spacing_mm: tuple[float, float, float] = (2.0, 2.0, 5.0),
    radius_mm: float = 20.0,
) -> Volume:
    """Water (0 HU) of `radius_mm` about the S axis through the origin, air around it."""
    geometry = centred(shape, spacing_mm)
    centres = voxel_centres_mm(geometry)
    inside = np.hypot(centres[..., 0], centres[..., 1]) <= radius_mm
    return _scan(np.where(inside, WATER_HU, AIR_HU), geometry, "water cylinder")


def ramp(
    shape: tuple[int, int, int] = (20, 18, 16), axis: int = 0, step_hu: int = 10, first_hu: int = 0
) -> Volume:
    """HU that rise by `step_hu` from voxel to voxel along one index axis, at 1 mm."""
    along = first_hu + step_hu * np.arange(shape[axis])
    values = np.broadcast_to(np.moveaxis(along[:, None, None], 0, axis), shape)
    return _scan(values, centred(shape), f"ramp along {'ijk'[axis]}")


def rotation(yaw_deg: float, pitch_deg: float, roll_deg: float) -> npt.NDArray[np.float64]:
    """``(3, 3)`` float64: turn about S by yaw, then about L by pitch, then about P by roll."""
    yaw, pitch, roll = np.deg2rad([yaw_deg, pitch_deg, roll_deg])
    about_s = [[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]]
    about_l = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about_p = [[np.cos(roll), 0, np.sin(roll)], [0, 1, 0], [-np.sin(roll), 0, np.cos(roll)]]
    turned: npt.NDArray[np.float64] = np.array(about_p) @ np.array(about_l) @ np.array(about_s)
    return turned


def field_hu(points_mm: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """HU of the linear field of `oblique_grid` at ``(..., 3)`` LPS mm; shape ``(...)``."""
    hu: npt.NDArray[np.float64] = np.asarray(points_mm) @ np.asarray(FIELD_HU_PER_MM)
    return hu


def oblique_grid(shape: tuple[int, int, int] = (20, 16, 12)) -> Volume:
    """Make a turned, unequally spaced grid over a field linear in patient mm (`field_hu`)."""
    geometry = centred(shape, (1.5, 2.0, 3.0), rotation(30.0, 20.0, 10.0))
    return _scan(field_hu(voxel_centres_mm(geometry)), geometry, "oblique grid")


def letter_f_hu(points_mm: npt.ArrayLike) -> npt.NDArray[np.int16]:
    """HU of the letter F at ``(..., 3)`` LPS mm; shape ``(...)`` int16."""
    points = np.asarray(points_mm, dtype=np.float64)
    hu = np.full(points.shape[:-1], AIR_HU, dtype=np.int16)
    for low, high, value in LETTER_F_MM:
        inside = ((points >= np.asarray(low)) & (points <= np.asarray(high))).all(axis=-1)
        hu[inside] = value
    return hu


def letter_f(geometry: Geometry | None = None) -> Volume:
    """Solid letter F (`LETTER_F_MM`), on a 3 mm grid of 20x20x24 unless another is given."""
    grid = centred((20, 20, 24), (3.0, 3.0, 3.0)) if geometry is None else geometry
    return _scan(letter_f_hu(voxel_centres_mm(grid)), grid, "letter F")
