"""ModelInput: a volume as one model wants it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.volume.notice import Notice


@dataclass(frozen=True, slots=True, eq=False)
class ModelInput:
    """A prepared volume; large, so it is dropped once it was embedded.

    Attributes
    ----------
    values
        ``(1, d, h, w)`` float32, read-only, finite; d, h, w = (k, i, j) of an LPS volume, so a
        slice is transposed against how it is displayed.
    recipe_id
        `Recipe.id` of the recipe that made it.
    affine
        ``(4, 4)`` float64, index (d, h, w, 1) to LPS mm.
    volume_sha256
        `Volume.content_sha256` of the scan it came from.
    notices
        The scan's notices and what preparation adds.
    """

    values: npt.NDArray[np.float32]
    recipe_id: str
    affine: npt.NDArray[np.float64]
    volume_sha256: str
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        frozen = self.values.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "values", frozen)
