"""Teaching: a finding learned from marked cases, with what says how far to trust it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.metrics import Bool, Interval
from medct_core.evaluation.patient_auroc import PatientPairs, no_pairs, pairs_of
from medct_core.retrieval.labelled_cases import LabelledCases
from medct_core.retrieval.taught_finding import (
    FEWEST_PATIENTS,
    Estimate,
    Labelled,
    Probe,
    TaughtFinding,
    Trust,
)
from medct_core.retrieval.vector_index import FloatArray
from medct_core.training.probe import (
    Direction,
    blind_scores,
    dealt_labels,
    fit_direction,
    in_own_space,
    mixed_parts,
    parts_of_patients,
)

SHUFFLES = 20
"""How often labels are dealt at random: the range of 95 % is then about that of all."""

MOST_PARTS = 400
"""Up to so many patients are left out one at a time; a probe takes some 10 ms."""

_MOST_PARTS_SHUFFLED = 20
_MOST_CASES_EACH = 500
_MIXED_PARTS, _REPEATS = 10, 10
_SHARES = (0.3, 0.1)
_SEED = 0

OnProgress = Callable[[float], None]


class TooFewCasesError(UsageError):
    """Too few patients are known to have a finding, or not to have it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """What is learned from: cases of both kinds, in few numbers."""

    cases: LabelledCases
    vectors: FloatArray
    acquisition: FloatArray

    @property
    def patients(self) -> int:
        """How many there are."""
        return int(self.cases.patients.max()) + 1


def teach(
    cases: LabelledCases,
    *,
    by: str = "",
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> TaughtFinding:
    """Learn a finding, and measure how well patients are told apart that were not learned from.

    The same cases always give the same. Of more than five hundred cases of a kind, five hundred
    drawn at random are taken.

    Parameters
    ----------
    cases
        Those of one model about which the finding is known.
    by
        Who teaches.
    cancel
        Checked between two probes.
    on_progress
        Takes the fraction done, in [0, 1].

    Raises
    ------
    TooFewCasesError
        If fewer than `FEWEST_PATIENTS` different patients have it, or do not.
    Cancelled
        If `cancel` was raised.
    """
    require_enough(cases)
    token, report = cancel or CancelToken(), on_progress or _ignore
    taken = _taken(cases, np.random.default_rng(_SEED))
    learned_from = _Set(taken, in_own_space(taken.vectors), _one_hot(taken.acquisition))
    held_out, trust = _trust(learned_from, token, report)
    learned = fit_direction(taken.vectors, taken.has_it)
    return TaughtFinding(
        name=cases.finding,
        stamp=cases.stamp,
        labelled=labelled_of(taken),
        trust=trust,
        taught_at=datetime.now(UTC),
        by=by,
        probe=_probe(learned, taken, held_out),
    )


def labelled_of(cases: LabelledCases) -> Labelled:
    """Count cases and patients."""
    return Labelled(
        cases_with=int(cases.has_it.sum()),
        cases_without=int((~cases.has_it).sum()),
        patients_with=len(np.unique(cases.patients[cases.has_it])),
        patients_without=len(np.unique(cases.patients[~cases.has_it])),
        unknown_patients=int((~cases.knows_patient).sum()),
        verified=int(cases.is_verified.sum()),
    )


def require_enough(cases: LabelledCases) -> None:
    """Refuse too few patients, and say how many are missing.

    Raises
    ------
    TooFewCasesError
        If fewer than `FEWEST_PATIENTS` different patients have the finding, or do not.
    """
    counts = labelled_of(cases)
    missing = [
        f"{FEWEST_PATIENTS - count} more as {kind}"
        for count, kind in (
            (counts.patients_with, "having it"),
            (counts.patients_without, "not having it"),
        )
        if count < FEWEST_PATIENTS
    ]
    if missing:
        raise TooFewCasesError(
            f"Of different patients, {_marked(counts.patients_with)} as having "
            f"{cases.finding!r} and {counts.patients_without} as not having it; teaching needs "
            f"{FEWEST_PATIENTS} of each.",
            remedy=f"Mark cases of other patients: {' and '.join(missing)}.",
        )


def _marked(count: int) -> str:
    return f"{count} {'is' if count == 1 else 'are'} marked"


def _trust(
    of: _Set, cancel: CancelToken, report: OnProgress
) -> tuple[npt.NDArray[np.float64], Trust]:
    rng = np.random.default_rng(_SEED)
    cases, has_it = of.cases, of.cases.has_it
    parts = parts_of_patients(cases.patients, MOST_PARTS, rng)
    first, second = _SHARES
    scores = blind_scores(
        of.vectors, has_it, parts, cancel=cancel, on_progress=lambda done: report(first * done)
    )
    pairs = pairs_of(has_it, scores, cases.patients, total=of.patients)
    acquisition = _acquisition_pairs(of, cancel, rng)
    report(first + second)
    other_site, sites = _other_sites(of, cancel)
    shuffled = _shuffled(of, cancel, lambda done: report(first + second + 0.6 * done))
    trust = Trust(
        auroc=_estimate(pairs.interval(rng)),
        parts=len(np.unique(parts)),
        acquisition=_estimate(acquisition.interval(rng)),
        shuffled=shuffled,
        shuffles=SHUFFLES,
        other_site=_estimate(other_site.interval(rng)) if sites else None,
        sites=sites,
    )
    return scores, trust


def _acquisition_pairs(of: _Set, cancel: CancelToken, rng: np.random.Generator) -> PatientPairs:
    """Compare cases by how they were made, those only that one probe scored.

    Many scans are made alike, and two probes that left out one patient each give them slightly
    different scores, always against their labels: pairs that cannot be told apart would count
    as lost rather than as ties.
    """
    cases, pairs = of.cases, no_pairs(of.patients)
    for _ in range(_REPEATS):
        parts = mixed_parts(cases.has_it, cases.patients, _MIXED_PARTS, rng)
        scores = blind_scores(of.acquisition, cases.has_it, parts, cancel=cancel)
        pairs += _pairs_within(of, scores, parts)
    return pairs


def _pairs_within(
    of: _Set, scores: npt.NDArray[np.float64], parts: npt.NDArray[np.int64]
) -> PatientPairs:
    pairs, cases = no_pairs(of.patients), of.cases
    for part in np.unique(parts):
        one = parts == part
        pairs += pairs_of(cases.has_it[one], scores[one], cases.patients[one], total=of.patients)
    return pairs


def _other_sites(of: _Set, cancel: CancelToken) -> tuple[PatientPairs, int]:
    """Compare the cases of a site by a probe that saw no scan and no patient of it."""
    cases, pairs, count = of.cases, no_pairs(of.patients), 0
    sites = np.array(cases.sites)
    known = sites != ""
    for site in np.unique(sites[known]):
        cancel.raise_if_cancelled()
        inside = sites == site
        outside = known & ~inside & ~np.isin(cases.patients, cases.patients[inside])
        if not (_has_both(cases.has_it[inside]) and _has_both(cases.has_it[outside])):
            continue
        scores = fit_direction(of.vectors[outside], cases.has_it[outside]).score(of.vectors[inside])
        patients = cases.patients[inside]
        pairs += pairs_of(cases.has_it[inside], scores, patients, total=of.patients)
        count += 1
    return pairs, count


def _shuffled(of: _Set, cancel: CancelToken, report: OnProgress) -> Estimate:
    rng = np.random.default_rng(_SEED)
    patients = of.cases.patients
    values = []
    for count in range(SHUFFLES):
        labels = dealt_labels(of.cases.has_it, patients, rng)
        parts = parts_of_patients(patients, _MOST_PARTS_SHUFFLED, rng)
        scores = blind_scores(of.vectors, labels, parts, cancel=cancel)
        values.append(pairs_of(labels, scores, patients, total=of.patients).auroc)
        report((count + 1) / SHUFFLES)
    numbers = np.array(values, dtype=np.float64)
    low, high = np.percentile(numbers, [2.5, 97.5])
    return Estimate(float(numbers.mean()), float(low), float(high))


def _taken(cases: LabelledCases, rng: np.random.Generator) -> LabelledCases:
    """Take all cases, or of very many a fair share of each kind."""
    kept = [
        rng.permutation(np.flatnonzero(cases.has_it == kind))[:_MOST_CASES_EACH]
        for kind in (True, False)
    ]
    places = np.sort(np.concatenate(kept))
    _, patients = np.unique(cases.patients[places], return_inverse=True)
    return LabelledCases(
        finding=cases.finding,
        stamp=cases.stamp,
        case_ids=tuple(cases.case_ids[place] for place in places),
        vectors=cases.vectors[places],
        has_it=cases.has_it[places],
        is_verified=cases.is_verified[places],
        patients=patients.astype(np.int64),
        knows_patient=cases.knows_patient[places],
        acquisition=tuple(cases.acquisition[place] for place in places),
    )


def _one_hot(acquisition: tuple[tuple[str, ...], ...]) -> FloatArray:
    """``(n, categories)``: one number a value of each property; unknown is a value too."""
    columns = []
    for values in np.array(acquisition).T:
        columns.append(values[:, None] == np.unique(values)[None, :])
    return np.concatenate(columns, axis=1).astype(np.float32)


def _probe(learned: Direction, cases: LabelledCases, held_out: npt.NDArray[np.float64]) -> Probe:
    return Probe(
        mean=learned.mean,
        direction=learned.along,
        case_ids=cases.case_ids,
        has_it=cases.has_it,
        held_out=held_out.astype(np.float32),
    )


def _estimate(interval: Interval) -> Estimate:
    if interval.value is None or interval.low is None or interval.high is None:
        raise ValueError("an AUROC is of cases of both kinds")
    return Estimate(interval.value, interval.low, interval.high)


def _has_both(has_it: Bool) -> bool:
    return bool(has_it.any() and not has_it.all())


def _ignore(_fraction: float) -> None:
    return
