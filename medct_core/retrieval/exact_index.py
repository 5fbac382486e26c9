"""ExactIndex: the nearest cases by comparing with every one, in memory."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.vector_index import FloatArray, Hit

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

_COPIED_BELOW = 0.2


class ExactIndex:
    """Compares a query with every case; nothing is ever missed.

    Its cost grows with the cases: `EXACT_CASES` of `library_index` says up to where that is right.

    Parameters
    ----------
    vectors
        ``(n, d)`` float32, centred, of unit length or 0; handed over, and not written again.
    case_ids
        One a vector.
    facts
        `facts_of` each case.
    centring_version
        What the vectors were centred with.

    Raises
    ------
    ValueError
        If they are not equally many.
    """

    def __init__(
        self,
        vectors: FloatArray,
        *,
        case_ids: Sequence[str],
        facts: Sequence[Sequence[str]],
        centring_version: str,
    ) -> None:
        if not len(vectors) == len(case_ids) == len(facts):
            raise ValueError("every case has one vector, one id and its facts")
        self._vectors = vectors
        self._case_ids = tuple(case_ids)
        self._has = _cases_by_fact(facts)
        self._centring_version = centring_version

    @property
    def centring_version(self) -> str:
        """Version of the `Centring` its vectors went through."""
        return self._centring_version

    def __len__(self) -> int:
        """Count the cases."""
        return len(self._case_ids)

    def nearest(self, query: FloatArray, *, count: int, wanted: CaseFilter) -> tuple[Hit, ...]:
        """Find the cases of highest cosine that a filter lets pass, best first.

        Equal cosines are ordered by case id.
        """
        allowed = self._allowed(wanted)
        if allowed is None:
            rows, cosines = np.arange(len(self)), self._vectors @ query
        else:
            rows = np.flatnonzero(allowed)
            cosines = self._cosines_of(rows, query)
        best = _largest(cosines.clip(-1.0, 1.0, out=cosines), count)
        hits = [Hit(self._case_ids[rows[place]], float(cosines[place])) for place in best]
        return tuple(sorted(hits, key=lambda hit: (-hit.cosine, hit.case_id))[:count])

    def _cosines_of(self, rows: Rows, query: FloatArray) -> FloatArray:
        # Copying a row costs more than comparing it, so that copies pay only where rows are few.
        if len(rows) < len(self) * _COPIED_BELOW:
            cosines: FloatArray = self._vectors[rows] @ query
            return cosines
        of_all: FloatArray = (self._vectors @ query)[rows]
        return of_all

    def _allowed(self, wanted: CaseFilter) -> Mask | None:
        """``(n,)``: which cases pass; None where all do."""
        allowed = None
        for clause in wanted.clauses:
            has_one = np.zeros(len(self), dtype=np.bool_)
            for fact in clause:
                has_one[self._has.get(fact, [])] = True
            allowed = has_one if allowed is None else allowed & has_one
        return allowed


def _cases_by_fact(facts: Sequence[Sequence[str]]) -> dict[str, Rows]:
    """Give the rows of the cases that have a fact, for every fact."""
    rows: dict[str, list[int]] = {}
    for row, of_case in enumerate(facts):
        for fact in of_case:
            rows.setdefault(fact, []).append(row)
    return {fact: np.array(of_fact, dtype=np.int64) for fact, of_fact in rows.items()}


def _largest(values: FloatArray, count: int) -> Rows:
    """Find the `count` largest values, and all that equal the smallest of them."""
    if len(values) <= count:
        return np.arange(len(values))
    smallest = np.partition(values, len(values) - count)[len(values) - count]
    return np.flatnonzero(values >= smallest)
