"""Spread: how alike any two patients of a library are, as a measure for a cosine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

PAIRS = 10_000
"""Random pairs a cosine is compared with: they give a percentile to within half a point."""

LEAST_CASES = 50
"""Below this many cases there is no percentile: too few pairs that share no case."""

_TRIES = 20


@dataclass(frozen=True, slots=True)
class CaseKey:
    """A case and whom it is of.

    Attributes
    ----------
    case_id
        The case.
    patient_key, study_key
        Equal ones belong together; an empty one is unknown and belongs to nothing.
    """

    case_id: str
    patient_key: str
    study_key: str

    def belongs_with(self, other: "CaseKey") -> bool:
        """Whether two cases are known to be of one patient or one study, or are the same."""
        return (
            self.case_id == other.case_id
            or (self.patient_key != "" and self.patient_key == other.patient_key)
            or (self.study_key != "" and self.study_key == other.study_key)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Cosines of random pairs of different patients.

    Attributes
    ----------
    cosines
        ``(n,)`` float32 in [-1, 1], of centred vectors.
    first, second
        ``(n,)``, the case ids of every pair.
    centring_version
        What the vectors were centred with.
    """

    cosines: FloatArray
    first: npt.NDArray[np.str_]
    second: npt.NDArray[np.str_]
    centring_version: str

    def percentile(self, cosine: float, *, without: Collection[str] = ()) -> float | None:
        """Say which percentage of pairs is less alike than `cosine`.

        Parameters
        ----------
        cosine
            Of two vectors of the same centring.
        without
            Case ids whose pairs do not count: the query itself.

        Returns
        -------
        In [0, 100], pairs that are exactly as alike counted half; None where no pair is left.
        """
        kept = self.cosines
        if without:
            left_out = np.isin(self.first, list(without)) | np.isin(self.second, list(without))
            kept = kept[~left_out]
        if len(kept) == 0:
            return None
        below = np.count_nonzero(kept < cosine)
        equal = np.count_nonzero(kept == cosine)
        return float(100.0 * (below + equal / 2) / len(kept))


def draw_spread(
    vectors: FloatArray, keys: Sequence[CaseKey], *, centring_version: str, seed: int = 0
) -> Spread | None:
    """Draw random pairs of different patients.

    Parameters
    ----------
    vectors
        ``(n, d)``, centred, of unit length.
    keys
        One a vector.
    centring_version
        What they were centred with.
    seed
        The same one draws the same pairs.

    Returns
    -------
    `PAIRS` pairs, fewer where almost all cases are of one patient; None for fewer than
    `LEAST_CASES` cases, or where all belong together.
    """
    if len(vectors) < LEAST_CASES:
        return None
    pairs = _pairs(keys, np.random.default_rng(seed))
    if len(pairs) == 0:
        return None
    cosines = np.einsum("nd,nd->n", vectors[pairs[:, 0]], vectors[pairs[:, 1]])
    ids = np.array([key.case_id for key in keys])
    return Spread(
        cosines=cosines.astype(np.float32).clip(-1.0, 1.0),
        first=ids[pairs[:, 0]],
        second=ids[pairs[:, 1]],
        centring_version=centring_version,
    )


def _pairs(keys: Sequence[CaseKey], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """``(pairs, 2)`` positions of cases that do not belong together."""
    found: list[npt.NDArray[np.int64]] = []
    missing = PAIRS
    for _ in range(_TRIES):
        drawn = rng.integers(0, len(keys), size=(missing, 2))
        are_apart = [not keys[a].belongs_with(keys[b]) for a, b in drawn]
        found.append(drawn[np.array(are_apart, dtype=np.bool_)])
        missing -= len(found[-1])
        if missing == 0:
            break
    return np.concatenate(found)
