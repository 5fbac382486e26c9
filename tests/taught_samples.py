"""Taught findings and labelled cases that need no scan, no model and no learning."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.labelled_cases import LabelledCases
from medct_core.retrieval.taught_finding import Estimate, Labelled, Probe, TaughtFinding, Trust
from tests import library_samples
from tests.library_samples import STAMP

TRUST = Trust(
    auroc=Estimate(0.9, 0.8, 0.95),
    parts=4,
    acquisition=Estimate(0.55, 0.4, 0.7),
    shuffled=Estimate(0.5, 0.3, 0.7),
    shuffles=20,
)


def probe(*numbers: int, stamp: ModelStamp = STAMP) -> Probe:
    """Make what was learned from the cases of some numbers, the first half having the finding."""
    cases = sorted((library_samples.case(n, stamp=stamp).case_id, n) for n in numbers)
    first = set(numbers[: len(numbers) // 2])
    return Probe(
        mean=library_samples.unit_vector(90) * np.float32(0.5),
        direction=library_samples.unit_vector(91),
        case_ids=tuple(case_id for case_id, _ in cases),
        has_it=np.array([n in first for _, n in cases], dtype=np.bool_),
        held_out=np.array([n / 100 for _, n in cases], dtype=np.float32),
    )


def taught(
    name: str = "Swan sign", *numbers: int, stamp: ModelStamp = STAMP, trust: Trust = TRUST
) -> TaughtFinding:
    """Make a finding taught with the cases of some numbers."""
    return TaughtFinding(
        name=name,
        stamp=stamp,
        labelled=Labelled(2, 2, 2, 2, 1, 3),
        trust=trust,
        taught_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        by="Dr A",
        probe=probe(*(numbers or (1, 2, 3, 4)), stamp=stamp),
    )


def labelled(
    count: int = 40,
    *,
    signal: float = 0.0,
    size: int = 16,
    seed: int = 0,
    share: float = 0.5,
) -> LabelledCases:
    """Draw cases of different patients; `signal` moves those with the finding along one axis."""
    rng = np.random.default_rng(seed)
    has_it = np.arange(count) < round(share * count)
    vectors = rng.standard_normal((count, size))
    vectors[:, 0] += signal * has_it
    vectors[:, 1] += 5.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return LabelledCases(
        finding="Swan sign",
        stamp=STAMP,
        case_ids=tuple(f"{n:032x}" for n in range(count)),
        vectors=vectors.astype(np.float32),
        has_it=has_it,
        is_verified=np.zeros(count, dtype=np.bool_),
        patients=np.arange(count),
        knows_patient=np.ones(count, dtype=np.bool_),
        acquisition=(("", "ACME One", "B30f", "1.0", ""),) * count,
    )


def made_by(cases: LabelledCases, scanners: list[str], sites: list[str]) -> LabelledCases:
    """Give cases other scanners and sites."""
    made = tuple(
        (site, scanner, "B30f", "1.0", "") for site, scanner in zip(sites, scanners, strict=True)
    )
    return replace(cases, acquisition=made)
