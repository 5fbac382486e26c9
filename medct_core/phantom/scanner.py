"""Scanner: how a sharp body becomes a scan, in two clearly different domains."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from medct_core.phantom.canvas import Float, Grid

_REFERENCE_VOXEL_MM3 = 80.0
_LOWEST_HU, _HIGHEST_HU = -1024.0, 3071.0


@dataclass(frozen=True, slots=True)
class Scanner:
    """One synthetic scanner.

    Attributes
    ----------
    contrast_share
        Chance of a contrast-enhanced scan.
    table_curve
        0 for a flat table, more for a curved one.
    blur_mm, slice_mm
        Ranges of the standard deviation of the point spread and of the slice thickness.
    noise_hu
        Range of the noise's standard deviation in a voxel of 80 mm³ inside the body.
    grain_mm
        Correlation length of the noise.
    gain, offset_hu
        Ranges of calibration error: density times gain, plus offset.
    """

    contrast_share: float
    table_curve: float
    blur_mm: tuple[float, float]
    slice_mm: tuple[float, float]
    noise_hu: tuple[float, float]
    grain_mm: float
    gain: tuple[float, float]
    offset_hu: tuple[float, float]


SCANNERS = {
    "a": Scanner(
        contrast_share=0.35,
        table_curve=0.0,
        blur_mm=(0.5, 0.9),
        slice_mm=(1.0, 3.0),
        noise_hu=(6.0, 22.0),
        grain_mm=1.2,
        gain=(0.985, 1.015),
        offset_hu=(-8.0, 8.0),
    ),
    "b": Scanner(
        contrast_share=0.75,
        table_curve=1.4,
        blur_mm=(1.4, 2.2),
        slice_mm=(5.0, 8.0),
        noise_hu=(18.0, 40.0),
        grain_mm=3.0,
        gain=(1.02, 1.06),
        offset_hu=(6.0, 26.0),
    ),
}
"""Domain a is a thin-slice, low-noise protocol; b is thick, grainy and miscalibrated."""


def acquire(hu: Float, grid: Grid, scanner: Scanner, rng: np.random.Generator) -> Float:
    """Blur, average over the slice, add noise and calibration error.

    Parameters
    ----------
    hu
        ``(i, j, k)`` float32 sharp body; is written to.
    grid
        Its grid.
    scanner
        The scanner.
    rng
        The acquisition's own random stream; it draws the same numbers whatever was painted.

    Returns
    -------
    ``(i, j, k)`` float32 within [-1024, 3071] HU.
    """
    blur, thick, sd, gain, offset = (
        rng.uniform(*bounds)
        for bounds in (
            scanner.blur_mm,
            scanner.slice_mm,
            scanner.noise_hu,
            scanner.gain,
            scanner.offset_hu,
        )
    )
    # A slice profile of width w has the variance w²/12.
    sigma = [blur, blur, float(np.hypot(blur, thick / 12**0.5))]
    steps = [s / step for s, step in zip(sigma, grid.spacing_mm, strict=True)]
    for axis, step in enumerate(steps):
        if step > 0.2:
            gaussian_filter1d(hu, step, axis=axis, output=hu, mode="nearest")
    noise = _noise(grid, scanner.grain_mm, rng)
    # More photons get through air: noise there is lower.
    noise *= sd * np.clip(0.55 + 0.45 * (hu + 1000.0) / 1000.0, 0.4, 1.3)
    hu += noise
    hu += 1000.0
    hu *= gain
    hu += offset - 1000.0
    np.clip(hu, _LOWEST_HU, _HIGHEST_HU, out=hu)
    return hu


def _noise(grid: Grid, grain_mm: float, rng: np.random.Generator) -> Float:
    """Noise whose standard deviation is 1 in a voxel of the reference size."""
    noise = rng.standard_normal(grid.shape, dtype=np.float32)
    sigma = [0.5 * grain_mm / step for step in grid.spacing_mm]
    if max(sigma) > 0.25:
        noise = gaussian_filter(noise, sigma, mode="nearest")
        noise /= max(float(noise.std()), 1e-6)
    # Larger voxels average more photons, but correlated grain averages less than it should.
    volume = float(np.prod(grid.spacing_mm))
    noise *= np.float32(np.clip((_REFERENCE_VOXEL_MM3 / volume) ** 0.3, 0.5, 4.0))
    return noise
