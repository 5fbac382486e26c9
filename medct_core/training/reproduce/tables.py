"""Tables of the experiment in Markdown: the paper's Table 4 with ours beside it, and all groups."""

from collections.abc import Sequence

from medct_core.training.reproduce.gains import SIX_METRICS, Estimate
from medct_core.training.reproduce.outcome import Outcome
from medct_core.training.reproduce.verdicts import HEADLINE, Judged

PAPER_TABLE_4 = {
    "accuracy": (67.2, 73.6),
    "micro_f1": (48.5, 55.6),
    "macro_f1": (32.1, 36.9),
    "weighted_f1": (46.8, 55.1),
    "samples_f1": (41.2, 47.1),
    "mean_auroc": (61.3, 68.9),
}
"""CT-CLIP and MedCT-VLM on CT-RATE, in percent (arXiv 2512.00597, Table 4)."""

NAMES = {
    "accuracy": "accuracy",
    "micro_f1": "micro-F1",
    "macro_f1": "macro-F1",
    "weighted_f1": "weighted-F1",
    "samples_f1": "samples-F1",
    "mean_auroc": "mean AUROC",
}
_NOTHING = "-"


def report(outcome: Outcome) -> str:
    """Put everything into one Markdown page."""
    done = outcome.planned - len(outcome.missing)
    parts = [
        "# What LoRA gains, tested on synthetic scans",
        f"{done} of {outcome.planned} planned runs are finished, {outcome.hours:.1f} hours in all. "
        "Numbers are percent, gains are points; in brackets the 95 % interval over patients and "
        "seeds.",
        f"## The paper's Table 4, and the same here ({HEADLINE}, {_seeds(outcome)})",
        table_4(outcome),
        "## The claims",
        claims_table(outcome),
        "## Every group of runs",
        groups_table(outcome),
    ]
    if outcome.missing:
        parts += ["## Missing runs", ", ".join(outcome.missing)]
    return "\n\n".join(parts) + "\n"


def table_4(outcome: Outcome) -> str:
    """Set the paper's numbers beside those of the headline runs."""
    ours = outcome.headline
    rows = []
    for name in SIX_METRICS:
        base, adapted = PAPER_TABLE_4[name]
        row = [NAMES[name], f"{base:.1f}", f"{adapted:.1f}", f"{adapted - base:+.1f}"]
        after = None if ours is None else ours.metrics[name]
        gain = Estimate(None, None, None) if ours is None else ours.gain[name]
        before = None if after is None or gain.value is None else after - gain.value
        rows.append([*row, _percent(before), _percent(after), _gain(gain)])
    heads = ["metric", "paper: base", "MedCT-VLM", "gain", "here: base", "LoRA", "gain"]
    return _table(heads, rows)


def claims_table(outcome: Outcome) -> str:
    """Say of every claim whether it held, and on how many runs that stands."""
    rows = [
        [
            claim.statement,
            judged[0].verdict.value,
            judged[0].group,
            _done(judged[0]),
            _beside(judged),
        ]
        for claim, judged in outcome.verdicts
    ]
    return _table(["claim", "verdict", "decided on", "seeds", "elsewhere"], rows)


def groups_table(outcome: Outcome) -> str:
    """Set all groups side by side."""
    rows = [
        [
            one.group,
            f"{one.done} of {one.planned}",
            _percent(one.metrics["mean_auroc"]),
            _gain(one.gain["mean_auroc"]),
            _gain(one.prompts_gain),
            _percent(one.auroc_a),
            _percent(one.prompts_auroc_a),
            _NOTHING if one.trained_share is None else f"{one.trained_share:.2%}",
            f"{one.hours:.1f}",
        ]
        for one in outcome.groups
    ]
    heads = ["runs", "seeds", "AUROC on B", "gain", "gain by prompts", "AUROC on A", "by prompts"]
    return _table([*heads, "trained", "hours"], rows)


def _seeds(outcome: Outcome) -> str:
    main = outcome.headline
    return "not finished yet" if main is None else f"{main.done} of {main.planned} seeds"


def _beside(judged: tuple[Judged, ...]) -> str:
    return "; ".join(f"{one.group}: {one.verdict.value}" for one in judged[1:]) or _NOTHING


def _done(judged: Judged) -> str:
    return f"{judged.done} of {judged.planned}"


def _percent(value: float | None) -> str:
    return _NOTHING if value is None else f"{100 * value:.1f}"


def _gain(gain: Estimate) -> str:
    if gain.value is None:
        return _NOTHING
    if gain.low is None or gain.high is None:
        return f"{100 * gain.value:+.1f}"
    return f"{100 * gain.value:+.1f} [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}]"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
