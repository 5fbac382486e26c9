"""An evaluation as a page of Markdown."""

from collections.abc import Iterator, Sequence

from medct_core.evaluation.multilabel.compare import Comparison
from medct_core.evaluation.multilabel.per_finding import FindingResult
from medct_core.evaluation.multilabel.weighted import METRICS
from medct_core.evaluation.report.words import (
    TITLES,
    between,
    number,
    probability,
    signed,
    stamp_line,
)
from medct_core.evaluation.scans.evaluation import NOTICE, Evaluation, ModelResult, Split


def markdown(evaluation: Evaluation, figures: Sequence[str]) -> str:
    """Write everything that is said of an evaluation.

    Parameters
    ----------
    evaluation
        What was measured.
    figures
        Names of image files that lie beside the page.
    """
    contest = evaluation.contest
    lines = [
        f"# {contest.task.capitalize()} evaluation on {contest.test.name}",
        "",
        f"**{NOTICE}**",
        "",
    ]
    lines += _facts(evaluation)
    lines += [line for text in contest.cautions for line in ("", f"**Caution: {text}**")]
    lines += ["", "## Overall", "", *_overall(evaluation)]
    lines += [line for name in figures for line in ("", f"![{name}]({name})")]
    base = evaluation.models[0].name
    for name, comparison in evaluation.comparisons.items():
        lines += ["", f"## {name} against {base}", "", *_gains(comparison, base, name)]
    for model in evaluation.models:
        lines += ["", f"## By finding: {model.name}", "", *_findings(model, contest.specificity)]
    lines += ["", "## Prompts", "", *_prompts(evaluation)]
    lines += ["", "## Scans left out", "", *_left_out(contest.test, contest.validation)]
    lines += [
        "",
        "## Rules",
        "",
        *(f"- **{key}**: {text}" for key, text in evaluation.rules.items()),
    ]
    return "\n".join(lines) + "\n"


def _facts(evaluation: Evaluation) -> Iterator[str]:
    contest = evaluation.contest
    for title, split in (("Test", contest.test), ("Validation", contest.validation)):
        yield (
            f"- {title}: `{split.name}` (SHA-256 {split.sha256[:12]}), {split.n} scans of "
            f"{split.patients} patients; left out of the table: {len(split.left_out)}"
        )
    yield f"- Labels: {contest.labels}"
    yield f"- Findings asked: {len(contest.findings)}; seed of the resampling {contest.seed}"
    for model in evaluation.models:
        yield f"- Model `{model.name}`: {stamp_line(model.stamp)}; {model.asked}"


def _overall(evaluation: Evaluation) -> Iterator[str]:
    models = evaluation.models
    yield from _head(["metric", *(f"{one.name} (95 % interval)" for one in models), "over"])
    for name in METRICS:
        cells = [
            f"{number(getattr(one.overall, name))} ({between(*one.intervals[name])})"
            for one in models
        ]
        yield _row([TITLES[name], *cells, _over(models[0], name)])
    n = models[0].overall
    yield ""
    yield f"{n.without_finding} of {n.n} test scans have none of the findings."


def _over(model: ModelResult, metric: str) -> str:
    overall = model.overall
    count = {
        "macro_f1": overall.called_with_positives,
        "weighted_f1": overall.called_with_positives,
        "mean_auroc": overall.told_apart,
        "mean_average_precision": overall.told_apart,
    }.get(metric, overall.called)
    return f"{count} of {overall.findings} findings"


def _gains(comparison: Comparison, base: str, other: str) -> Iterator[str]:
    yield from _head(["metric", base, other, "gain", "95 % interval", "p"])
    for name, gain in comparison.metrics.items():
        numbers = [number(gain.base), number(gain.other), signed(gain.gain)]
        yield _row([TITLES[name], *numbers, between(gain.low, gain.high), probability(gain.p)])
    yield ""
    yield f"AUROC by finding; p by {comparison.finding_test}:"
    yield ""
    yield from _head(["finding", "positive", base, other, "gain", "95 % interval", "p", "p (Holm)"])
    for name, finding in comparison.findings.items():
        gain = finding.auroc
        numbers = [number(gain.base), number(gain.other), signed(gain.gain)]
        ps = [probability(gain.p), probability(finding.p_holm)]
        yield _row([name, str(finding.positives), *numbers, between(gain.low, gain.high), *ps])


def _findings(model: ModelResult, specificity: float) -> Iterator[str]:
    yield from _head(
        [
            *("finding", "positive", "AUROC (95 % interval)", "average precision", "threshold"),
            *("sensitivity", "specificity", "F1", f"sensitivity at {specificity:g}"),
            *("specificity reached", "ECE", "Brier"),
        ]
    )
    yield from (_finding(one) for one in model.findings)


def _finding(one: FindingResult) -> str:
    area = f"{number(one.auroc)} ({between(one.auroc_low, one.auroc_high)})"
    calls, fixed = one.calls, one.at_specificity
    return _row(
        [
            *(one.name, f"{one.positives} ({100 * one.prevalence:.1f} %)", area),
            *(number(one.average_precision), number(calls.threshold, 4)),
            *(number(calls.sensitivity), number(calls.specificity), number(calls.f1)),
            *(number(fixed.sensitivity), number(fixed.specificity)),
            *(number(one.calibration_error), number(one.brier)),
        ]
    )


def _prompts(evaluation: Evaluation) -> Iterator[str]:
    for model in evaluation.models:
        if not model.wordings:
            yield f"- `{model.name}`: {model.asked}; no sentence is read."
            continue
        yield f"- `{model.name}`: {model.asked}."
        for finding, sides in model.wordings.items():
            said = "; ".join(
                f"{side}: " + " / ".join(f'"{text}"' for text in texts)
                for side, texts in sides.items()
                if texts
            )
            yield f"  - {finding} - {said}"


def _left_out(*splits: Split) -> Iterator[str]:
    gone = [(split.name, one) for split in splits for one in split.left_out]
    if not gone:
        yield "None: every scan of both tables was measured."
        return
    yield from (f"- `{table}`: {one.scan}: {one.why}" for table, one in gone)


def _head(titles: Sequence[str]) -> Iterator[str]:
    yield _row(titles)
    yield "|" + "---|" * len(titles)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
