"""Zero-shot and supervised evaluation of a base and its adapters on labelled scans."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.special import expit

from medct_core.cancel import CancelToken
from medct_core.errors import ModelMismatchError, UsageError
from medct_core.evaluation.multilabel.predictions import Double, Predictions
from medct_core.evaluation.scans.ask import Asked, HeadQuestion, PromptQuestion, ask_all
from medct_core.evaluation.scans.cautions import (
    of_few_patients,
    of_learned_scans,
    of_one_sided_findings,
    of_unknown_patients,
)
from medct_core.evaluation.scans.contenders import Contender
from medct_core.evaluation.scans.evaluation import Contest, Entry, Evaluation, Split, judge
from medct_core.evaluation.scans.label_set import LabelSet
from medct_core.evaluation.scans.labelled_scans import LabelledScans, require_apart
from medct_core.evaluation.scans.protocols import MEANINGS, Protocol, protocol_prompts
from medct_core.vocabulary import FINDINGS

ZERO_SHOT, CLASSIFY = "zero-shot", "classify"

ANSWERS = "answers"
"""Folder of what was answered, beside the report."""

HEAD = "supervised head of the adapter on the vector of the scan; sigmoid of its output"


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is to be measured.

    Attributes
    ----------
    labels
        Of both splits.
    test, validation
        The splits, whose patients share no one.
    protocol
        How findings are asked for; in a supervised evaluation, of the base.
    specificity, seed
        See `Contest`.
    """

    labels: LabelSet
    test: LabelledScans
    validation: LabelledScans
    protocol: Protocol
    specificity: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A contender with its question, and how both are described."""

    name: str
    asked: Asked
    meaning: str
    wordings: Mapping[str, Mapping[str, Sequence[str]]]
    columns: list[int]


def evaluate_zero_shot(
    contenders: Sequence[Contender],
    task: Task,
    folder: Path,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> Evaluation:
    """Ask every contender by the same prompts.

    Parameters
    ----------
    contenders
        The base first.
    task
        What is measured.
    folder
        Of the report; answers are kept in it, so that a run that was stopped goes on.
    cancel, on_progress
        Checked before every scan; told the share done.

    Raises
    ------
    UsageError
        If a patient is in both splits, or no scan can be measured.
    NoTextSideError
        If the base reads scans only.
    Cancelled
        If `cancel` was raised.
    """
    lines = [_prompted(one, one.name, task, folder) for one in contenders]
    return _evaluate(ZERO_SHOT, lines, task, cancel=cancel, on_progress=on_progress)


def evaluate_heads(
    contenders: Sequence[Contender],
    task: Task,
    folder: Path,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> Evaluation:
    """Measure the heads of adapters beside their base, which has none and is asked by prompts.

    Parameters and errors are those of `evaluate_zero_shot`.

    Raises
    ------
    UsageError
        If there is no adapter, or one has no head.
    ModelMismatchError
        If a head does not score a finding of the table.
    """
    base, *adapters = contenders
    if not adapters:
        raise UsageError(
            "A base model has no supervised head.", remedy="Name an adapter with --adapter."
        )
    heads = [_headed(one, task, folder) for one in adapters]
    lines = [_prompted(base, f"{base.name}, zero-shot", task, folder), *heads]
    return _evaluate(CLASSIFY, lines, task, cancel=cancel, on_progress=on_progress)


def _prompted(contender: Contender, name: str, task: Task, folder: Path) -> _Line:
    prompts = protocol_prompts(task.protocol, task.labels.asked)
    contender.engine.check_prompts(prompts)
    wordings = {one.name: {"present": one.present, "absent": one.absent} for one in prompts}
    return _Line(
        name=name,
        asked=Asked.of(contender, PromptQuestion(prompts), folder / ANSWERS),
        meaning=f"prompts {task.protocol.value}: {MEANINGS[task.protocol]}; scale "
        f"{contender.engine.logit_scale:.4g}",
        wordings=wordings,
        columns=list(range(len(prompts))),
    )


def _headed(contender: Contender, task: Task, folder: Path) -> _Line:
    if contender.head is None:
        raise UsageError(
            f"The adapter {contender.name!r} has no supervised head.",
            remedy="Evaluate it by prompts, with 'medct evaluate zero-shot'.",
        )
    known = contender.head_findings
    if not known and contender.head.out_features == len(FINDINGS):
        known = FINDINGS  # of adapters that do not say, the order of CT-RATE
    missing = [name for name in task.labels.asked if name not in known]
    if missing or len(known) != contender.head.out_features:
        raise ModelMismatchError(
            f"The head of {contender.name!r} scores {contender.head.out_features} findings, and "
            f"does not say that they include {', '.join(missing) or 'those of the table'}.",
            remedy="Leave those columns out of the tables, or train a head on them.",
        )
    return _Line(
        name=contender.name,
        asked=Asked.of(contender, HeadQuestion(contender.head, known), folder / ANSWERS),
        meaning=HEAD,
        wordings={},
        columns=[known.index(name) for name in task.labels.asked],
    )


def _evaluate(
    name: str,
    lines: Sequence[_Line],
    task: Task,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> Evaluation:
    require_apart(task.test, task.validation)
    share = len(task.validation) / (len(task.validation) + len(task.test))
    asked = [line.asked for line in lines]
    before = ask_all(
        asked, task.validation, cancel=cancel, on_progress=lambda f: on_progress(share * f)
    )
    rest = 1 - share
    after = ask_all(
        asked, task.test, cancel=cancel, on_progress=lambda f: on_progress(share + rest * f)
    )
    contest = Contest(
        task=name,
        labels=task.labels.said,
        test=Split.of(after.scans),
        validation=Split.of(before.scans),
        findings=task.labels.findings,
        specificity=task.specificity,
        seed=task.seed,
        cautions=_cautions(lines, before.scans, after.scans),
    )
    entries = [
        _entry(
            line,
            test=_predictions(line, test, after.scans, task.labels),
            validation=_predictions(line, validation, before.scans, task.labels),
        )
        for line, test, validation in zip(lines, after.values, before.values, strict=True)
    ]
    return judge(contest, entries)


def _entry(line: _Line, test: Predictions, validation: Predictions) -> Entry:
    return Entry(
        name=line.name,
        stamp=line.asked.contender.engine.stamp,
        asked=line.meaning,
        wordings=line.wordings,
        test=test,
        validation=validation,
    )


def _cautions(
    lines: Sequence[_Line], validation: LabelledScans, test: LabelledScans
) -> tuple[str, ...]:
    cautions = of_few_patients(f"The test table {test.name!r}", len(set(test.patients.tolist())))
    cautions += of_one_sided_findings(f"the test table {test.name!r}", test.findings, test.truth)
    for kind, scans in (("test", test), ("validation", validation)):
        part = f"the {kind} table {scans.name!r}"
        cautions += of_unknown_patients(part, int(scans.unknown.sum()))
        for line in lines:
            learned = len(line.asked.contender.learned_from & set(scans.files))
            cautions += of_learned_scans(line.name, part, learned, len(scans))
    return tuple(cautions)


def _predictions(
    line: _Line, logits: Double, scans: LabelledScans, labels: LabelSet
) -> Predictions:
    probabilities = expit(logits[:, line.columns])
    return Predictions(labels.findings, scans.truth, labels.judged(probabilities), scans.patients)
