"""Frame: what the voxels of a model input mean, as far as augmentation must know."""

from dataclasses import dataclass

from medct_core.errors import UsageError
from medct_core.preprocess.recipe import Recipe

_SIDES = "LR"
_FRONT_AND_BACK = "AP"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the axes of a ``(1, d, h, w)`` input point, how large voxels are, and their range.

    Attributes
    ----------
    directions
        Sides of the patient that d, h and w point to: ``"SLP"`` for most recipes.
    spacing_mm
        Distance between neighbouring voxels along (d, h, w).
    low, high
        Smallest and largest value of the model's range.
    pad_value
        Value outside the scan: air.
    """

    directions: str
    spacing_mm: tuple[float, float, float]
    low: float
    high: float
    pad_value: float

    @classmethod
    def of(cls, recipe: Recipe, spacing_mm: tuple[float, float, float] | None = None) -> "Frame":
        """Give the frame of what `recipe` prepares.

        Parameters
        ----------
        recipe
            What made the inputs.
        spacing_mm
            Along (d, h, w), for recipes whose voxels differ in size from scan to scan.

        Raises
        ------
        UsageError
            If neither the recipe nor the caller says how large the voxels are.
        """
        spacing = spacing_mm or recipe.spacing_mm
        if not all(step > 0 for step in spacing):
            raise UsageError(
                f"The voxels of {recipe.name!r} differ in size from scan to scan, so millimetres "
                "mean nothing to it.",
                remedy="Train without augmentation, or with a model of fixed voxel size.",
            )
        points_to = recipe.orientation
        low, high = ((hu + recipe.shift) / recipe.scale for hu in recipe.hu_range)
        return cls(points_to[2] + points_to[:2], spacing, low, high, recipe.pad_value)

    @property
    def side_axis(self) -> int:
        """Which of (d, h, w) runs between left and right."""
        return _axis_along(self.directions, _SIDES)

    @property
    def front_axis(self) -> int:
        """Which of (d, h, w) runs between front and back."""
        return _axis_along(self.directions, _FRONT_AND_BACK)

    @property
    def pad_share(self) -> float:
        """The pad value where `low` is 0 and `high` is 1."""
        return (self.pad_value - self.low) / (self.high - self.low)


def _axis_along(directions: str, ends: str) -> int:
    return next(axis for axis, letter in enumerate(directions) if letter in ends)
