"""Feedback: the found cases in another order, once a reader said which of them are not similar."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medct_core.retrieval.centring import Centring
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.search import SimilarCase
from medct_core.retrieval.vector_index import FloatArray

SHARE = 0.5
"""How much of what the marked cases have in common is taken off the query."""

POOL = 100
"""How many cases to search for where some are marked: those that move up come from among them."""

READERS_ORDER = (
    "Ordered by what you marked as not similar; ranks, percentiles and evidence are as without it."
)
"""Stands beside a list in such an order."""


def re_ranked(
    found: Sequence[SimilarCase],
    marked: Sequence[LibraryCase],
    centring: Centring,
    *,
    count: int,
) -> tuple[SimilarCase, ...]:
    """Order found cases as if the query had less of what the marked cases have in common.

    A case moves down the more it is like the marked ones. Only the order is the reader's: cosine,
    percentile and rank of every case stay what they were. The query itself stays first and
    cannot be marked.

    Parameters
    ----------
    found
        As `Search.similar` gives them; `POOL` of them where some are marked.
    marked
        Cases that the reader called not similar, whether they were found or not. Those of
        another model say nothing.
    centring
        That of the search.
    count
        How many cases to keep that are neither marked nor the query itself.

    Returns
    -------
    The query itself, then the best `count`, then the marked ones of `found`, most alike first.
    Without marks, the first of `found` in their own order.

    References
    ----------
    Rocchio 1971, Relevance feedback in information retrieval; its negative term.
    """
    names = {case.case_id for case in marked}
    itself = [one for one in found if one.is_self]
    others = [one for one in found if not one.is_self]
    kept = [one for one in others if one.case.case_id not in names]
    last = [one for one in others if one.case.case_id in names]
    first = _ordered(kept, _common(kept, marked, centring), centring)[:count]
    return _regrouped([*itself, *first, *last])


def _common(
    kept: Sequence[SimilarCase], marked: Sequence[LibraryCase], centring: Centring
) -> FloatArray | None:
    """Mean of the marked cases' directions, ``(d,)``; None where none says anything."""
    stamps = {one.case.stamp for one in kept}
    # In one order, so that the sum is the same however the reader came to it.
    told = sorted((case for case in marked if case.stamp in stamps), key=_name)
    if not told:
        return None
    directions = centring.unit(np.stack([case.vector for case in told]))
    mean: FloatArray = directions.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def _ordered(
    kept: Sequence[SimilarCase], common: FloatArray | None, centring: Centring
) -> list[SimilarCase]:
    """Sort by cosine less a share of the likeness to the marked; equals stay as they were."""
    if common is None:
        return list(kept)
    likeness = centring.unit(np.stack([one.case.vector for one in kept])) @ common
    # The length of the changed query is left out: it is the same for every case.
    scores = np.array([one.cosine for one in kept]) - SHARE * likeness.astype(np.float64)
    return [kept[place] for place in np.argsort(-scores, kind="stable")]


def _regrouped(cases: Sequence[SimilarCase]) -> tuple[SimilarCase, ...]:
    """Name every group by the place of its first case in the new order."""
    first: dict[int, int] = {}
    for place, one in enumerate(cases):
        first.setdefault(one.group, place)
    return tuple(replace(one, group=first[one.group]) for one in cases)


def _name(case: LibraryCase) -> str:
    return case.case_id
