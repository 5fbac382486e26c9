"""Scanner: how a sharp body becomes a scan, in clearly different domains."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from medct_core.phantom.canvas import Float, Grid
from medct_core.phantom.streaks import Streaks, streaks_in

_REFERENCE_VOXEL_MM3 = 80.0
_LOWEST_HU, _HIGHEST_HU = -1024.0, 3071.0
# Reach of the edge enhancement of a sharp kernel.
_KERNEL_MM = 2.5


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
    sharpening
        Range of the share by which the kernel overshoots at edges; 0 for a smooth kernel.
    off_centre_mm
        How far the patient may lie from the middle of the field along x and y.
    streaks
        None where the scanner corrects them.
    """

    contrast_share: float
    table_curve: float
    blur_mm: tuple[float, float]
    slice_mm: tuple[float, float]
    noise_hu: tuple[float, float]
    grain_mm: float
    gain: tuple[float, float]
    offset_hu: tuple[float, float]
    sharpening: tuple[float, float]
    off_centre_mm: tuple[float, float]
    streaks: Streaks | None


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
        sharpening=(0.0, 0.0),
        off_centre_mm=(0.0, 0.0),
        streaks=None,
    ),
    "b": Scanner(
        contrast_share=0.75,
        table_curve=1.4,
        blur_mm=(0.3, 0.5),
        slice_mm=(5.0, 8.0),
        noise_hu=(32.0, 56.0),
        grain_mm=0.6,
        gain=(1.02, 1.06),
        offset_hu=(6.0, 26.0),
        sharpening=(0.4, 0.8),
        off_centre_mm=(16.0, 24.0),
        streaks=Streaks(starved_hu=45.0, hardened_hu=25.0, metal_hu=170.0),
    ),
    "far": Scanner(
        contrast_share=1.0,
        table_curve=1.4,
        blur_mm=(0.3, 0.5),
        slice_mm=(8.0, 12.0),
        noise_hu=(60.0, 100.0),
        grain_mm=0.6,
        gain=(1.03, 1.08),
        offset_hu=(30.0, 65.0),
        sharpening=(0.6, 1.0),
        off_centre_mm=(20.0, 32.0),
        streaks=Streaks(starved_hu=45.0, hardened_hu=25.0, metal_hu=170.0),
    ),
}
"""Domain a is a thin-slice, low-noise protocol with a smooth kernel and a centred patient.

Domain b is thick, noisy and miscalibrated, with a sharp kernel, streaks and a patient off centre;
far is all of that and more so, and always contrast-enhanced.
"""


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
    s = scanner
    drawn = (s.blur_mm, s.slice_mm, s.noise_hu, s.gain, s.offset_hu)
    blur, thick, sd, gain, offset = (rng.uniform(*bounds) for bounds in drawn)
    # Their own stream: what b has beyond a takes no number from what both have.
    own = rng.spawn(1)[0]
    overshoot = own.uniform(*scanner.sharpening)
    streaks = streaks_in(hu, grid, scanner.streaks, own) if scanner.streaks else None
    _blur(hu, grid, blur, thick)
    if overshoot > 0:
        _sharpen(hu, grid, overshoot)
    # More photons get through air: noise there is lower.
    photons = sd * np.clip(0.55 + 0.45 * (hu + 1000.0) / 1000.0, 0.4, 1.3)
    hu += _noise(grid, scanner.grain_mm, rng) * photons
    if streaks is not None:
        hu += streaks
    hu += 1000.0
    hu *= gain
    hu += offset - 1000.0
    np.clip(hu, _LOWEST_HU, _HIGHEST_HU, out=hu)
    return hu


def off_centre(grid: Grid, scanner: Scanner, rng: np.random.Generator) -> tuple[int, int]:
    """Draw how many voxels along i and j the patient lies from the middle of the field."""
    shares = rng.uniform(-1, 1, 2)
    steps = [
        round(float(share) * reach / step)
        for share, reach, step in zip(
            shares, scanner.off_centre_mm, grid.spacing_mm[:2], strict=True
        )
    ]
    return steps[0], steps[1]


def moved(array: Float, steps: tuple[int, int], beyond: float) -> Float:
    """Move ``(i, j, k)`` voxels along i and j; what enters holds `beyond`, what leaves is lost."""
    if steps == (0, 0):
        return array
    there = np.full_like(array, beyond)
    into, source = [], []
    for step, count in zip(steps, array.shape, strict=False):
        into.append(slice(max(step, 0), count + min(step, 0)))
        source.append(slice(max(-step, 0), count + min(-step, 0)))
    there[into[0], into[1]] = array[source[0], source[1]]
    return there


def _blur(hu: Float, grid: Grid, spread_mm: float, slice_mm: float) -> None:
    # A slice profile of width w has the variance w²/12.
    sigma = [spread_mm, spread_mm, float(np.hypot(spread_mm, slice_mm / 12**0.5))]
    steps = [s / step for s, step in zip(sigma, grid.spacing_mm, strict=True)]
    for axis, step in enumerate(steps):
        if step > 0.2:
            gaussian_filter1d(hu, step, axis=axis, output=hu, mode="nearest")


def _sharpen(hu: Float, grid: Grid, overshoot: float) -> None:
    """Raise edges within the slices by a share of what a blur would take from them."""
    smooth = hu
    for axis in (0, 1):
        smooth = gaussian_filter1d(
            smooth, _KERNEL_MM / grid.spacing_mm[axis], axis=axis, mode="nearest"
        )
    hu += np.float32(overshoot) * (hu - smooth)


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
