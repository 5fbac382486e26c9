"""Evidence: the finished runs of a ledger, group by group, as numbers that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from medct_core.evaluation.multilabel.overall import defined
from medct_core.training.reproduce.answers import Answers, Domain, Readout
from medct_core.training.reproduce.gains import (
    SIX_METRICS,
    Estimate,
    Measured,
    Steps,
    means,
    six_metrics,
    steps,
)
from medct_core.training.reproduce.ledger import Ledger, Record
from medct_core.training.reproduce.plan import BaseLetter, Run, base_run, planned_runs

MEAN_AUROC = SIX_METRICS.index("mean_auroc")


@dataclass(frozen=True, slots=True)
class GroupResult:
    """A group of runs that differ in the seed only, and what it gains over its base.

    Attributes
    ----------
    group
        Its name.
    done, planned
        Seeds.
    metrics
        `SIX_METRICS` on domain B, as the runs answer; means over the seeds.
    gain
        Of each over the base's prompts.
    prompts_gain
        Of mean AUROC on B, asked with prompts.
    auroc_a
        Mean AUROC on domain A, as the runs answer.
    prompts_auroc_a
        The same, asked with prompts.
    prompts_a_change
        What that is more or less than the base's.
    trained_share
        Numbers that may learn by all numbers of the model with them; None where none may.
    reached_share
        Only those of LoRA's that a gradient came to; None without LoRA.
    hours
        Of all its finished runs.
    """

    group: str
    done: int
    planned: int
    metrics: dict[str, float | None]
    gain: dict[str, Estimate]
    prompts_gain: Estimate
    auroc_a: float | None
    prompts_auroc_a: float | None
    prompts_a_change: Estimate
    trained_share: float | None
    reached_share: float | None
    hours: float


class Evidence:
    """What a ledger knows of the planned runs.

    Reads every file once; numbers are computed when they are asked for.

    Raises
    ------
    ResourceError
        If a file of the ledger cannot be used.
    UsageError
        If its runs are of different scans or bases.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._plan = planned_runs()
        self.records: dict[Run, Record] = {
            record.run: record for record in ledger.records(self._plan)
        }
        self._answers = cache(lambda run: Answers.from_arrays(ledger.arrays(run)))
        self._six = cache(self._measure_six)

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids of the planned runs that are not finished."""
        return tuple(run.id for run in self._plan if run not in self.records)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of all planned groups, in the order of the plan."""
        return tuple(dict.fromkeys(run.group for run in self._plan))

    def planned(self, group: str) -> tuple[Run, ...]:
        """List the runs of a group."""
        return tuple(run for run in self._plan if run.group == group)

    def done(self, group: str) -> tuple[Run, ...]:
        """List the finished runs of a group."""
        return tuple(run for run in self.planned(group) if run in self.records)

    def has_base(self, base: BaseLetter) -> bool:
        """Say whether a base was measured."""
        return base_run(base) in self.records

    def answers(self, run: Run) -> Answers:
        """Give what a finished run's model answered."""
        return self._answers(run)

    def overall(self, runs: Sequence[Run], readout: Readout, domain: Domain) -> list[Measured]:
        """Give `SIX_METRICS` of each run."""
        return [self._six(run, readout, domain)[0] for run in runs]

    def per_finding(self, runs: Sequence[Run], readout: Readout, domain: Domain) -> list[Measured]:
        """Give the AUROC of every finding, of each run."""
        return [self._six(run, readout, domain)[1] for run in runs]

    def retrieval(self, runs: Sequence[Run]) -> list[Measured]:
        """Give recall of scans for reports, and overlap of findings of near scans, of each run."""
        return [means(self.answers(run).retrieved.numbers) for run in runs]

    def gain_over_base(self, group: str, readout: Readout, domain: Domain = "B") -> Steps:
        """Compare a group with its base as that answers by prompts, `SIX_METRICS`."""
        runs = self.done(group)
        before = self.overall([base_run(runs[0].base)], "prompts", domain)
        return steps(before, self.overall(runs, readout, domain))

    def result(self, group: str) -> GroupResult | None:
        """Sum up a group; None while none of its runs, or not its base, is finished."""
        runs = self.done(group)
        if not runs or not self.has_base(runs[0].base):
            return None
        on_b = self.gain_over_base(group, "own")
        return GroupResult(
            group=group,
            done=len(runs),
            planned=len(self.planned(group)),
            metrics={name: defined(on_b.after[row]) for row, name in enumerate(SIX_METRICS)},
            gain={name: on_b.estimate(row) for row, name in enumerate(SIX_METRICS)},
            prompts_gain=self.gain_over_base(group, "prompts").estimate(MEAN_AUROC),
            auroc_a=self._mean_auroc(runs, "own", "A"),
            prompts_auroc_a=self._mean_auroc(runs, "prompts", "A"),
            prompts_a_change=self.gain_over_base(group, "prompts", "A").estimate(MEAN_AUROC),
            trained_share=trained_share(self.records[runs[0]]),
            reached_share=reached_share(self.records[runs[0]]),
            hours=sum(self.records[run].hours for run in runs),
        )

    def _mean_auroc(self, runs: Sequence[Run], readout: Readout, domain: Domain) -> float | None:
        values = [one.value[MEAN_AUROC] for one in self.overall(runs, readout, domain)]
        return defined(float(np.mean(values)))

    def _measure_six(self, run: Run, readout: Readout, domain: Domain) -> tuple[Measured, Measured]:
        answers = self.answers(run)
        return six_metrics(answers.predictions(readout, domain), answers.cuts(readout))


def trained_share(record: Record) -> float | None:
    """Give the share of a run's numbers that may learn, in [0, 1]; None where none may.

    The linear head is not counted, as the paper does not count it, unless it alone learned.
    """
    sizes = record.sizes
    added = sizes.get("adapter_parameters", 0)
    learned = added or sizes["trained"] - sizes.get("head_parameters", 0) or sizes["trained"]
    return learned / (sizes["network_parameters"] + added) if learned else None


def reached_share(record: Record) -> float | None:
    """Give the share of a run's numbers that a gradient came to, in [0, 1]; without its head.

    None where neither an adapter nor the network learned.
    """
    sizes = record.sizes
    reached = {"adapter_parameters_reached", "network_parameters_changed"} & set(sizes)
    if not reached:
        return None
    whole = sizes["network_parameters"] + sizes.get("adapter_parameters", 0)
    return sizes[reached.pop()] / whole
