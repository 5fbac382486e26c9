"""Recipe: how a volume becomes the input of one model."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from enum import Enum


class Resampling(Enum):
    """How voxels are brought to the recipe's spacing."""

    TRILINEAR = "trilinear"
    """As CT-CLIP: half-pixel centres, no antialiasing."""
    AREA = "area"
    """Mean over the voxels that a target voxel covers; for recipes much coarser than a scan."""


class Depth(Enum):
    """How the slice axis is brought to the recipe's depth."""

    SPACING = "spacing"
    """Resample to the spacing, then crop or pad about the centre."""
    SLICE_COUNT = "slice-count"
    """Ignore the spacing: squeeze more slices, pad fewer at the end."""


class Extent(Enum):
    """Which part of a scan a model is shown."""

    CENTRE = "centre"
    """The scan at the recipe's spacing, cropped or padded about its centre."""
    BODY = "body"
    """The box around all that is denser than the low end of `hu_range`, resized to the shape.

    A voxel of the input is the mean of every voxel that it touches, as in torch's mode ``area``.
    Spacing, resampling and depth do not apply.
    """


class Clipping(Enum):
    """When values are clipped to the recipe's range."""

    BEFORE = "before-resampling"
    AFTER = "after-resampling"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the numbers a model is given.

    Attributes
    ----------
    name
        For people: ``ct-clip``.
    shape
        Voxels of the model input along (k, i, j): Superior, Left, Posterior of an LPS volume.
    spacing_mm
        Target spacing along (k, i, j); zeros where the extent decides.
    hu_range
        Values are clipped to it.
    scale, shift
        Model value = (HU + shift) / scale.
    pad_value
        Model value outside the scan.
    resampling, depth, extent, clipping
        See the enums.
    orientation
        Where i, j and k of the volume point that the model is shown.
    """

    name: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    hu_range: tuple[float, float]
    scale: float
    shift: float
    pad_value: float
    resampling: Resampling = Resampling.TRILINEAR
    depth: Depth = Depth.SPACING
    orientation: str = "LPS"
    extent: Extent = Extent.CENTRE
    clipping: Clipping = Clipping.BEFORE

    @property
    def id(self) -> str:
        """Name and the start of a hash over all fields: equal ids, equal numbers."""
        return f"{self.name}-{hashlib.sha256(self.to_json().encode()).hexdigest()[:8]}"

    def to_json(self) -> str:
        """All fields as JSON with sorted keys, as kept in a model folder.

        A field that came later is left out where it says what was always done, so that a recipe
        keeps its id.
        """
        values = {name: _plain(value) for name, value in asdict(self).items()}
        for field in fields(self):
            if field.name in _LATER and getattr(self, field.name) == field.default:
                del values[field.name]
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If fields are missing, unknown or of the wrong kind.
        """
        values = json.loads(text)
        for name in ("resampling", "depth"):
            values[name] = _ENUMS[name](values[name])
        for name in ("extent", "clipping"):
            if name in values:
                values[name] = _ENUMS[name](values[name])
        for name in ("shape", "spacing_mm", "hu_range"):
            values[name] = tuple(values[name])
        return cls(**values)


_ENUMS: dict[str, type[Enum]] = {
    "resampling": Resampling,
    "depth": Depth,
    "extent": Extent,
    "clipping": Clipping,
}
_LATER = ("orientation", "extent", "clipping")


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


CT_CLIP = Recipe(
    name="ct-clip",
    shape=(240, 480, 480),
    spacing_mm=(1.5, 0.75, 0.75),
    hu_range=(-1000.0, 1000.0),
    scale=1000.0,
    shift=0.0,
    pad_value=-1.0,
)

MEDCT_VLM_PAPER = Recipe(
    name="medct-vlm-paper",
    shape=(240, 480, 480),
    spacing_mm=(1.5, 0.75, 0.75),
    hu_range=(-1000.0, 1000.0),
    scale=2000.0,
    shift=1000.0,
    pad_value=0.0,
    depth=Depth.SLICE_COUNT,
)

MEDCT_MINI = Recipe(
    name="medct-mini",
    shape=(64, 96, 96),
    spacing_mm=(5.0, 4.0, 4.0),
    hu_range=(-1000.0, 1000.0),
    scale=1000.0,
    shift=0.0,
    pad_value=-1.0,
    resampling=Resampling.AREA,
)

ASTRA = Recipe(
    name="astra",
    shape=(160, 224, 224),
    spacing_mm=(0.0, 0.0, 0.0),
    hu_range=(-1000.0, 200.0),
    scale=1200.0,
    shift=1000.0,
    pad_value=0.0,
    resampling=Resampling.AREA,
    orientation="RAS",
    extent=Extent.BODY,
    clipping=Clipping.AFTER,
)

RECIPES = {recipe.name: recipe for recipe in (CT_CLIP, MEDCT_VLM_PAPER, MEDCT_MINI, ASTRA)}
