"""Scans found for a scan: how alike their findings are, in the ways the literature counts it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.evaluation.retrieval_chance import chance_of_precision_sum
from medct_core.evaluation.retrieval_estimate import UNDEFINED, Estimate, Resampling

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

RELEASED_KS = (1, 5, 10, 50)
OVERLAP_KS = (1, 5, 10, 50, 100)
SHARED_KS = (1, 5, 10, 50)

_BLOCK_ROWS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Scans and what is there in them.

    Attributes
    ----------
    vectors
        ``(n, d)`` float32 of unit length or 0.
    labels
        ``(n, findings)`` bool.
    groups
        ``(n,)``: equal for scans of one patient.
    """

    vectors: FloatArray
    labels: BoolArray
    groups: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """One way to count how alike the findings of the nearest scans are.

    Attributes
    ----------
    queries, candidates
        Scans that were asked with; the fewest that could be found for one.
    at
        K to the number.
    share_relevant
        Mean share of the candidates that have a finding in common with the query: where it is
        large, any order looks good.
    """

    queries: int
    candidates: int
    at: dict[int, Estimate]
    share_relevant: float | None

    @property
    def named(self) -> dict[str, Estimate]:
        """Every number by the name it is printed with."""
        return {f"@{k}": one for k, one in self.at.items()}


def released_overlap(scans: Labelled) -> Overlap:
    """Count label overlap as the script released with CT-CLIP does.

    Every scan asks; those with a finding may be found, the asking one among them. The overlap of
    two scans is the number of findings in both by the number in either. The number at K is the
    mean overlap of the first K, then over all scans, and then over this K and all smaller ones of
    `RELEASED_KS`, since the script never empties its list. Chance: the scan itself first, as any
    model finds it, and the others in a random order.

    References
    ----------
    Hamamci et al. 2024, scripts/volume_to_volume.py of CT-CLIP.
    """
    has_any = _labelled(scans)
    found = _nearest(scans, np.ones_like(has_any), _all_labelled)
    values = _means(found.first, RELEASED_KS)
    # An unlabelled scan does not find itself: there is no such candidate.
    n = found.candidates
    others = (found.sums - has_any) / np.maximum(n - has_any, 1)
    chance = {k: (has_any + (k - has_any) * others) / k for k in RELEASED_KS if k <= int(n.min())}
    return _overlap(scans.groups, _running(values), _running(chance), found, RELEASED_KS)


def label_overlap(scans: Labelled) -> Overlap:
    """Count label overlap among other patients' scans, each K for itself.

    As `released_overlap`, but scans of the query's own patient, itself among them, are not found.
    """
    has_any = _labelled(scans)
    found = _nearest(scans, np.ones_like(has_any), _other_patients)
    expected = found.sums / np.maximum(found.candidates, 1)
    chance = dict.fromkeys(OVERLAP_KS, expected)
    return _overlap(scans.groups, _means(found.first, OVERLAP_KS), chance, found, OVERLAP_KS)


def any_shared_label(scans: Labelled) -> Overlap:
    """Count average precision at K where one finding in common makes a scan relevant.

    Only scans with a finding ask and are found; scans of the query's own patient are not found.
    The number at K is the sum of the precisions at the relevant ones among the first K, by K.

    References
    ----------
    Ging et al. 2026, Learning to read where to look (RadFinder), its released evaluation.
    """
    has_any = _labelled(scans)
    found = _nearest(scans, has_any, _other_patients)
    relevant = found.first > 0
    places = np.arange(1, relevant.shape[1] + 1)
    precision = np.where(relevant, np.cumsum(relevant, axis=1) / places, 0.0)
    enough = [k for k in SHARED_KS if len(found.candidates) and k <= int(found.candidates.min())]
    values = {k: precision[:, :k].sum(axis=1) / k for k in enough}
    chance = {k: chance_of_precision_sum(found.candidates, found.relevant, k) for k in enough}
    return _overlap(scans.groups[has_any], values, chance, found, SHARED_KS)


Allowed = Callable[[Labelled, Rows], BoolArray]
"""Says which scans a few may find."""


@dataclass(frozen=True, slots=True, eq=False)
class _Nearest:
    """What was found for each query.

    Attributes
    ----------
    first
        ``(q, k)`` overlaps of the nearest, best first; among equals the least alike first.
    sums
        ``(q,)`` overlaps of all candidates together.
    candidates, relevant
        ``(q,)``: how many there are, and how many share a finding.
    """

    first: Real
    sums: Real
    candidates: npt.NDArray[np.int64]
    relevant: npt.NDArray[np.int64]


def _nearest(scans: Labelled, asking: BoolArray, allowed: Allowed) -> _Nearest:
    asked = np.flatnonzero(asking)
    blocks = [
        _nearest_of(scans, rows, allowed(scans, rows))
        for rows in np.array_split(asked, max(1, -(-len(asked) // _BLOCK_ROWS)))
    ]
    return _Nearest(
        np.concatenate([one.first for one in blocks]),
        np.concatenate([one.sums for one in blocks]),
        np.concatenate([one.candidates for one in blocks]),
        np.concatenate([one.relevant for one in blocks]),
    )


def _nearest_of(scans: Labelled, rows: Rows, allowed: BoolArray) -> _Nearest:
    """Compare a few scans with all: all with all would not fit for many."""
    cosines = scans.vectors[rows] @ scans.vectors.T
    overlaps = _overlaps(scans.labels[rows], scans.labels)
    order = np.lexsort((overlaps, np.where(allowed, -cosines, np.inf)), axis=1)
    order = order[:, : max(*OVERLAP_KS, *RELEASED_KS, *SHARED_KS)]
    counted = np.where(allowed, overlaps, 0.0)
    return _Nearest(
        first=np.take_along_axis(counted, order, axis=1),
        sums=counted.sum(axis=1),
        candidates=allowed.sum(axis=1),
        relevant=(counted > 0).sum(axis=1),
    )


def _all_labelled(scans: Labelled, rows: Rows) -> BoolArray:
    """Let every scan with a finding be found, ``(q, n)``."""
    return np.broadcast_to(_labelled(scans), (len(rows), len(scans.labels)))


def _other_patients(scans: Labelled, rows: Rows) -> BoolArray:
    """Let scans with a finding be found that are of another patient, ``(q, n)``."""
    others: BoolArray = scans.groups[rows][:, None] != scans.groups[None]
    return others & _labelled(scans)[None]


def _labelled(scans: Labelled) -> BoolArray:
    return np.asarray(scans.labels.any(axis=1), dtype=np.bool_)


def _overlaps(one: BoolArray, other: BoolArray) -> Real:
    """Divide findings in both by those in either, ``(q, n)``; 0 where there are none."""
    both = one.astype(np.float64) @ other.T.astype(np.float64)
    either = one.sum(axis=1)[:, None] + other.sum(axis=1)[None] - both
    return np.asarray(both / np.maximum(either, 1), dtype=np.float64)


def _means(first: Real, ks: Sequence[int]) -> dict[int, Real]:
    return {k: first[:, :k].mean(axis=1) for k in ks if k <= first.shape[1]}


def _running(values: dict[int, Real]) -> dict[int, Real]:
    """Average every number with those of the smaller K, as the released script does."""
    return {k: np.mean([values[one] for one in values if one <= k], axis=0) for k in values}


def _overlap(
    groups: npt.NDArray[np.int64],
    values: dict[int, Real],
    chance: dict[int, Real],
    found: _Nearest,
    ks: Sequence[int],
) -> Overlap:
    fewest = int(found.candidates.min()) if len(found.candidates) else 0
    if fewest == 0:
        return Overlap(len(groups), fewest, dict.fromkeys(ks, UNDEFINED), None)
    resampling = Resampling(groups)
    at = {k: resampling.mean(values[k], chance[k]) if k <= fewest else UNDEFINED for k in ks}
    share = float((found.relevant / found.candidates).mean())
    return Overlap(len(groups), fewest, at, share)
