"""A tiny experiment in memory, and ledgers whose numbers are made up."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.models.bundle import LoadedModel, load_model
from medct_core.training.cohort import Cohort, ScanViewer, ScanViews
from medct_core.training.reproduce.answers import DOMAINS, READOUTS, Answers, Retrieved, rounded
from medct_core.training.reproduce.ledger import Ledger, Record
from medct_core.training.reproduce.measure import HeldOutScans, summary
from medct_core.training.reproduce.plan import BaseLetter, Method, Run
from medct_core.vocabulary import FINDINGS
from tests import tiny_model

SHAPE = (1, 8, 16, 16)

SIZES = {
    "trained": 20_000.0,
    "network_parameters": 980_000.0,
    "network_bytes": 4e6,
    "adapter_parameters": 20_000.0,
    "adapter_parameters_reached": 5_000.0,
    "adapter_bytes": 8e4,
    "base_ms": 10.0,
    "beside_ms": 12.0,
    "merged_ms": 10.1,
    "beside_ratio": 1.2,
    "merged_ratio": 1.01,
    "merged_difference": 1e-6,
}


class NoisyScans:
    """Shows scans of noise in which each finding is a brighter plane of its own."""

    def __init__(self, name: str, count: int) -> None:
        rng = np.random.default_rng(sum(name.encode()))
        labels = rng.random((count, len(FINDINGS))) < 0.4
        labels[0], labels[1] = True, False
        reports = tuple(f"scan {name} {row}: {labels[row].sum()} findings." for row in range(count))
        self._values = rng.normal(0, 0.1, (count, *SHAPE)).astype(np.float32).clip(-1, 1)
        for row, finding in zip(*np.nonzero(labels), strict=True):
            self._values[row, 0, finding % 8, finding // 8 * 4 : finding // 8 * 4 + 4] = 0.9
        self._name = name
        self._cohort = Cohort(
            scans=tuple(f"{name} {row}" for row in range(count)),
            patients=np.arange(count),
            findings=FINDINGS,
            labels=labels,
            reports=reports,
        )

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        return self._cohort

    @property
    def identity(self) -> str:
        """Name of what is shown."""
        return sha256(self._name.encode()).hexdigest()

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give scans as they are."""
        chosen = list(rows)
        return ScanViews(self._values[chosen], tuple(self._cohort.reports[row] for row in chosen))


class TinyMaterials:
    """Materials of a few noisy scans and a tiny base with random weights."""

    def __init__(self, folder: Path, name: str = "") -> None:
        self._folder = folder
        self._name = name

    @property
    def tests(self) -> HeldOutScans:
        """Scans that no run learns from."""
        one, two, three = (NoisyScans(f"{part}{self._name}", 12) for part in ("val", "b", "a"))
        return HeldOutScans(one, two, three)

    def base(self, letter: BaseLetter) -> LoadedModel:
        """Load a tiny model with random weights."""
        folder = self._folder / letter
        if not folder.exists():
            tiny_model.write_model(folder, tiny_model.PAIR)
        return load_model(folder)

    @property
    def training(self) -> ScanViewer:
        """Sixteen scans."""
        return NoisyScans("train", 16)


def made_up_answers(run: Run, *, skill: Callable[[Run, str], float], scans: int = 120) -> Answers:
    """Answers of a model whose scores lie so many standard deviations higher with a finding."""
    truth = {domain: _truth(domain, scans) for domain in DOMAINS}
    rng = np.random.default_rng(run.seed + 100 * sum(run.group.encode()))
    logits = {
        (readout, domain): rounded(
            truth[domain] * skill(run, domain) + rng.normal(size=truth[domain].shape)
        )
        for readout in READOUTS
        for domain in DOMAINS
    }
    if run.method is Method.BASE:
        logits |= {("own", domain): logits["prompts", domain] for domain in DOMAINS}
    ranks = rng.integers(1, 30, scans)
    return Answers(
        findings=FINDINGS,
        truth=truth,
        logits=logits,
        thresholds={readout: np.full(len(FINDINGS), 0.6) for readout in READOUTS},
        retrieved=Retrieved(ranks, rng.random(scans)),
    )


def made_up_record(run: Run, answers: Answers) -> Record:
    """Record of a run that took ten minutes."""
    nothing = {"trained": 0.0, "network_parameters": SIZES["network_parameters"]}
    sizes = nothing if run.method is Method.BASE else SIZES
    return Record(
        run,
        data={"test_b": "0" * 64},
        base_sha256=f"{run.base}" * 64,
        versions={"torch": "2"},
        seconds={"training": 540.0, "measuring": 60.0},
        sizes=sizes,
        metrics=summary(answers),
    )


def fill(ledger: Ledger, runs: Sequence[Run], skill: Callable[[Run, str], float]) -> None:
    """Keep made-up runs."""
    for run in runs:
        answers = made_up_answers(run, skill=skill)
        ledger.keep(made_up_record(run, answers), answers.to_arrays())


def _truth(domain: str, scans: int) -> npt.NDArray[np.bool_]:
    rng = np.random.default_rng(ord(domain))
    return np.asarray(rng.random((scans, len(FINDINGS))) < np.geomspace(0.05, 0.5, len(FINDINGS)))
