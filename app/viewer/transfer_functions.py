"""Transfer functions: which colour and opacity a CT number has in 3D, and the one table of presets.

Opacities are per millimetre, so that a preset looks the same at any voxel size. Values were
chosen by looking at chest scans with and without contrast medium; HU ranges of tissue are those
in common use (air -1000, lung -950 to -500, fat -100, muscle 50, contrast 150 to 450, bone
from 200).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

LOWEST_HU, HIGHEST_HU = -1024.0, 3071.0
"""Range of CT numbers that 12 bits hold; presets stay inside."""

SMALLEST_SCALE, LARGEST_SCALE = 0.05, 20.0
"""How far opacity can be turned down and up."""

_LARGEST_SHIFT_HU = 1000.0


class Blend(Enum):
    """How the samples along a ray make one point of the picture."""

    COMPOSITE = "composite"
    """Front before back, each as opaque as its table says."""
    MAXIMUM = "maximum"
    """The densest sample alone: maximum intensity projection."""


class Region(Enum):
    """Which part of a scan is drawn."""

    EVERYTHING = "everything"
    """All of it, the table too."""
    BODY = "body"
    """What lies within the skin: air around the patient would hide the air inside."""


@dataclass(frozen=True, slots=True)
class OpacityPoint:
    """Opacity at one CT number; linear between points, level beyond the outer ones.

    Attributes
    ----------
    hu
        Hounsfield units.
    opacity
        In [0, 1], of one millimetre of such tissue; under `Blend.MAXIMUM` of the sample itself.
    """

    hu: float
    opacity: float


@dataclass(frozen=True, slots=True)
class ColourPoint:
    """Colour at one CT number; linear between points.

    Attributes
    ----------
    hu
        Hounsfield units.
    red, green, blue
        In [0, 1].
    """

    hu: float
    red: float
    green: float
    blue: float


@dataclass(frozen=True, slots=True)
class TransferFunction:
    """A way to look at a scan in 3D.

    Attributes
    ----------
    name
        As the menu shows it.
    blend, region
        How rays are summed up, and which voxels they meet.
    opacity, colour
        At least two points each, by rising HU.

    Raises
    ------
    ValueError
        If points do not rise, or an opacity or a colour lies outside [0, 1].
    """

    name: str
    blend: Blend
    region: Region
    opacity: tuple[OpacityPoint, ...]
    colour: tuple[ColourPoint, ...]

    def __post_init__(self) -> None:
        for hus in ([point.hu for point in self.opacity], [point.hu for point in self.colour]):
            if len(hus) < 2 or any(low >= high for low, high in pairwise(hus)):
                raise ValueError(f"the points of {self.name!r} must rise in HU: {hus}")
        shares = [point.opacity for point in self.opacity]
        shares += [c for point in self.colour for c in (point.red, point.green, point.blue)]
        if min(shares) < 0 or max(shares) > 1:
            raise ValueError(f"opacities and colours of {self.name!r} must lie in [0, 1]")

    def adjusted(self, *, scale: float, shift_hu: float) -> "TransferFunction":
        """Make tissue more or less opaque, and move the table along the HU axis.

        Parameters
        ----------
        scale
            As if the tissue were `scale` times as thick; 1 changes nothing. Kept within
            `SMALLEST_SCALE` and `LARGEST_SCALE`. Under `Blend.MAXIMUM` the ramp gets
            as many times steeper: brighter.
        shift_hu
            Added to every point, at most 1000 HU either way: positive shows denser tissue only.
        """
        thickness = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        shift = min(max(shift_hu, -_LARGEST_SHIFT_HU), _LARGEST_SHIFT_HU)
        first_hu = self.opacity[0].hu
        # A projection has no thickness: its ramp gets steeper, as a narrower window would.
        steeper = thickness if self.blend is Blend.MAXIMUM else 1.0
        power = 1.0 if self.blend is Blend.MAXIMUM else thickness
        return replace(
            self,
            opacity=tuple(
                OpacityPoint(
                    first_hu + (point.hu - first_hu) / steeper + shift,
                    1 - (1 - point.opacity) ** power,
                )
                for point in self.opacity
            ),
            colour=tuple(replace(point, hu=point.hu + shift) for point in self.colour),
        )


def _opacity(*points: tuple[float, float]) -> tuple[OpacityPoint, ...]:
    return tuple(OpacityPoint(hu, opacity) for hu, opacity in points)


def _colour(*points: tuple[float, float, float, float]) -> tuple[ColourPoint, ...]:
    return tuple(ColourPoint(*point) for point in points)


LUNG = TransferFunction(
    name="Lung",
    blend=Blend.COMPOSITE,
    region=Region.BODY,
    opacity=_opacity(
        (-970, 0.0),
        (-880, 0.006),
        (-720, 0.016),
        (-600, 0.05),
        (-480, 0.10),
        (-350, 0.07),
        (-150, 0.0),
    ),
    colour=_colour(
        (-970, 0.35, 0.55, 0.80),
        (-800, 0.58, 0.75, 0.92),
        (-600, 1.00, 0.78, 0.72),
        (-300, 1.00, 0.62, 0.52),
    ),
)
BONE = TransferFunction(
    name="Bone",
    blend=Blend.COMPOSITE,
    region=Region.EVERYTHING,
    opacity=_opacity((150, 0.0), (250, 0.10), (500, 0.40), (1500, 0.60)),
    colour=_colour((100, 0.50, 0.20, 0.15), (250, 0.80, 0.60, 0.40), (500, 0.95, 0.90, 0.80)),
)
SOFT_TISSUE = TransferFunction(
    name="Soft tissue",
    blend=Blend.COMPOSITE,
    region=Region.EVERYTHING,
    opacity=_opacity((-160, 0.0), (-40, 0.02), (40, 0.25), (150, 0.50), (3071, 0.70)),
    colour=_colour(
        (-160, 0.85, 0.65, 0.40),
        (-40, 0.85, 0.50, 0.35),
        (50, 0.75, 0.32, 0.26),
        (180, 0.90, 0.50, 0.38),
        (400, 0.96, 0.90, 0.80),
    ),
)
VESSELS = TransferFunction(
    name="Vessels",
    blend=Blend.COMPOSITE,
    region=Region.EVERYTHING,
    opacity=_opacity((130, 0.0), (180, 0.12), (300, 0.45), (1500, 0.60)),
    colour=_colour(
        (130, 0.50, 0.08, 0.07),
        (220, 0.82, 0.16, 0.13),
        (330, 0.93, 0.42, 0.32),
        (480, 0.96, 0.90, 0.82),
    ),
)
AIRWAYS = TransferFunction(
    name="Airways",
    blend=Blend.COMPOSITE,
    region=Region.BODY,
    opacity=_opacity(
        (-1024, 0.5),
        (-960, 0.4),
        (-915, 0.0),
        (-720, 0.002),
        (-550, 0.02),
        (-350, 0.02),
        (-150, 0.0),
    ),
    colour=_colour(
        (-1000, 0.50, 0.85, 1.00),
        (-915, 0.60, 0.88, 1.00),
        (-720, 0.85, 0.70, 0.66),
        (-300, 0.90, 0.72, 0.66),
    ),
)
MIP = TransferFunction(
    name="MIP",
    blend=Blend.MAXIMUM,
    region=Region.EVERYTHING,
    opacity=_opacity((-50, 0.0), (1050, 1.0)),
    colour=_colour((-50, 1.0, 1.0, 1.0), (1050, 1.0, 1.0, 1.0)),
)

PRESETS: tuple[TransferFunction, ...] = (LUNG, BONE, SOFT_TISSUE, VESSELS, AIRWAYS, MIP)
"""The only table of 3D presets, in the order of the menu."""

CIVIDIS = (
    (0.000, 0.126, 0.302),
    (0.024, 0.213, 0.431),
    (0.256, 0.303, 0.420),
    (0.380, 0.393, 0.435),
    (0.490, 0.486, 0.471),
    (0.609, 0.580, 0.468),
    (0.739, 0.684, 0.435),
    (0.877, 0.796, 0.368),
    (1.000, 0.917, 0.273),
)
"""Even steps of the colour map cividis (Nunez, Anderton, Renslow, 2018), red, green and blue in
[0, 1]: read alike by people with and without colour vision deficiency."""

HEAT_FLOOR, HEAT_FAINT = 0.25, 0.5
"""Parts of the strongest place: a heatmap is clear up to the first, and faint up to the second."""


def heatmap_function(*, steps: int, opacity: float) -> TransferFunction:
    """Colours and opacities of a heatmap whose values run from 0 to `steps`.

    Nothing is drawn where the heatmap is 0; opacity grows with the value.

    Parameters
    ----------
    steps
        Value at the top of the colour bar.
    opacity
        In [0, 1], of a centimetre of the strongest place.
    """
    per_mm = 1 - (1 - min(max(opacity, 0.0), 0.999)) ** 0.1
    rise: Sequence[tuple[float, float]] = (
        (0.0, 0.0),
        (HEAT_FLOOR, 0.0),
        (HEAT_FAINT, 0.2),
        (1.0, 1.0),
    )
    return TransferFunction(
        name="Heatmap",
        blend=Blend.COMPOSITE,
        region=Region.EVERYTHING,
        opacity=_opacity(*((steps * place, per_mm * share) for place, share in rise)),
        colour=_colour(
            *((steps * n / (len(CIVIDIS) - 1), *colour) for n, colour in enumerate(CIVIDIS))
        ),
    )
