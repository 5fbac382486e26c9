"""How alike a scan and a wording are; numpy only."""

import numpy as np
import numpy.typing as npt

from medct_core.inference.embedding import Embedding

FloatArray = npt.NDArray[np.float32]


def ensemble(vectors: FloatArray) -> FloatArray:
    """Join the wordings of one polarity: the mean of their unit vectors, brought to unit length.

    Parameters
    ----------
    vectors
        ``(wordings, d)``, unit length.

    Returns
    -------
    ``(d,)`` float32, unit length.
    """
    mean = vectors.mean(axis=0)
    joined: FloatArray = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return joined


def similarities(
    embedding: Embedding, directions: FloatArray, *, local_weight: float, local_top: int
) -> FloatArray:
    """Compare a scan with text directions.

    A direction is the text vector of a single prompt, or the vector for present minus the one for
    absent of a pair. With global vector z, token vectors l_j, direction t and weight w::

        similarity = (1 - w) * <z, t> + w * mean of the `local_top` largest <l_j, t>

    So for a pair the difference is formed in every token before the strongest are taken: they
    are the tokens that speak most for present against absent.

    Parameters
    ----------
    embedding
        The scan; it has token vectors where `local_weight` is above 0.
    directions
        ``(prompts, d)``.
    local_weight
        w, in [0, 1]; 0 compares with the global vector alone, as CT-CLIP does.
    local_top
        How many tokens; fewer where the scan has fewer.

    Returns
    -------
    ``(prompts,)`` float32; in [-1, 1] for single prompts, [-2, 2] for pairs.

    Raises
    ------
    ValueError
        If token vectors are needed and the embedding has none.
    """
    overall: FloatArray = directions @ embedding.vector
    if local_weight == 0:
        return overall
    if embedding.local is None:
        raise ValueError("this scoring needs an embedding with token vectors")
    tokens = embedding.local.reshape(-1, embedding.local.shape[-1]).astype(np.float32)
    strongest = _mean_of_largest(directions @ tokens.T, local_top)
    mixed: FloatArray = (1 - np.float32(local_weight)) * overall + local_weight * strongest
    return mixed.astype(np.float32)


def _mean_of_largest(values: FloatArray, count: int) -> FloatArray:
    """``(n, tokens)`` to ``(n,)``: the mean of the `count` largest of every row."""
    kept = min(count, values.shape[1])
    largest: FloatArray = np.partition(values, values.shape[1] - kept, axis=1)[:, -kept:]
    means: FloatArray = largest.mean(axis=1, dtype=np.float32)
    return means
