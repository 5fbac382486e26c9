"""Evaluation: everything said of a base and its adapters on the scans of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from medct_core.evaluation.multilabel.compare import RULES, Comparison, compare
from medct_core.evaluation.multilabel.overall import MEANINGS, Overall, middle_95, overall
from medct_core.evaluation.multilabel.per_finding import BINS, FindingResult, by_finding
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import (
    RULE,
    Thresholds,
    choose_thresholds,
    threshold_for_specificity,
)
from medct_core.evaluation.multilabel.weighted import METRICS, as_they_are, resampled
from medct_core.evaluation.scans.labelled_scans import LabelledScans, LeftOut
from medct_core.models.stamp import ModelStamp

NOTICE = "Not a medical device. For research only: no number here says how a patient fares."


@dataclass(frozen=True, slots=True)
class Split:
    """What a split holds.

    Attributes
    ----------
    name, sha256
        Of its table.
    n, patients
        Scans and patients that were measured.
    left_out
        Scans of the table that were not, and why.
    """

    name: str
    sha256: str
    n: int
    patients: int
    left_out: tuple[LeftOut, ...]

    @classmethod
    def of(cls, scans: LabelledScans) -> "Split":
        """Count what was measured."""
        patients = len(np.unique(scans.patients))
        return cls(scans.name, scans.sha256, len(scans), patients, scans.left_out)


@dataclass(frozen=True, slots=True)
class Contest:
    """What is the same for all models of an evaluation.

    Attributes
    ----------
    task
        ``zero-shot`` or ``classify``.
    labels
        Where the truth comes from, in words.
    test, validation
        The splits.
    findings
        What was asked, in order.
    specificity
        That a second threshold reaches on the validation split.
    seed
        Of the resampling.
    cautions
        What weakens the numbers, in sentences.
    """

    task: str
    labels: str
    test: Split
    validation: Split
    findings: tuple[str, ...]
    specificity: float
    seed: int
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """The predictions of one model.

    Attributes
    ----------
    name
        Of the contender.
    stamp
        Exactly what predicted.
    asked
        How probabilities were made, in words.
    wordings
        Finding to the sentences that asked for it; empty for a head.
    test, validation
        On the splits of the contest.
    """

    name: str
    stamp: ModelStamp
    asked: str
    wordings: Mapping[str, Mapping[str, Sequence[str]]]
    test: Predictions
    validation: Predictions


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One model.

    Attributes
    ----------
    name, stamp, asked, wordings
        As in `Entry`.
    overall
        On the test split.
    intervals
        Metric to the ends of its 95 % interval.
    findings
        One each.
    """

    name: str
    stamp: ModelStamp
    asked: str
    wordings: Mapping[str, Mapping[str, Sequence[str]]]
    overall: Overall
    intervals: dict[str, tuple[float | None, float | None]]
    findings: tuple[FindingResult, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All models of a contest.

    Attributes
    ----------
    contest
        What is the same for all.
    models
        The first is what others are compared with.
    comparisons
        Name of every other model to what it gains over the first.
    """

    contest: Contest
    models: tuple[ModelResult, ...]
    comparisons: dict[str, Comparison]

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file, with the rules beside them."""
        return {"notice": NOTICE, "format": 1, **asdict(self), "rules": self.rules}

    @property
    def rules(self) -> dict[str, str]:
        """How the numbers are meant."""
        fixed = (
            f"Lowest threshold with a specificity of at least {self.contest.specificity:g} on the "
            "validation split; sensitivity and the specificity reached are those of the test split."
        )
        error = f"Expected calibration error, {BINS} bins of equal width."
        return {
            "thresholds": RULE,
            "sensitivity at fixed specificity": fixed,
            "calibration error": error,
            "not defined": "A metric without positives, or without negatives where it needs them, "
            "is not defined; it is never counted as 0.",
            **RULES,
            **{name.replace("_", " "): meaning for name, meaning in MEANINGS.items()},
        }


def judge(contest: Contest, entries: Sequence[Entry]) -> Evaluation:
    """Choose thresholds, measure every model, and compare the others with the first.

    Parameters
    ----------
    contest
        What the entries share.
    entries
        At least one, all on the same scans.
    """
    cuts = [choose_thresholds(entry.validation) for entry in entries]
    first, *others = zip(entries, cuts, strict=True)
    comparisons = {
        entry.name: compare(
            first[0].test,
            entry.test,
            base_thresholds=first[1],
            other_thresholds=own,
            rng=np.random.default_rng(contest.seed),
        )
        for entry, own in others
    }
    models = [_measured(entry, own, contest) for entry, own in zip(entries, cuts, strict=True)]
    return Evaluation(contest, tuple(models), comparisons)


def _measured(entry: Entry, thresholds: Thresholds, contest: Contest) -> ModelResult:
    rng = np.random.default_rng(contest.seed)
    drawn = resampled(entry.test, thresholds, rng)
    return ModelResult(
        name=entry.name,
        stamp=entry.stamp,
        asked=entry.asked,
        wordings=entry.wordings,
        overall=overall(entry.test, thresholds),
        intervals={name: middle_95(drawn.overall[name]) for name in METRICS},
        findings=by_finding(
            entry.test,
            thresholds,
            threshold_for_specificity(entry.validation, contest.specificity),
            values=as_they_are(entry.test, thresholds),
            drawn=drawn,
        ),
    )
