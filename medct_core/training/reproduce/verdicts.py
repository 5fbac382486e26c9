"""Verdicts: what MedCT-VLM claims, and by which rule the runs decide whether it held.

The rules were written before there was a result, and are part of every result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from medct_core.evaluation.multilabel.overall import defined, middle_95
from medct_core.training.reproduce.answers import RECALL_AT
from medct_core.training.reproduce.evidence import MEAN_AUROC, Evidence
from medct_core.training.reproduce.gains import SIX_METRICS, steps, trend
from medct_core.training.reproduce.plan import MAIN_GROUPS, Run, base_run, main_group
from medct_core.training.reproduce.released import ReleasedSizes

LEAST_SEEDS = 3
"""A claim counts as tested from so many finished seeds on; it is final once all are finished."""

RETRIEVAL_MARGIN = 0.25
"""Of what the base has above chance."""

RARE_P = 0.05
LATENCY_MARGIN = 0.05
PAPER_SIZE_RATIO = 74

HEADLINE = main_group("M", "paper")
"""The runs the experiment was made for: a linear head on the image latent, on base M."""

Numbers = dict[str, object]


class Verdict(Enum):
    """Whether a claim held here."""

    HELD = "held"
    DID_NOT_HOLD = "did not hold"
    NOT_TESTED = "not tested yet"


@dataclass(frozen=True, slots=True)
class Judged:
    """What some runs say of a claim.

    Attributes
    ----------
    verdict
        By the claim's rule.
    group
        The runs it is about.
    done, planned
        Seeds.
    numbers
        What the verdict follows from.
    """

    verdict: Verdict
    group: str
    done: int
    planned: int
    numbers: Numbers

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        seeds = {"done": self.done, "planned": self.planned}
        return {
            "verdict": self.verdict.value,
            "runs": self.group,
            "seeds": seeds,
            "numbers": self.numbers,
        }


Judge = Callable[[Evidence, tuple[Run, ...]], tuple[bool, Numbers]]
"""Decides from finished runs of one group."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of the paper.

    Attributes
    ----------
    name
        Short, for files.
    statement
        What is claimed.
    rule
        When it counts as held.
    decided_on
        Group whose verdict is that of the claim; other groups are told beside it.
    groups
        All groups it is asked of.
    judge
        The rule in code.
    """

    name: str
    statement: str
    rule: str
    decided_on: str
    groups: tuple[str, ...]
    judge: Judge

    def judged(self, evidence: Evidence) -> tuple[Judged, ...]:
        """Decide, first on the group that counts."""
        order = sorted(self.groups, key=lambda group: group != self.decided_on)
        return tuple(_judged(self.judge, evidence, group) for group in order)


def _judged(judge: Judge, evidence: Evidence, group: str) -> Judged:
    planned, done = evidence.planned(group), evidence.done(group)
    if len(done) < LEAST_SEEDS or not evidence.has_base(planned[0].base):
        return Judged(Verdict.NOT_TESTED, group, len(done), len(planned), {})
    held, numbers = judge(evidence, done)
    if not numbers:
        return Judged(Verdict.NOT_TESTED, group, len(done), len(planned), {})
    verdict = Verdict.HELD if held else Verdict.DID_NOT_HOLD
    return Judged(verdict, group, len(done), len(planned), numbers)


def _auroc_gain(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    gained = evidence.gain_over_base(runs[0].group, "own")
    gain = gained.estimate(MEAN_AUROC)
    numbers: Numbers = {
        "base": defined(gained.before[MEAN_AUROC]),
        "adapted": defined(gained.after[MEAN_AUROC]),
        "gain": gain.value,
        "interval": [gain.low, gain.high],
        "gain_by_seed": gained.by_seed[:, MEAN_AUROC].tolist(),
    }
    return gain.is_above_zero, numbers


def _all_six(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    gained = evidence.gain_over_base(runs[0].group, "own")
    gains = {name: gained.estimate(row) for row, name in enumerate(SIX_METRICS)}
    numbers: Numbers = {
        name: {"gain": gain.value, "interval": [gain.low, gain.high]}
        for name, gain in gains.items()
    }
    return all(gain.is_above_zero for gain in gains.values()), numbers


def _rare_gain_more(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    """Gaining more takes gaining: to lose less is not what is claimed."""
    base = base_run(runs[0].base)
    gained = steps(
        evidence.per_finding([base], "prompts", "B"), evidence.per_finding(runs, "own", "B")
    )
    gain = gained.value
    answers = evidence.answers(base)
    prevalence = answers.truth["B"].mean(axis=0)
    found = trend(prevalence, gain)
    rarer = gained.mean_of((prevalence <= np.median(prevalence)) & np.isfinite(gain))
    rows = zip(answers.findings, prevalence, gain, strict=True)
    numbers: Numbers = {
        "rarer_half_gain": rarer.value,
        "rarer_half_interval": [rarer.low, rarer.high],
        "correlation": found.correlation,
        "p": found.p,
        "findings": {
            name: {"prevalence": float(share), "gain": defined(one)} for name, share, one in rows
        },
    }
    is_trend = found.correlation < 0 and found.p < RARE_P
    return is_trend and rarer.is_above_zero, numbers


def _zero_shot_gain(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    gained = evidence.gain_over_base(runs[0].group, "prompts")
    gain = gained.estimate(MEAN_AUROC)
    numbers: Numbers = {
        "base": defined(gained.before[MEAN_AUROC]),
        "adapted": defined(gained.after[MEAN_AUROC]),
        "gain": gain.value,
        "interval": [gain.low, gain.high],
    }
    return gain.is_above_zero, numbers


def _retrieval_unchanged(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    """Judge what the base finds better than chance: what it does not find cannot get lost."""
    base = base_run(runs[0].base)
    before = evidence.retrieval([base])
    changed = steps(before, evidence.retrieval(runs))
    chance = evidence.answers(base).retrieval_by_chance
    names = (f"report_to_volume_recall_at_{RECALL_AT}", "volume_to_volume_label_overlap_at_10")
    numbers: Numbers = {}
    held = []
    for row, name in enumerate(names):
        low, _ = middle_95(before[0].drawn[row])
        if low is None or low <= chance[row]:
            continue
        change = changed.estimate(row)
        held.append(change.is_within(RETRIEVAL_MARGIN * float(changed.before[row] - chance[row])))
        numbers[name] = {
            "by_chance": float(chance[row]),
            "base": defined(changed.before[row]),
            "adapted": defined(changed.after[row]),
            "change": change.value,
            "interval": [change.low, change.high],
        }
    return all(held), numbers


def _less_forgetting(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    """Compare seed by seed with full fine-tuning of the same base and head."""
    full = {run.seed: run for run in evidence.done(f"{runs[0].base}-full-{runs[0].head}")}
    both = [run for run in runs if run.seed in full]
    if len(both) < LEAST_SEEDS:
        return False, {}
    kept_by_full = evidence.overall([full[run.seed] for run in both], "prompts", "A")
    kept = evidence.overall(both, "prompts", "A")
    base = evidence.overall([base_run(runs[0].base)], "prompts", "A")[0].value[MEAN_AUROC]
    more = steps(kept_by_full, kept)
    gain = more.estimate(MEAN_AUROC)
    numbers: Numbers = {
        "base_on_a": defined(base),
        "lora_on_a": defined(more.after[MEAN_AUROC]),
        "full_on_a": defined(more.before[MEAN_AUROC]),
        "kept_more": gain.value,
        "interval": [gain.low, gain.high],
        "seeds_compared": len(both),
    }
    return gain.is_above_zero, numbers


def _no_latency(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    sizes = [evidence.records[run].sizes for run in runs]
    names = ("base_ms", "beside_ms", "merged_ms", "beside_ratio", "merged_ratio")
    middle = {name: float(np.median([one[name] for one in sizes])) for name in names}
    farthest = max(one["merged_difference"] for one in sizes)
    return middle["merged_ratio"] <= 1 + LATENCY_MARGIN, {**middle, "largest_difference": farthest}


def _size(evidence: Evidence, runs: tuple[Run, ...]) -> tuple[bool, Numbers]:
    released = ReleasedSizes.counted()
    sizes = evidence.records[runs[0]].sizes
    numbers: Numbers = {
        "released_checkpoint_bytes": released.checkpoint_bytes,
        "released_adapter_bytes": released.adapter_bytes,
        "ratio": released.ratio,
        "paper_says": PAPER_SIZE_RATIO,
        "experiment_network_bytes": sizes["network_bytes"],
        "experiment_adapter_bytes": sizes["adapter_bytes"],
        "experiment_ratio": sizes["network_bytes"] / sizes["adapter_bytes"],
    }
    return released.ratio >= PAPER_SIZE_RATIO, numbers


_OWN = "asked as they were trained to answer, the base by prompts"
_PAPER_HEAD = (main_group("M", "paper"), main_group("R", "paper"))
_WITH_FULL = (main_group("M", "paper"), main_group("M", "prompt"))

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "auroc_gain",
        "LoRA raises the mean AUROC on the new domain.",
        f"Mean AUROC on domain B, {_OWN}: the 95 % interval of the gain lies above 0.",
        HEADLINE,
        MAIN_GROUPS,
        _auroc_gain,
    ),
    Claim(
        "all_six_metrics_gain",
        "All six metrics gain.",
        f"Each of {', '.join(SIX_METRICS)} on domain B, {_OWN}, thresholds from validation scans: "
        "the 95 % interval of every gain lies above 0.",
        HEADLINE,
        MAIN_GROUPS,
        _all_six,
    ),
    Claim(
        "rare_findings_gain_more",
        "Rare findings gain more than frequent ones.",
        "Spearman correlation of the gain in AUROC with the prevalence on domain B, over the "
        f"findings: below 0, with a one-sided permutation p below {RARE_P}; and the rarer half of "
        "them gains in the mean: the 95 % interval lies above 0.",
        HEADLINE,
        MAIN_GROUPS,
        _rare_gain_more,
    ),
    Claim(
        "zero_shot_gain_without_text_gradient",
        "Asked with prompts the model gains although no gradient reached the text tower.",
        "Head of the paper, which looks at the scan alone; mean AUROC on domain B by prompts, "
        "before and after: the 95 % interval of the gain lies above 0.",
        HEADLINE,
        _PAPER_HEAD,
        _zero_shot_gain,
    ),
    Claim(
        "retrieval_unchanged",
        "Retrieval stays as it was.",
        f"Recall@{RECALL_AT} of scans for reports and overlap of findings among the ten nearest "
        "scans, on domain B, as far as the base is above chance (its 95 % interval): all of the "
        f"interval of the change is less than {RETRIEVAL_MARGIN:.0%} of what the base has above "
        "chance. Decided on the base that learned from reports.",
        main_group("R", "paper"),
        MAIN_GROUPS,
        _retrieval_unchanged,
    ),
    Claim(
        "less_forgetting",
        "LoRA forgets less of domain A than full fine-tuning.",
        "Mean AUROC on domain A by prompts, LoRA less full fine-tuning (every weight, a tenth of "
        "LoRA's rate) with the same head, seed by seed: the 95 % interval lies above 0.",
        HEADLINE,
        _WITH_FULL,
        _less_forgetting,
    ),
    Claim(
        "no_added_latency",
        "Merged into the weights, the adapter costs no time.",
        "Encoding one scan on one processor, merged and base in turns: the median over the runs of "
        f"the median ratio is at most {1 + LATENCY_MARGIN:.2f}.",
        HEADLINE,
        MAIN_GROUPS,
        _no_latency,
    ),
    Claim(
        "adapter_size",
        "The adapter is 74 times smaller than the model.",
        "Counted for the released network, float32: the whole checkpoint is at least "
        f'{PAPER_SIZE_RATIO} times the adapter. The paper divides "500 MB", which is not the '
        "size of the checkpoint.",
        HEADLINE,
        (HEADLINE,),
        _size,
    ),
)
