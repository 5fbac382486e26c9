"""Embedding: a scan as the model sees it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.models.stamp import ModelStamp

_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """What is left of a scan after encoding: every prompt is scored from this alone.

    Attributes
    ----------
    vector
        ``(d,)`` float32 of unit length, in the space shared with text.
    stamp
        The model, adapter, recipe and precision that made it.
    volume_sha256
        `Volume.content_sha256` of the scan.
    codes
        ``(d, h, w)`` int16 codebook indices of the tokens; None for a model without a quantiser.
    local
        ``(d, h, w, c)`` float16 token vectors of unit length in the shared space; None for a
        model that scores by the global vector alone (CT-CLIP).

    Raises
    ------
    ValueError
        If the vector is not of unit length.
    """

    vector: npt.NDArray[np.float32]
    stamp: ModelStamp
    volume_sha256: str
    codes: npt.NDArray[np.int16] | None = None
    local: npt.NDArray[np.float16] | None = None

    def __post_init__(self) -> None:
        length = float(np.linalg.norm(self.vector))
        if not abs(length - 1.0) < _UNIT_TOLERANCE:
            raise ValueError(f"an embedding has unit length, not {length:.4f}")
        for name in ("vector", "codes", "local"):
            array = getattr(self, name)
            if array is not None:
                frozen = array.view()
                frozen.flags.writeable = False
                object.__setattr__(self, name, frozen)
