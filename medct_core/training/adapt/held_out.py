"""Base and adapter on patients that were held out, by the rules of every other evaluation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

import numpy as np
from scipy.special import expit

from medct_core.cancel import CancelToken
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.scans.evaluation import Contest, Entry, Evaluation, Split, judge
from medct_core.evaluation.scans.labelled_scans import LeftOut as NotMeasured
from medct_core.evaluation.scans.protocols import MEANINGS, Protocol, protocol_prompts
from medct_core.evaluation.scans.tasks import CLASSIFY, HEAD, ZERO_SHOT
from medct_core.models.adapter_manifest import (
    HELD_OUT_AUROC,
    HELD_OUT_BASE_AUROC,
    HELD_OUT_PATIENTS,
)
from medct_core.models.stamp import ModelStamp
from medct_core.training.adapt.adapted import Adapted, Logits, Values
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.parts import LeftOut, Parts
from medct_core.training.cohort import ScanViewer

_AT_ONCE = 4
_SPECIFICITY = 0.9

Score = Callable[[Values], Logits]


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

    The base is asked by prompts; the adapter too, or by its head where it has one.

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
    with fitted.as_base():
        before = scored.by(fitted.prompt_logits)
    after = scored.by(fitted.finding_logits)
    findings = parts.test.cohort.findings
    protocol = Protocol.CT_CLIP if config.prompts == "pair" else Protocol.MEDCT_VLM
    asked = f"prompts {protocol.value}: {MEANINGS[protocol]}"
    by_head = fitted.head is not None
    wordings = _wordings(protocol, findings)
    entries = [
        Entry("base", base, asked, wordings, before[1], before[0]),
        Entry(
            config.name,
            fitted.model.stamp,
            HEAD if by_head else asked,
            {} if by_head else wordings,
            after[1],
            after[0],
        ),
    ]
    return judge(_contest(parts, CLASSIFY if by_head else ZERO_SHOT, config), entries)


def held_out_metrics(evaluation: Evaluation) -> dict[str, float]:
    """Give what an adapter's manifest says of it; what is not defined is left out."""
    base, own = (model.overall.mean_auroc for model in evaluation.models)
    told = {
        HELD_OUT_AUROC: own,
        HELD_OUT_BASE_AUROC: base,
        HELD_OUT_PATIENTS: float(evaluation.contest.test.patients),
    }
    return {name: value for name, value in told.items() if value is not None}


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

    def by(self, score: Score) -> tuple[Predictions, Predictions]:
        """Give validation and test as one model scores them."""
        parts = self._parts
        return self._predictions(parts.validation, score), self._predictions(parts.test, score)

    def _predictions(self, viewer: ScanViewer, score: Score) -> Predictions:
        cohort = viewer.cohort
        logits = []
        for start in range(0, len(cohort), _AT_ONCE):
            self._cancel.raise_if_cancelled()
            rows = range(start, min(start + _AT_ONCE, len(cohort)))
            logits.append(score(viewer.views(rows, 0).values))
            self._done += len(rows)
            self._on_progress(self._done / self._total)
        probability = expit(np.concatenate(logits).astype(np.float64))
        return Predictions(cohort.findings, cohort.labels, probability, cohort.patients)


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
    )


def _split(viewer: ScanViewer, name: str, left_out: Sequence[LeftOut]) -> Split:
    cohort = viewer.cohort
    left = tuple(NotMeasured(one.scan, one.why) for one in left_out)
    return Split(name, viewer.identity, len(cohort), len(np.unique(cohort.patients)), left)


def _wordings(
    protocol: Protocol, findings: Sequence[str]
) -> Mapping[str, Mapping[str, Sequence[str]]]:
    return {
        prompt.name: {
            key: value for key, value in asdict(prompt).items() if key in ("present", "absent")
        }
        for prompt in protocol_prompts(protocol, findings)
    }
