"""Streaks: what too few photons and metal do to a slice.

Both follow from the body itself. Where a ray crosses the shoulders few photons are left, so its
whole row is noisy and a little dark; metal throws a star of bright and dark rays across its
slice. The patterns here imitate the look, they do not simulate projections.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, label

from medct_core.phantom.canvas import Float, Grid

# Water along a row beyond which photons run short, and how much more of it doubles the streaks.
_STARVED_MM, _RANGE_MM = 290.0, 80.0
_METAL_HU = 1500.0
# Bits of metal in a slice that get a star; further ones add little.
_MOST_STARS = 3
_RAYS = 7
_STAR_REACH_MM = 45.0


@dataclass(frozen=True, slots=True)
class Streaks:
    """How strong the streaks of a scanner are.

    Attributes
    ----------
    starved_hu
        Standard deviation of a row's streak where photons run short.
    hardened_hu
        How much darker such a row gets.
    metal_hu
        Brightness of a star beside a piece of metal as large as a coin.
    """

    starved_hu: float
    hardened_hu: float
    metal_hu: float


def streaks_in(hu: Float, grid: Grid, streaks: Streaks, rng: np.random.Generator) -> Float:
    """Streaks of a sharp body.

    Parameters
    ----------
    hu
        ``(i, j, k)`` float32 sharp body.
    grid
        Its grid.
    streaks
        How strong they are.
    rng
        Draws the same numbers whatever was painted.

    Returns
    -------
    ``(i, j, k)`` float32 HU to be added to the scan.
    """
    _, j, k = grid.shape
    rows = rng.standard_normal((j, k)).astype(np.float32)
    waves = rng.uniform(0, 2 * np.pi, _RAYS), rng.permutation(np.arange(3, 16))[:_RAYS]
    total = _along_rows(hu, grid, streaks, rows)
    for n in np.flatnonzero((hu > _METAL_HU).any(axis=(0, 1))):
        total[:, :, n] += _stars(hu[:, :, n], grid, streaks, waves)
    return total


def _along_rows(hu: Float, grid: Grid, streaks: Streaks, rows: Float) -> Float:
    """Noise and darkening that are one for a whole row, inside the body's outline."""
    water = np.clip(hu, -1000, 1500) * np.float32(0.001) + np.float32(1)
    path_mm = water.sum(axis=0) * np.float32(grid.spacing_mm[0])
    starved = np.clip((path_mm - _STARVED_MM) / _RANGE_MM, 0, 1.5)
    streak = starved * (streaks.starved_hu * rows - streaks.hardened_hu)
    outline = gaussian_filter1d(water, 40 / grid.spacing_mm[0], axis=0, mode="constant")
    added: Float = streak * np.minimum(2 * outline, 1)
    return added


def _stars(
    plane: Float, grid: Grid, streaks: Streaks, waves: tuple[np.ndarray, np.ndarray]
) -> Float:
    """Stars of the largest pieces of metal of one slice, ``(i, j)``."""
    pieces, count = label(plane > _METAL_HU)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    x, y = (grid.axis_mm(axis) for axis in (0, 1))
    total = np.zeros(plane.shape, np.float32)
    for piece in np.argsort(-sizes, kind="stable")[:_MOST_STARS] + 1:
        i, j = np.nonzero(pieces == piece)
        across, along = x[:, None] - x[i].mean(), y[None, :] - y[j].mean()
        angle, away = np.arctan2(along, across), np.hypot(across, along)
        rays = sum(np.cos(f * angle + p) for p, f in zip(*waves, strict=True))
        area = len(i) * grid.spacing_mm[0] * grid.spacing_mm[1]
        strength = streaks.metal_hu * min((area / 300.0) ** 0.5, 2.0) / _RAYS**0.5
        total += (strength * rays * np.exp(-away / _STAR_REACH_MM)).astype(np.float32)
    return total
