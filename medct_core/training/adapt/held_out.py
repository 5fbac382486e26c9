"""Base and adapter on patients that were held out, by the rules of every other evaluation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.special import expit

from medct_core.cancel import CancelToken
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.scans.cautions import (
    of_few_patients,
    of_one_sided_findings,
    of_unknown_patients,
)
from medct_core.evaluation.scans.evaluation import Contest, Entry, Evaluation, Split, judge
from medct_core.evaluation.scans.labelled_scans import LeftOut as NotMeasured
from medct_core.evaluation.scans.protocols import MEANINGS, Protocol, protocol_prompts
from medct_core.evaluation.scans.tasks import CLASSIFY, HEAD, ZERO_SHOT
from medct_core.models.adapter_manifest import (
    HELD_OUT_AUROC,
    HELD_OUT_BASE_AUROC,
    HELD_OUT_HEAD_AUROC,
    HELD_OUT_PATIENTS,
)
from medct_core.models.stamp import ModelStamp
from medct_core.training.adapt.adapted import Adapted, Logits, Values
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.parts import LeftOut, Parts
from medct_core.training.cohort import Cohort, ScanViewer

_AT_ONCE = 4
_SPECIFICITY = 0.9

Score = Callable[[Values], tuple[Logits, ...]]
"""Gives the logits of one or more ways of asking, from one look at the scans."""


def judge_held_out(
    fitted: Adapted,
    parts: Parts,
    config: AdaptConfig,
    base: ModelStamp,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> Evaluation:
    """Measure base and adapter on the test part, with thresholds from the validation part.

    Both are asked by the prompts of the run; an adapter with a head by that too.

    Parameters
    ----------
    fitted
        With an adapter.
    parts
        Of its run.
    config
        Of its run.
    base
        Stamp of the base alone.
    cancel, on_progress
        Checked before every few scans; told the share done.

    Raises
    ------
    Cancelled
        If `cancel` was raised.
    """
    scored = _Scored(parts, cancel, on_progress)
    has_head = fitted.head is not None
    with fitted.as_base():
        (before,) = scored.by(lambda values: (fitted.prompt_logits(values),))
    if has_head:
        after, *by_head = scored.by(fitted.prompt_and_head_logits)
    else:
        after, *by_head = scored.by(lambda values: (fitted.prompt_logits(values),))
    protocol = Protocol.CT_CLIP if config.prompts == "pair" else Protocol.MEDCT_VLM
    asked = f"prompts {protocol.value}: {MEANINGS[protocol]}"
    wordings = _wordings(protocol, parts.test.cohort.findings)
    own = fitted.model.stamp
    entries = [
        Entry("base", base, asked, wordings, before.test, before.validation),
        Entry(config.name, own, asked, wordings, after.test, after.validation),
        *(
            Entry(f"{config.name}, head", own, HEAD, {}, one.test, one.validation)
            for one in by_head
        ),
    ]
    return judge(_contest(parts, CLASSIFY if has_head else ZERO_SHOT, config), entries)


def held_out_cautions(parts: Parts) -> tuple[str, ...]:
    """Say what weakens whatever will be measured on the held-out parts, before anything learns."""
    test = parts.test.cohort
    cautions = of_few_patients("The test part", _patients(test))
    cautions += of_one_sided_findings("the test part", test.findings, test.labels)
    for name, unknown in zip(("training", "validation", "test"), parts.unknown_of, strict=True):
        cautions += of_unknown_patients(f"the {name} part", unknown)
    return tuple(cautions)


def held_out_metrics(evaluation: Evaluation) -> dict[str, float]:
    """Give what an adapter's manifest says of it; what is not defined is left out."""
    names = (HELD_OUT_BASE_AUROC, HELD_OUT_AUROC, HELD_OUT_HEAD_AUROC)
    told = {
        name: model.overall.mean_auroc
        for name, model in zip(names, evaluation.models, strict=False)
    }
    patients = {HELD_OUT_PATIENTS: float(evaluation.contest.test.patients)}
    return {name: value for name, value in told.items() if value is not None} | patients


@dataclass(frozen=True, slots=True, eq=False)
class _Answered:
    """What one way of asking gives on the held-out parts."""

    validation: Predictions
    test: Predictions


class _Scored:
    """The held-out parts, scored by one model after another."""

    def __init__(
        self, parts: Parts, cancel: CancelToken, on_progress: Callable[[float], None]
    ) -> None:
        self._parts = parts
        self._cancel = cancel
        self._on_progress = on_progress
        self._total = 2 * (len(parts.validation.cohort) + len(parts.test.cohort))
        self._done = 0

    def by(self, score: Score) -> list[_Answered]:
        """Give what a model answers, for each way of asking it."""
        parts = self._parts
        answers = self._predictions(parts.validation, score), self._predictions(parts.test, score)
        return [_Answered(*one) for one in zip(*answers, strict=True)]

    def _predictions(self, viewer: ScanViewer, score: Score) -> list[Predictions]:
        cohort = viewer.cohort
        logits = []
        for start in range(0, len(cohort), _AT_ONCE):
            self._cancel.raise_if_cancelled()
            rows = range(start, min(start + _AT_ONCE, len(cohort)))
            logits.append(score(viewer.views(rows, 0).values))
            self._done += len(rows)
            self._on_progress(self._done / self._total)
        return [
            Predictions(
                cohort.findings,
                cohort.labels,
                expit(np.concatenate(one).astype(np.float64)),
                cohort.patients,
            )
            for one in zip(*logits, strict=True)
        ]


def _contest(parts: Parts, task: str, config: AdaptConfig) -> Contest:
    _, of_validation, of_test = parts.left_out_of
    return Contest(
        task=task,
        labels="the columns of the tables of the run",
        test=_split(parts.test, "test part", of_test),
        validation=_split(parts.validation, "validation part", of_validation),
        findings=parts.test.cohort.findings,
        specificity=_SPECIFICITY,
        seed=config.seed,
        cautions=held_out_cautions(parts),
    )


def _split(viewer: ScanViewer, name: str, left_out: Sequence[LeftOut]) -> Split:
    cohort = viewer.cohort
    left = tuple(NotMeasured(one.scan, one.why) for one in left_out)
    return Split(name, viewer.identity, len(cohort), _patients(cohort), left)


def _patients(cohort: Cohort) -> int:
    return len(np.unique(cohort.patients))


def _wordings(
    protocol: Protocol, findings: Sequence[str]
) -> Mapping[str, Mapping[str, Sequence[str]]]:
    return {
        prompt.name: {
            key: value for key, value in asdict(prompt).items() if key in ("present", "absent")
        }
        for prompt in protocol_prompts(protocol, findings)
    }
