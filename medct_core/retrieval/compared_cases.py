"""ComparedCases: the leading directions of very many cases in memory, and bounds on the rest."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.fact_sets import FactSets, Mask
from medct_core.retrieval.vector_index import FloatArray

Places = npt.NDArray[np.int64]

FIRST_SHARE = 0.98
"""Share of the variance along the directions that are compared first, for every case."""

MOST_FIRST = 32_000_000
"""Numbers that are compared first: 128 MB are read in about 10 ms on two cores."""

MOST_KEPT = 128_000_000
"""Numbers that are kept in memory: half a gigabyte."""

_STEP = 8
_LEAST_TRIED = 64
_MOST_FOUND = 2000
_SAMPLED_EVERY = 64
_LEAST_SAMPLED = 8
_COPIED_BELOW = 0.15
_FAR_BELOW = np.float32(-4.0)
# Sums of some dozens of float32 products differ by less.
_ROUNDING = 1e-5
_ROUNDING_OF_SQUARES = np.float32(1e-6)


def first_directions(variances: FloatArray, count: int) -> int:
    """Say how many directions to compare first.

    Parameters
    ----------
    variances
        ``(leading,)``, falling: of unit vectors along the leading directions, about 0.
    count
        How many cases there are.

    Returns
    -------
    From 1 to leading; 0 where the cases are too many, or differ in too many directions, to be
    compared in memory.
    """
    if len(variances) * count > MOST_KEPT:
        return 0
    # Unit vectors: what the leading directions leave out counts as well.
    needed = int(np.searchsorted(np.cumsum(variances), FIRST_SHARE)) + 1
    first = min(-(-needed // _STEP) * _STEP, len(variances))
    return first if first * count <= MOST_FIRST else 0


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Cosines along some directions, and how far the whole cosines may lie from them."""

    cosines: FloatArray
    slack: FloatArray

    def surely(self, count: int) -> float:
        """Give a cosine that `count` of the cases reach at least."""
        lower = self.cosines - self.slack
        return float(np.partition(lower, len(lower) - count)[len(lower) - count]) - _ROUNDING


class ComparedCases:
    """Narrows very many cases to those that can be among the nearest.

    The cosine of two unit vectors is that along some directions, and at most the product of
    what is left of their lengths more or less. A first few directions rule out nearly all cases,
    all leading ones nearly all of the others. Nothing that is among the nearest is missed, unless
    more than 2,000 cases remain: of these the best along the leading directions stay.

    Parameters
    ----------
    leading
        ``(n, leading)`` float32, parts of unit vectors along orthonormal directions, given in
        pieces one after the other.
    first
        How many directions to compare first.
    rows
        ``(n,)`` uint64, where the cases are kept.
    facts
        What the cases have.
    """

    def __init__(
        self,
        leading: Iterable[FloatArray],
        *,
        first: int,
        rows: npt.NDArray[np.uint64],
        facts: FactSets,
    ) -> None:
        self._first, self._further = _filled(leading, first, len(rows))
        self._after_first = _left_of_unit(_squares(self._first))
        self._after_all = _left_of_unit(_squares(self._first) + _squares(self._further))
        self._rows = rows
        self._facts = facts

    def __len__(self) -> int:
        """Count the cases."""
        return len(self._rows)

    @property
    def size_bytes(self) -> int:
        """How much memory it takes."""
        arrays = (self._first, self._further, self._after_first, self._after_all, self._rows)
        return sum(one.nbytes for one in arrays) + self._facts.size_bytes

    def candidates(
        self, query: FloatArray, *, count: int, wanted: CaseFilter
    ) -> npt.NDArray[np.uint64]:
        """Find the cases that can be among the nearest that pass.

        Parameters
        ----------
        query
            ``(leading,)``, along the same directions, of a unit vector.
        count
            How many of the nearest, at least 1.
        wanted
            Which cases may be found.

        Returns
        -------
        Rows as given, in no particular order; as many as pass where these are no more than
        `count`.
        """
        mask = self._facts.passing(wanted)
        passing = len(self) if mask is None else int(np.count_nonzero(mask))
        if passing <= count:
            return self._rows if mask is None else self._rows[mask]
        places, bounds = self._bounded(query, mask, passing)
        likely = largest(bounds, min(max(_LEAST_TRIED, 4 * count), passing))
        floor = self._compared(query, _at(places, likely)).surely(count)
        close = _at(places, np.flatnonzero(bounds >= floor))
        compared = self._compared(query, close)
        kept = np.flatnonzero(compared.cosines + compared.slack >= compared.surely(count))
        most = max(_MOST_FOUND, 4 * count)
        if len(kept) > most:
            kept = kept[largest(compared.cosines[kept], most)]
        return self._rows[close[kept]]

    def _bounded(
        self, query: FloatArray, mask: Mask | None, passing: int
    ) -> tuple[Places | None, FloatArray]:
        """Give the cases that pass, None where each has its own place, and what bounds them."""
        first = query[: self._first.shape[1]]
        left = float(_left_of_unit(_squares(first[None]))[0])
        if mask is None or passing > len(self) * _COPIED_BELOW:
            bounds: FloatArray = self._first @ first
            bounds += left * self._after_first
            if mask is not None:
                # No bound comes near; to put something else in their place takes ten times as long.
                bounds += np.multiply(~mask, _FAR_BELOW)
            return None, bounds
        # Copying a row costs more than comparing it, so that copies pay only where rows are few.
        places = np.flatnonzero(mask)
        return places, _rows(self._first, places) @ first + left * self._after_first[places]

    def _compared(self, query: FloatArray, places: Places) -> _Compared:
        first = self._first.shape[1]
        left = float(_left_of_unit(_squares(query[None]))[0])
        if len(places) > len(self) * _COPIED_BELOW:
            cosines = (self._first @ query[:first] + self._further @ query[first:])[places]
        else:
            cosines = _rows(self._first, places) @ query[:first]
            cosines += _rows(self._further, places) @ query[first:]
        return _Compared(cosines, left * self._after_all[places])


def largest(values: FloatArray, count: int) -> Places:
    """Find the places of the `count` largest values, in no particular order.

    Parameters
    ----------
    values
        ``(n,)``.
    count
        From 1 to n.
    """
    sample = values[::_SAMPLED_EVERY]
    rank = max(_LEAST_SAMPLED, 2 * count // _SAMPLED_EVERY)
    if rank < len(sample):
        # To part a million numbers takes longer than to compare them.
        threshold = np.partition(sample, len(sample) - rank)[len(sample) - rank]
        found = np.flatnonzero(values >= threshold)
        if len(found) >= count:
            return found[np.argpartition(values[found], len(found) - count)[len(found) - count :]]
    return np.argpartition(values, len(values) - count)[len(values) - count :]


def _filled(pieces: Iterable[FloatArray], first: int, count: int) -> tuple[FloatArray, FloatArray]:
    """Part the first columns of all pieces from the further ones."""
    begin, ones, others = 0, np.empty((0, 0), np.float32), np.empty((0, 0), np.float32)
    for piece in pieces:
        if begin == 0:
            ones = np.empty((count, first), dtype=np.float32)
            others = np.empty((count, piece.shape[1] - first), dtype=np.float32)
        ones[begin : begin + len(piece)] = piece[:, :first]
        others[begin : begin + len(piece)] = piece[:, first:]
        begin += len(piece)
    return ones, others


def _rows(vectors: FloatArray, places: Places) -> FloatArray:
    # Four times as quick as indexing.
    return vectors.take(places, axis=0)


def _at(places: Places | None, chosen: Places) -> Places:
    return chosen if places is None else places[chosen]


def _squares(vectors: FloatArray) -> FloatArray:
    squares: FloatArray = np.einsum("ij,ij->i", vectors, vectors)
    return squares


def _left_of_unit(squares: FloatArray) -> FloatArray:
    # Where nearly nothing is left, rounding would make it nothing, and the bound none.
    left: FloatArray = np.sqrt((1.0 - squares).clip(min=0.0) + _ROUNDING_OF_SQUARES)
    return left
