"""Draw: what happens to one scan, decided before anything is computed.

A draw depends on seed, row and epoch alone: neither on other scans, nor on threads, nor on the
random state of any library.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from medct_core.training.augmentation.recipes import Augmentation, Chances, Strengths

BIAS_ORDER = 3
BIAS_TERMS = 20
"""Products x^a y^b z^c with a + b + c of at most `BIAS_ORDER`."""

_LOCKED = 2
_BELOW_FOLDING = 0.99

Triple = tuple[float, float, float]


class Purpose(IntEnum):
    """Streams of random numbers that do not disturb each other."""

    IMAGE = 0
    NOISE = 1
    TEXT = 2


@dataclass(frozen=True, slots=True)
class Key:
    """Which look at which scan."""

    seed: int
    row: int
    epoch: int

    def stream(self, purpose: Purpose) -> np.random.Generator:
        """Give the random numbers for one purpose."""
        return np.random.default_rng([self.seed, self.row, self.epoch, purpose])


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """How places move, in mm along (d, h, w), about the middle of the volume.

    What lay at x comes to lie at ``scale * (R x) + shift`` and is then deformed: the deformed
    volume shows at x what lay, before, at x plus the displacement there.

    Attributes
    ----------
    rotation_deg
        Rotation vector: along the axis, as long as the angle.
    scale, shift_mm
        Along (d, h, w).
    displacement_mm
        ``(n, n, n, 3)`` float64 at the control points of cubic B-splines over the volume, or None.
    """

    rotation_deg: Triple
    scale: Triple
    shift_mm: Triple
    displacement_mm: npt.NDArray[np.float64] | None


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """What happens to a scan, in the order of the fields; None where nothing does.

    Attributes
    ----------
    warp
        How places move.
    flips_sides, flips_front
        Whether left and right, front and back change places.
    blur_voxels
        Standard deviations along (d, h, w).
    noise
        Standard deviation where the model's range is 1 wide.
    gamma
        Exponent on [0, 1].
    bias_field
        `BIAS_TERMS` coefficients of the logarithm of a factor.
    """

    warp: Warp | None = None
    flips_sides: bool = False
    flips_front: bool = False
    blur_voxels: Triple | None = None
    noise: float | None = None
    gamma: float | None = None
    bias_field: tuple[float, ...] | None = None


def drawn(augmentation: Augmentation, key: Key) -> Draw:
    """Draw what happens to a scan.

    Every number is drawn whether it is used or not, so that recipes that differ in one chance
    give the same draw for all else.
    """
    rng = key.stream(Purpose.IMAGE)
    chances, strengths = augmentation.chances, augmentation.strengths
    warp = _drawn_warp(chances, strengths, rng)
    flips_sides = _happens(chances.flip_left_right, rng)
    flips_front = _happens(chances.flip_front_back, rng)
    blurs = _happens(chances.blur, rng)
    blur = _triple(rng.uniform(*strengths.blur_voxels, 3))
    is_noisy = _happens(chances.noise, rng)
    noise = float(rng.uniform(0.0, strengths.noise))
    changes_gamma = _happens(chances.gamma, rng)
    gamma = float(np.exp(rng.uniform(*strengths.log_gamma)))
    has_bias = _happens(chances.bias_field, rng)
    bias = rng.uniform(-strengths.bias_field, strengths.bias_field, BIAS_TERMS)
    return Draw(
        warp=warp,
        flips_sides=flips_sides,
        flips_front=flips_front,
        blur_voxels=blur if blurs else None,
        noise=noise if is_noisy else None,
        gamma=gamma if changes_gamma else None,
        bias_field=tuple(bias.tolist()) if has_bias else None,
    )


def _drawn_warp(chances: Chances, strengths: Strengths, rng: np.random.Generator) -> Warp | None:
    rotates = _happens(chances.rotation, rng)
    axis = rng.standard_normal(3)
    angle = rng.uniform(-strengths.rotation_deg, strengths.rotation_deg)
    scales = _happens(chances.scaling, rng)
    scale = rng.uniform(*strengths.scaling, 3)
    moves = _happens(chances.translation, rng)
    shift = rng.uniform(-strengths.translation_mm, strengths.translation_mm, 3)
    bends = _happens(chances.elastic, rng)
    displacement = _drawn_displacement(strengths, rng)
    if not (rotates or scales or moves or bends):
        return None
    return Warp(
        rotation_deg=_triple(angle * axis / np.linalg.norm(axis)) if rotates else (0.0, 0.0, 0.0),
        scale=_triple(scale) if scales else (1.0, 1.0, 1.0),
        shift_mm=_triple(shift) if moves else (0.0, 0.0, 0.0),
        displacement_mm=displacement if bends else None,
    )


def _drawn_displacement(strengths: Strengths, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    count = strengths.elastic_points
    field = np.zeros((count, count, count, 3))
    free = slice(_LOCKED, count - _LOCKED)
    field[free, free, free] = rng.uniform(
        -strengths.elastic_mm, strengths.elastic_mm, field[free, free, free].shape
    )
    return field


def unfolded(warp: Warp, extent_mm: Triple) -> Warp:
    """Weaken a deformation that could fold a small volume onto itself; most stay as they are.

    Parameters
    ----------
    warp
        As drawn.
    extent_mm
        Of the volume along (d, h, w).

    References
    ----------
    No point passes its neighbour while control points move less than half their distance.
    """
    if warp.displacement_mm is None:
        return warp
    spans = len(warp.displacement_mm) - 3
    most = _BELOW_FOLDING * np.array(extent_mm) / spans / 2
    largest = np.maximum(np.abs(warp.displacement_mm).max(axis=(0, 1, 2)), most)
    return replace(warp, displacement_mm=warp.displacement_mm * (most / largest))


def _happens(chance: float, rng: np.random.Generator) -> bool:
    return bool(rng.random() < chance)


def _triple(numbers: npt.NDArray[np.float64]) -> Triple:
    a, b, c = numbers.tolist()
    return a, b, c
