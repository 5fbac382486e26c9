"""Why two scans are alike: their cosine as a direction that can be split over one scan's places."""

import numpy as np

from medct_core.inference.likeness import Towards
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.vector_index import FloatArray

_LEAST_LENGTH = 1e-6


def towards(
    own: FloatArray, other: FloatArray, centring: Centring, *, name: str, stamp: ModelStamp
) -> Towards:
    """Say what a scan's own vector is multiplied by to give its cosine with another one.

    Of the own vector v and the other one's centred unit vector o, the cosine of a search is
    ``<(v - mean) W, o> / |(v - mean) W|``, which is linear in v but for the length. So a model
    whose vector is a sum over places has a cosine that is a sum over places, and a constant.

    Parameters
    ----------
    own, other
        ``(d,)`` as the model gives them, not centred.
    centring
        That of the search.
    name
        Of the other scan, for people.
    stamp
        The model of both.

    Returns
    -------
    Nothing but zeros where either vector is the mean itself, whose cosine with all is 0.
    """
    length = float(np.linalg.norm(centring.centre(own)))
    unit = centring.unit(other).astype(np.float64)
    if centring.whitening is not None:
        unit = centring.whitening.astype(np.float64) @ unit
    direction = unit / length if length > _LEAST_LENGTH else np.zeros_like(unit)
    return Towards(
        other=name,
        direction=direction.astype(np.float32),
        common=-float(centring.mean.astype(np.float64) @ direction),
        stamp=stamp,
    )
