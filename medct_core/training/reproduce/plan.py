"""Every run of the experiment, decided before the first one, the most important first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from medct_core.errors import UsageError

BaseLetter = Literal["M", "R"]
Head = Literal["paper", "prompt"]
Towers = Literal["both", "image", "text"]

SCANS = 1000
"""Labelled scans of the new domain that a run learns from; MedCT-VLM's number."""

FEW_SCANS = 300

MAIN_SEEDS = 5
_SEEDS = 3

BASES: tuple[BaseLetter, ...] = ("M", "R")
_HEADS: tuple[Head, ...] = ("paper", "prompt")


class Method(Enum):
    """How a base is brought to the new domain; the last three leave its weights as they are."""

    BASE = "base"
    LORA = "lora"
    FULL = "full"
    HEAD = "head"
    CLIP_ADAPTER = "clip-adapter"
    TIP_ADAPTER = "tip-adapter"
    TIP_ADAPTER_F = "tip-adapter-f"


_MEANINGS = {
    Method.BASE: "nothing",
    Method.LORA: "LoRA",
    Method.FULL: "every weight",
    Method.HEAD: "linear head alone",
    Method.CLIP_ADAPTER: "CLIP-Adapter",
    Method.TIP_ADAPTER: "Tip-Adapter",
    Method.TIP_ADAPTER_F: "Tip-Adapter-F",
}


class Ranks(Enum):
    """Ranks of LoRA as ``(image tower, text tower)``; alpha is twice the rank."""

    PAPER = (16, 8)
    SMALL = (4, 2)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the experiment; equal runs are the same run.

    Attributes
    ----------
    base
        M learned from labels and masks, R from reports by contrast only.
    head
        ``paper`` is a linear layer on the image latent, ``prompt`` compares with prompts; of a
        method that has no head, how it answers.
    ranks
        None without LoRA.
    towers
        Which may change.
    scans
        Labelled scans of the new domain to learn from; 0 for the base.
    seed
        Of weights, order and dropout, and of which scans where not all are taken.
    """

    base: BaseLetter
    method: Method = Method.BASE
    head: Head = "prompt"
    ranks: Ranks | None = None
    towers: Towers = "both"
    scans: int = 0
    seed: int = 0

    @property
    def leaves_weights(self) -> bool:
        """Whether both towers stay as they are, so that prompts answer as the base's."""
        return self.method not in (Method.LORA, Method.FULL)

    @property
    def group(self) -> str:
        """Name of the runs that differ in the seed only."""
        parts = [self.base, self.method.value]
        if self.method in (Method.LORA, Method.FULL):
            parts.append(self.head)
        if self.ranks is Ranks.SMALL:
            parts.append("small")
        if self.towers != "both":
            parts.append(self.towers)
        if self.scans not in (0, SCANS):
            parts.append(str(self.scans))
        return "-".join(parts)

    @property
    def meaning(self) -> str:
        """What the base is brought to the new domain by, in words."""
        parts = [_MEANINGS[self.method]]
        if self.method in (Method.LORA, Method.FULL):
            parts.append("linear head" if self.head == "paper" else "through prompts")
        if self.ranks is Ranks.SMALL:
            parts.append("a quarter of the ranks")
        if self.towers != "both":
            parts.append(f"{self.towers} tower alone")
        if self.scans not in (0, SCANS):
            parts.append(f"{self.scans} scans")
        return ", ".join(parts)

    @property
    def id(self) -> str:
        """Name of the run, also of its files."""
        return self.group if self.method is Method.BASE else f"{self.group}-s{self.seed}"


def planned_runs() -> tuple[Run, ...]:
    """List all runs in the order of their importance."""
    return tuple(_runs())


def runs_named(ids: tuple[str, ...]) -> tuple[Run, ...]:
    """Pick runs by id or by group, in the order of the plan; all without a name.

    Raises
    ------
    UsageError
        If a name is not planned.
    """
    plan = planned_runs()
    known = {name for run in plan for name in (run.id, run.group)}
    unknown = [name for name in ids if name not in known]
    if unknown:
        raise UsageError(
            f"No run is called {unknown[0]!r}.", remedy="List the runs with --list and choose one."
        )
    return tuple(run for run in plan if not ids or run.id in ids or run.group in ids)


def meaning_of(group: str) -> str:
    """Say what the runs of a planned group are brought to the new domain by."""
    return next(run.meaning for run in planned_runs() if run.group == group)


def base_run(base: BaseLetter) -> Run:
    """Give the run that measures a base as it is."""
    return Run(base)


def main_group(base: BaseLetter, head: Head) -> str:
    """Name the runs of a base's main comparison."""
    return _lora(base, head, seed=0).group


def _runs() -> Iterator[Run]:
    for base in BASES:
        yield base_run(base)
        # Seed by seed, so that whatever ends early leaves both heads with equally many.
        yield from (_lora(base, head, seed) for seed in range(MAIN_SEEDS) for head in _HEADS)
    for kind in _compared():
        # Tip-Adapter draws nothing at random: another seed would be the same run.
        seeds = 1 if kind[0] is Method.TIP_ADAPTER else _SEEDS
        yield from (Run("M", *kind, seed) for seed in range(seeds))


def _lora(base: BaseLetter, head: Head, seed: int) -> Run:
    return Run(base, Method.LORA, head, Ranks.PAPER, scans=SCANS, seed=seed)


def _compared() -> tuple[tuple[Method, Head, Ranks | None, Towers, int], ...]:
    """List what LoRA is compared with; what a claim needs comes first.

    With the head of the paper no gradient reaches the text tower, so either tower alone is
    compared with the head that lets both learn.
    """
    return (
        (Method.FULL, "paper", None, "both", SCANS),
        (Method.HEAD, "paper", None, "both", SCANS),
        (Method.CLIP_ADAPTER, "prompt", None, "both", SCANS),
        (Method.TIP_ADAPTER, "prompt", None, "both", SCANS),
        (Method.TIP_ADAPTER_F, "prompt", None, "both", SCANS),
        (Method.LORA, "paper", Ranks.SMALL, "both", SCANS),
        (Method.LORA, "prompt", Ranks.PAPER, "image", SCANS),
        (Method.LORA, "prompt", Ranks.PAPER, "text", SCANS),
        (Method.LORA, "paper", Ranks.PAPER, "both", FEW_SCANS),
        (Method.FULL, "prompt", None, "both", SCANS),
    )


MAIN_GROUPS = tuple(main_group(base, head) for base in BASES for head in _HEADS)
"""Every main comparison, the headline first."""
