"""Reports found for scans, and scans for reports: how high the right one stands."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.evaluation.retrieval_chance import (
    chance_of_average_precision,
    chance_of_hit,
    chance_of_median_rank,
    chance_of_reciprocal_rank,
)
from medct_core.evaluation.retrieval_estimate import UNDEFINED, Estimate, Resampling

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

RECALL_KS = (1, 5, 10, 50, 100)

MEDIAN_RANK = "median rank"
"""Of all numbers the one that is better when it is smaller."""

_BLOCK_ROWS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """What is asked, what may be found, and what is right.

    Attributes
    ----------
    queries, candidates
        ``(q, d)`` and ``(n, d)`` float32 of unit length or 0.
    correct
        ``(q, n)`` bool, at least one a query.
    groups
        ``(q,)``: equal for queries of one patient.
    """

    queries: FloatArray
    candidates: FloatArray
    correct: BoolArray
    groups: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well one kind finds the other.

    Attributes
    ----------
    queries, candidates
        How many of each.
    recall
        K to the share of queries with a correct one among the first K.
    mrr
        Mean reciprocal rank of the first correct one.
    average_precision
        Mean over the queries; over all that is correct for one.
    median_rank
        Of the first correct one, from 1.
    """

    queries: int
    candidates: int
    recall: dict[int, Estimate]
    mrr: Estimate
    average_precision: Estimate
    median_rank: Estimate

    @property
    def named(self) -> dict[str, Estimate]:
        """Every number by the name it is printed with."""
        recall = {f"Recall@{k}": one for k, one in self.recall.items()}
        return recall | {
            "MRR": self.mrr,
            "average precision": self.average_precision,
            MEDIAN_RANK: self.median_rank,
        }


def measure_ranking(pairs: Pairs) -> Ranking:
    """Rank all candidates for every query by cosine; among equals the wrong ones come first."""
    rows = [_ranks(block, right) for block, right in _blocks(pairs)]
    first = np.concatenate([one for one, _ in rows])
    precision = np.concatenate([one for _, one in rows])
    candidates = np.full(len(first), len(pairs.candidates))
    correct = pairs.correct.sum(axis=1)
    resampling = Resampling(pairs.groups)

    def recall(k: int) -> Estimate:
        if k > len(pairs.candidates):
            return UNDEFINED
        reached = (first <= k).astype(np.float64)
        return resampling.mean(reached, chance_of_hit(candidates, correct, k))

    return Ranking(
        queries=len(first),
        candidates=len(pairs.candidates),
        recall={k: recall(k) for k in RECALL_KS},
        mrr=resampling.mean(1 / first, chance_of_reciprocal_rank(candidates, correct)),
        average_precision=resampling.mean(
            precision, chance_of_average_precision(candidates, correct)
        ),
        median_rank=resampling.median(
            first.astype(np.float64), chance_of_median_rank(candidates, correct)
        ),
    )


def _blocks(pairs: Pairs) -> Iterator[tuple[FloatArray, BoolArray]]:
    """Cosines and truth of a few queries at a time: all at once would not fit for many."""
    for start in range(0, len(pairs.queries), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        yield pairs.queries[rows] @ pairs.candidates.T, pairs.correct[rows]


def _ranks(
    cosines: FloatArray, correct: BoolArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Give the rank of the first correct one, and the average precision, of each row."""
    order = np.lexsort((correct, -cosines), axis=1)
    right = np.take_along_axis(correct, order, axis=1)
    places = np.arange(1, right.shape[1] + 1)
    precision = np.where(right, np.cumsum(right, axis=1) / places, 0.0)
    return right.argmax(axis=1) + 1, precision.sum(axis=1) / right.sum(axis=1)
