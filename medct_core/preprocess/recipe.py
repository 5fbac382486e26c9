"""Recipe: how a volume becomes the input of one model."""

import hashlib
import json
from dataclasses import asdict, dataclass
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
        Target spacing along (k, i, j).
    hu_range
        Values are clipped to it.
    scale, shift
        Model value = (HU + shift) / scale.
    pad_value
        Model value outside the scan.
    resampling, depth
        See the enums.
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

    @property
    def id(self) -> str:
        """Name and the start of a hash over all fields: equal ids, equal numbers."""
        return f"{self.name}-{hashlib.sha256(self.to_json().encode()).hexdigest()[:8]}"

    def to_json(self) -> str:
        """All fields as JSON with sorted keys, as kept in a model folder."""
        fields = asdict(self)
        fields["resampling"] = self.resampling.value
        fields["depth"] = self.depth.value
        return json.dumps(fields, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If fields are missing, unknown or of the wrong kind.
        """
        fields = json.loads(text)
        fields["resampling"] = Resampling(fields["resampling"])
        fields["depth"] = Depth(fields["depth"])
        for name in ("shape", "spacing_mm", "hu_range"):
            fields[name] = tuple(fields[name])
        return cls(**fields)


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

RECIPES = {recipe.name: recipe for recipe in (CT_CLIP, MEDCT_VLM_PAPER, MEDCT_MINI)}
