"""Augmentation: what is changed how strongly and how often, in recipes that have names."""

import json
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from enum import Enum

from medct_core.errors import UsageError

Range = tuple[float, float]


class Engine(Enum):
    """What computes."""

    TORCHIO = "torchio"
    MONAI = "monai"


class Sides(Enum):
    """What becomes of the side words of a text when its scan is flipped left to right."""

    KEPT = "kept"
    """The text is left as it is, as the paper does: afterwards its sides are wrong."""
    SWAPPED = "swapped"
    """Left becomes right; a scan whose text has no mirror image is not flipped."""


@dataclass(frozen=True, slots=True)
class Chances:
    """How often each change is made, in [0, 1]; each is drawn for itself."""

    rotation: float = 0.9
    scaling: float = 0.9
    translation: float = 0.9
    elastic: float = 0.7
    flip_left_right: float = 0.5
    flip_front_back: float = 0.5
    blur: float = 0.5
    noise: float = 0.5
    gamma: float = 0.5
    bias_field: float = 0.3
    synonym: float = 0.3
    """Of each term that has synonyms, not of the text."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """How far each change goes; uniform within its range."""

    rotation_deg: float = 15.0
    """Either way, about an axis that points anywhere."""
    scaling: Range = (0.9, 1.1)
    """Along each axis."""
    translation_mm: float = 10.0
    """Either way along each axis."""
    elastic_mm: float = 10.0
    """Either way along each axis, at each control point."""
    elastic_points: int = 7
    """Control points along each axis; the outer two on each side stay where they are."""
    blur_voxels: Range = (0.5, 1.5)
    """Standard deviation along each axis."""
    noise: float = 0.15
    """Largest standard deviation, where the model's range is 1 wide."""
    log_gamma: Range = (-0.5, 0.5)
    bias_field: float = 0.5
    """Either way, each coefficient of a polynomial of third order."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """All that decides how a scan and its text are changed, apart from the seed."""

    name: str
    engine: Engine
    sides: Sides = Sides.KEPT
    chances: Chances = field(default_factory=Chances)
    strengths: Strengths = field(default_factory=Strengths)

    @property
    def is_none(self) -> bool:
        """Whether nothing is ever changed."""
        return not any(asdict(self.chances).values())

    def to_json(self) -> str:
        """All fields as JSON with sorted keys."""
        values = asdict(self) | {"engine": self.engine.value, "sides": self.sides.value}
        return json.dumps(values, sort_keys=True)


NEVER = Chances(**dict.fromkeys(asdict(Chances()), 0.0))

NONE = Augmentation("none", Engine.TORCHIO, chances=NEVER)

PAPER = Augmentation("paper", Engine.TORCHIO)

FAST = Augmentation(
    "fast",
    Engine.MONAI,
    chances=Chances(flip_front_back=0.0),
    strengths=Strengths(noise=0.02),
)

# A flip between front and back would need the words for those swapped too.
LATERALITY_SAFE = replace(
    PAPER, name="laterality-safe", sides=Sides.SWAPPED, chances=Chances(flip_front_back=0.0)
)

AUGMENTATIONS = {one.name: one for one in (NONE, PAPER, FAST, LATERALITY_SAFE)}


def augmentation_named(name: str) -> Augmentation:
    """Give a recipe by its name.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    if name in AUGMENTATIONS:
        return AUGMENTATIONS[name]
    near = get_close_matches(name.casefold(), AUGMENTATIONS, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise UsageError(
        f"There is no augmentation called {name!r}.",
        remedy=f"{hint}Choose one of: {', '.join(AUGMENTATIONS)}.",
    )
