"""The codebook of a model: the vectors that the codes of a scan stand for."""

import numpy as np

from medct_core.inference.engine import InferenceEngine
from medct_core.inference.similarity import FloatArray
from medct_core.models.bundle import LoadedModel


def codebook_of(engine: InferenceEngine) -> FloatArray | None:
    """Give the rows of the codebook.

    Returns
    -------
    ``(codes, width)`` float32, read-only: `Embedding.codes` are its rows; None for a model that
    does not quantise.
    """
    loaded = engine.loaded
    if not isinstance(loaded, LoadedModel) or not loaded.config.vision.quantise:
        return None
    quantiser = loaded.network.visual_transformer.vq
    rows: FloatArray = quantiser.rows.detach().cpu().numpy().astype(np.float32)
    rows.flags.writeable = False
    return rows
