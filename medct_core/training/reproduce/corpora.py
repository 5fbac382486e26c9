"""The phantoms of the experiment: where its bases learn, where LoRA adapts, where both are asked.

No scan serves two purposes, and the scans of the tests are looked at by finished runs alone.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medct_core.phantom.generate import PHANTOM_VERSION
from medct_core.phantom.sampling import TRAINING_SEVERITIES, Draw
from medct_core.phantom.seeds import EVALUATION, TRAINING, VALIDATION, SeedRange
from medct_core.training.cohort import Cohort, ScanViews
from medct_core.training.corpus import (
    Corpus,
    CorpusForm,
    Scan,
    bodies,
    open_corpus,
    render_corpus,
)
from medct_core.training.reproduce.domain_b import DOMAIN_B, SCANNER
from medct_core.training.reproduce.form import DOMAIN_A
from medct_core.vocabulary import FINDINGS

Report = Callable[[str, float], None]

BASE_BODIES = 2000
"""Bodies the bases learn from; two scans of each."""


@dataclass(frozen=True, slots=True)
class Part:
    """One set of phantoms, findings as often as in practice.

    Attributes
    ----------
    name
        Of its folder.
    seeds
        What its seeds may be used for.
    first, count
        First seed and number of phantoms.
    domain
        Scanner: ``a``, or that of domain B.
    """

    name: str
    seeds: SeedRange
    first: int
    count: int
    domain: str

    @property
    def scans(self) -> tuple[Scan, ...]:
        """What is drawn."""
        stop = self.first + self.count
        self.seeds.check(self.first, stop)
        return tuple(Scan(seed, Draw.NATURAL, self.domain) for seed in range(self.first, stop))

    @property
    def form(self) -> CorpusForm:
        """How it is drawn."""
        return DOMAIN_A if self.domain == "a" else DOMAIN_B


TRAIN_B = Part("train-b", TRAINING, 500_000, 1000, SCANNER)
VALIDATION_A = Part("validation-a", VALIDATION, 1_100_000, 300, "a")
VALIDATION_B = Part("validation-b", VALIDATION, 1_200_000, 300, SCANNER)
TEST_A = Part("test-a", EVALUATION, 6_000_000, 600, "a")
TEST_B = Part("test-b", EVALUATION, 6_500_000, 1000, SCANNER)


def base_corpus(work: Path, workers: int, report: Report) -> Corpus:
    """Draw, or open, what both bases learn from: domain A, rare findings raised."""
    scans = bodies(TRAINING, 0, BASE_BODIES, TRAINING_SEVERITIES)
    return _corpus(work / f"base-v{PHANTOM_VERSION}", scans, DOMAIN_A, (workers, report))


def part_corpus(work: Path, part: Part, workers: int, report: Report) -> Corpus:
    """Draw, or open, one part."""
    folder = work / f"{part.name}-v{PHANTOM_VERSION}"
    return _corpus(folder, part.scans, part.form, (workers, report))


def _corpus(
    folder: Path, scans: tuple[Scan, ...], form: CorpusForm, how: tuple[int, Report]
) -> Corpus:
    workers, report = how
    for share in render_corpus(scans, folder, workers, form):
        report(f"drawing {folder.name}", share)
    return open_corpus(folder)


def cohort_of(part: Part, corpus: Corpus) -> Cohort:
    """Tell what is known of a part's phantoms; each is a patient of its own."""
    return Cohort(
        scans=tuple(f"phantom {part.domain} {scan.seed}" for scan in part.scans),
        patients=np.arange(len(corpus), dtype=np.int64),
        findings=FINDINGS,
        labels=corpus.labels,
        reports=corpus.reports,
    )


class PlainPhantoms:
    """Shows the phantoms of a part as they are; a `ScanViewer`."""

    def __init__(self, part: Part, corpus: Corpus) -> None:
        self._corpus = corpus
        self._cohort = cohort_of(part, corpus)
        self._identity = _sha256(f"phantoms {PHANTOM_VERSION} {part} {part.form}")

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        return self._cohort

    @property
    def identity(self) -> str:
        """SHA-256 over all that decides a phantom."""
        return self._identity

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:  # noqa: ARG002 - always the same
        """Give scans as they are, in every epoch."""
        values = self._corpus.values(np.asarray(rows, dtype=np.int64))
        return ScanViews(values, tuple(self._cohort.reports[row] for row in rows))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
