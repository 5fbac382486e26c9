"""open_search: the cases of one model made ready to be searched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medct_core.errors import UsageError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.case_filter import CaseFilter, facts_of
from medct_core.retrieval.centring import Centring, fit_mean
from medct_core.retrieval.exact_index import ExactIndex
from medct_core.retrieval.search import CaseSource, Search, key_of
from medct_core.retrieval.spread import LEAST_CASES, CaseKey, draw_spread
from medct_core.retrieval.vector_index import FloatArray


def open_search(
    source: CaseSource, stamp: ModelStamp, *, of_model: Centring | None = None
) -> Search:
    """Read the vectors of a model from a library, centre them, and search them exactly.

    The mean is fitted on the library from `LEAST_CASES` cases on; a smaller one takes the
    model's, and where that brings none, raw cosines.

    Parameters
    ----------
    source
        The library.
    stamp
        The model whose cases are searched.
    of_model
        The centring that comes with the model.

    Raises
    ------
    UsageError
        If the library holds no case of the model.
    """
    cases = list(source.cases(CaseFilter(stamp=stamp)))
    if not cases:
        raise UsageError(
            f"The library holds no case embedded by {stamp.model} with these settings.",
            remedy="Add scans with this model first.",
        )
    kept = KeptVectors(
        np.stack([case.vector for case in cases]),
        keys=[key_of(case) for case in cases],
        facts=[facts_of(case) for case in cases],
    )
    return search_kept(source, stamp, kept, of_model=of_model)


@dataclass(frozen=True, slots=True, eq=False)
class KeptVectors:
    """What of every case of a model is needed to search exactly; one row a case.

    Attributes
    ----------
    vectors
        ``(n, d)`` float32, as the model made them; n at least 1.
    keys
        The cases, and whose they are.
    facts
        `facts_of` each.
    """

    vectors: FloatArray
    keys: Sequence[CaseKey]
    facts: Sequence[Sequence[str]]


def search_kept(
    source: CaseSource,
    stamp: ModelStamp,
    kept: KeptVectors,
    *,
    of_model: Centring | None = None,
) -> Search:
    """Centre vectors that were read, and search them exactly; see `open_search`."""
    raw = kept.vectors
    centring = fit_mean(raw) if len(raw) >= LEAST_CASES else of_model or uncentred(raw.shape[1])
    vectors = centring.unit(raw)
    index = ExactIndex(
        vectors,
        case_ids=[key.case_id for key in kept.keys],
        facts=kept.facts,
        centring_version=centring.version,
    )
    spread = draw_spread(vectors, kept.keys, centring_version=centring.version)
    return Search(source, index, stamp=stamp, centring=centring, spread=spread)


def uncentred(size: int) -> Centring:
    """Give the centring that leaves vectors of a length as they are."""
    return Centring(np.zeros(size, dtype=np.float32), None, fitted_on=0)
