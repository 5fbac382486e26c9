"""What the numbers of a scan mean: Hounsfield units, raw scanner values, or something else.

Files say so rarely and sometimes wrongly, so the values themselves are asked: a CT has air
near -1000 HU or lung above it, soft tissue around 0, and little that is denser than bone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.io.voxels import ValueRange, Voxels
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit

PADDING_HU = -1024
"""Lowest value a CT keeps; what lies outside the scanner's circle becomes this."""

_SAMPLE_SIZE = 1_000_000
_AIR_AND_LUNG = (-1150, -500)
_SOFT_TISSUE = (-200, 250)
_DENSE = (700, 1400)
_LEAST_AIR = 0.005
_LEAST_SOFT = 0.03
_MOST_DENSE_PER_SOFT = 0.5
# Noise of air ends here; below it lies padding, which is one value or two.
_LOWEST_NOISE_HU = -1250
_LARGEST_SPREAD_SHARE = 0.1
_MOST_PADDING_VALUES = 50
# Scanners store air as 24 (offset 1024) or 0 (offset 1000), some as 7192 (offset 8192).
_KNOWN_OFFSETS = (1024, 1000, 8192, 32768)
_SMALL_SPAN = 100.0
_LOSSLESS_SPAN = 30_000.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """The unit of a scan, and what its reader must know about its values."""

    unit: Unit
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Voxels ready for a volume: int16, padding clipped, unit decided."""

    values: npt.NDArray[np.int16]
    meaning: Meaning


def settle(
    voxels: Voxels,
    reread: Callable[[float, float], Voxels],
    *,
    declared: Unit = Unit.ARBITRARY,
) -> Settled:
    """Decide what the values mean and bring them into their final form.

    Parameters
    ----------
    voxels
        As read; Hounsfield units are clipped in place.
    reread
        Called with slope and intercept when int16 cannot hold the values: reads them again,
        scaled by these on top of the file's own scaling.
    declared
        As in `judge`.
    """
    meaning = judge(voxels, declared)
    seen = voxels.seen
    notices = (*meaning.notices, *missing_notice(seen))
    if meaning.unit is Unit.HU:
        notices = (*notices, *clipped_notice(seen))
        if seen.lowest < PADDING_HU:
            clip_padding(voxels.values)
        return Settled(voxels.values, Meaning(meaning.unit, notices))
    if needs_rescaling(voxels, meaning.unit):
        slope, intercept = rescaling(seen)
        notices = (*notices, rescaled_notice(seen))
        return Settled(reread(slope, intercept).values, Meaning(meaning.unit, notices))
    return Settled(voxels.values, Meaning(meaning.unit, notices))


def judge(voxels: Voxels, declared: Unit = Unit.ARBITRARY) -> Meaning:
    """Decide by the values whether they are Hounsfield units.

    Parameters
    ----------
    voxels
        As read; not changed.
    declared
        What the header says. It decides where the values do not contradict it: a water phantom
        without air is believed, raw scanner values are not.
    """
    sample = _sample(voxels.values)
    if looks_like_hu(sample):
        return Meaning(Unit.HU, ())
    # A header that says HU is only doubted where nothing lies below water.
    offsets = () if declared is Unit.HU and voxels.seen.lowest < 0 else _KNOWN_OFFSETS
    for offset in offsets:
        if looks_like_hu(sample - offset):
            return Meaning(Unit.ARBITRARY, (_raw_values(voxels.seen, offset),))
    if looks_like_hu(sample - PADDING_HU):
        return Meaning(Unit.ARBITRARY, (_shifted_twice(voxels.seen),))
    if declared is Unit.HU:
        return Meaning(Unit.HU, ())
    return Meaning(Unit.ARBITRARY, (_not_hu(voxels.seen),))


def looks_like_hu(sample: npt.NDArray[np.int32]) -> bool:
    """Whether values are spread as those of a CT in Hounsfield units.

    Parameters
    ----------
    sample
        ``(n,)`` values; padding included.
    """
    inside = sample[sample > PADDING_HU]
    if inside.size < 0.01 * sample.size:
        return False
    if _is_spread(sample[sample < _LOWEST_NOISE_HU], sample.size):
        return False
    air = _share(inside, _AIR_AND_LUNG)
    soft = _share(inside, _SOFT_TISSUE)
    dense = _share(inside, _DENSE)
    return air >= _LEAST_AIR and soft >= _LEAST_SOFT and dense <= _MOST_DENSE_PER_SOFT * soft


def clip_padding(values: npt.NDArray[np.int16]) -> None:
    """Raise everything below -1024 HU to that, in place: padding and noise below air."""
    np.maximum(values, np.int16(PADDING_HU), out=values)


def needs_rescaling(voxels: Voxels, unit: Unit) -> bool:
    """Whether int16 is too coarse or too small for values that are no Hounsfield units."""
    seen = voxels.seen
    span = seen.highest - seen.lowest
    is_coarse = seen.is_fractional and span < _SMALL_SPAN
    return unit is Unit.ARBITRARY and span > 0 and (not seen.fits_int16 or is_coarse)


def rescaling(seen: ValueRange) -> tuple[float, float]:
    """Slope and intercept that bring the range seen to 0 ... 30,000."""
    slope = _LOSSLESS_SPAN / (seen.highest - seen.lowest)
    return slope, -seen.lowest * slope


def rescaled_notice(seen: ValueRange) -> Notice:
    """Tell that values were rescaled to fit."""
    return Notice(
        "values-rescaled",
        f"The values ({seen.lowest:.4g} to {seen.highest:.4g}) were rescaled to 0 to "
        f"{_LOSSLESS_SPAN:.0f}; they are not Hounsfield units.",
    )


def missing_notice(seen: ValueRange) -> tuple[Notice, ...]:
    """Tell that voxels had no value, if any had none."""
    if not seen.not_finite:
        return ()
    return (
        Notice(
            "missing-values",
            f"{seen.not_finite} voxels hold no number (NaN or infinite) and were set to padding.",
        ),
    )


def clipped_notice(seen: ValueRange) -> tuple[Notice, ...]:
    """Tell that Hounsfield units beyond int16 were clipped, if there were any."""
    if seen.fits_int16:
        return ()
    return (
        Notice(
            "values-clipped",
            f"Values from {seen.lowest:.4g} to {seen.highest:.4g} were clipped to -1024 to "
            "32767 HU.",
        ),
    )


def _sample(values: npt.NDArray[np.int16]) -> npt.NDArray[np.int32]:
    flat = values.reshape(-1, order="A")
    # An odd step does not fall into the rhythm of rows and slices.
    step = max(1, flat.size // _SAMPLE_SIZE) | 1
    return flat[::step].astype(np.int32)


def _share(values: npt.NDArray[np.int32], limits: tuple[int, int]) -> float:
    low, high = limits
    return float(np.count_nonzero((values >= low) & (values <= high))) / values.size


def _is_spread(below: npt.NDArray[np.int32], count: int) -> bool:
    """Whether what lies below air is too much and too varied to be padding."""
    return (
        below.size > _LARGEST_SPREAD_SHARE * count and np.unique(below).size > _MOST_PADDING_VALUES
    )


def _raw_values(seen: ValueRange, offset: int) -> Notice:
    return Notice(
        "raw-values",
        f"The values ({seen.lowest:.0f} to {seen.highest:.0f}) look like raw scanner values with "
        f"an offset of {offset}, not Hounsfield units; the slope and intercept are missing.",
    )


def _shifted_twice(seen: ValueRange) -> Notice:
    return Notice(
        "shifted-twice",
        f"The values ({seen.lowest:.0f} to {seen.highest:.0f}) look like Hounsfield units from "
        "which 1024 was subtracted a second time; the file's intercept is probably wrong.",
    )


def _not_hu(seen: ValueRange) -> Notice:
    return Notice(
        "not-hu",
        f"The values ({seen.lowest:.4g} to {seen.highest:.4g}) do not look like a CT in "
        "Hounsfield units: no air near -1000 beside soft tissue near 0.",
    )
