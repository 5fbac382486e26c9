"""Tables of the experiment in Markdown: the paper's Table 4 with ours beside it, and all groups."""

from collections.abc import Sequence

from medct_core.training.reproduce.gains import INTERVALS, SIX_METRICS, Estimate
from medct_core.training.reproduce.in_words import NOTHING, gain_of, in_words, percent
from medct_core.training.reproduce.outcome import ASKED, DEVIATIONS, PARTS, TESTED, Outcome
from medct_core.training.reproduce.plan import meaning_of
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
_RECIPE = ("epochs", "batch", "rate", "weight_decay", "head_dropout", "augmentation", "bf16")


def report(outcome: Outcome) -> str:
    """Put everything into one Markdown page."""
    done = outcome.planned - len(outcome.missing)
    parts = [
        "# What LoRA gains, tested on synthetic scans",
        f"{done} of {outcome.planned} planned runs are finished, {outcome.hours:.1f} hours of one "
        "processor; drawing the phantoms and training the bases is not counted, and what an "
        "untouched base sees of the scans counts with the run that came first. Numbers are "
        "percent, gains are points; in brackets the 95 % interval over patients and seeds. "
        "Nothing here is clinical.",
        f"## The paper's Table 4, and the same here ({HEADLINE}, {_seeds(outcome)})",
        table_4(outcome),
        "## The claims",
        claims_table(outcome),
        "\n".join(f"- *{claim.statement}* {claim.rule}" for claim, _ in outcome.verdicts),
        f"{TESTED} {INTERVALS}",
        "## Every group of runs",
        groups_table(outcome),
        "## What differs from the paper",
        "\n".join(f"- {one}" for one in DEVIATIONS),
        "## Scans, prompts, models",
        setup(outcome),
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
        rows.append([*row, percent(before), percent(after), gain_of(gain)])
    heads = ["metric", "paper: base", "MedCT-VLM", "gain", "here: base", "LoRA", "gain"]
    return _table(heads, rows)


def claims_table(outcome: Outcome) -> str:
    """Say of every claim whether it held, and on how many runs that stands."""
    rows = [
        [
            claim.statement,
            judged[0].verdict.value,
            in_words(claim.name, judged[0].numbers) or NOTHING,
            judged[0].group,
            _done(judged[0]),
            _beside(judged),
        ]
        for claim, judged in outcome.verdicts
    ]
    return _table(["claim", "verdict", "measured", "decided on", "seeds", "elsewhere"], rows)


def groups_table(outcome: Outcome) -> str:
    """Set all groups side by side."""
    rows = [
        [
            one.group,
            meaning_of(one.group),
            f"{one.done} of {one.planned}",
            percent(one.metrics["mean_auroc"]),
            gain_of(one.gain["mean_auroc"]),
            gain_of(one.prompts_gain),
            percent(one.auroc_a),
            percent(one.prompts_auroc_a),
            _share(one.trained_share),
            _share(one.reached_share),
            f"{one.hours:.1f}",
        ]
        for one in outcome.groups
    ]
    heads = ["runs", "brought to B by", "seeds", "AUROC on B", "gain", "gain by prompts"]
    return _table([*heads, "AUROC on A", "by prompts", "may learn", "learns", "hours"], rows)


def setup(outcome: Outcome) -> str:
    """Say what was measured on what, as a list."""
    counts = ", ".join(f"{part.count} of {part.name}" for part in PARTS)
    lines = [f"Phantoms, each a patient of its own: {counts}.", f"Prompts: {ASKED}."]
    lines += [f"Base {base}: SHA-256 {sha}." for base, sha in outcome.bases_sha256.items()]
    if outcome.recipe:
        said = ", ".join(f"{name} {outcome.recipe[name]}" for name in _RECIPE)
        lines.append(f"Training of {HEADLINE}: {said}.")
    return "\n".join(f"- {line}" for line in lines)


def _share(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.2%}"


def _seeds(outcome: Outcome) -> str:
    main = outcome.headline
    return "not finished yet" if main is None else f"{main.done} of {main.planned} seeds"


def _beside(judged: tuple[Judged, ...]) -> str:
    return "; ".join(f"{one.group}: {one.verdict.value}" for one in judged[1:]) or NOTHING


def _done(judged: Judged) -> str:
    return f"{judged.done} of {judged.planned}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
