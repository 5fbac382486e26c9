"""Which findings a phantom gets: as often as in practice, or each as likely as the next."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from scipy.special import ndtri

from medct_core.phantom.prevalence import CORRELATION, PREVALENCE
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.streams import stream
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS

_BALANCED, _UNLABELLED, _LEAST_RAISED = 0.3, 0.15, 0.2


class Draw(Enum):
    """How findings are drawn."""

    NATURAL = "natural"
    """Prevalence and co-occurrence of CT-RATE."""
    RAISED = "raised"
    """As natural, but no finding rarer than one in five: for training."""
    BALANCED = "balanced"
    """Each finding on its own with a chance of 0.3."""


@dataclass(frozen=True, slots=True)
class PhantomSpec:
    """What one phantom shows.

    Attributes
    ----------
    seed
        Of the patient, the scan, and everything drawn.
    domain
        The scanner: ``a``, ``b`` or ``far``.
    severities
        Finding to severity, in any order.
    sides
        Finding to side, where one is wanted.
    """

    seed: int
    domain: str
    severities: tuple[tuple[str, str], ...]
    sides: tuple[tuple[str, str], ...] = ()

    @property
    def findings(self) -> tuple[str, ...]:
        """Names of what is drawn."""
        return tuple(name for name, _ in self.severities)


@dataclass(frozen=True, slots=True)
class SeverityShares:
    """How often a finding is mild, moderate and severe; relative, they need not sum to 1.

    Raises
    ------
    ValueError
        If a share is negative or all are 0.
    """

    mild: float
    moderate: float
    severe: float

    def __post_init__(self) -> None:
        if min(self.mild, self.moderate, self.severe) < 0 or not sum(self.cumulative):
            raise ValueError("Shares of severities are not negative, and one is above 0.")

    @property
    def cumulative(self) -> tuple[float, float, float]:
        """Running sums."""
        return self.mild, self.mild + self.moderate, self.mild + self.moderate + self.severe


TRAINING_SEVERITIES = SeverityShares(mild=0.2, moderate=0.35, severe=0.45)
"""For training: what is plain to see comes more often than what is borderline."""


def sample_spec(
    seed: int, draw: Draw, domain: str, severities: SeverityShares | None = None
) -> PhantomSpec:
    """Draw the findings of one phantom; the anatomy depends on the seed alone.

    Parameters
    ----------
    seed
        Of the patient.
    draw
        Which findings there are.
    domain
        The scanner: ``a``, ``b`` or ``far``.
    severities
        How often each severity comes; None for all alike, as evaluation wants it. Which findings
        there are does not depend on it.
    """
    rng = stream(seed, f"findings {draw.value}")
    present = _balanced(rng) if draw is Draw.BALANCED else _copula(rng, draw)
    names = [name for name, there in zip(FINDINGS, present, strict=True) if there]
    names += [name for name in UNLABELLED_FINDINGS if rng.random() < _UNLABELLED]
    return PhantomSpec(
        seed, domain, tuple((name, severity_of(seed, name, severities)) for name in names)
    )


def severity_of(seed: int, finding: str, severities: SeverityShares | None = None) -> str:
    """Severity a finding has in a phantom, whichever way it came to be drawn.

    All severities are alike where `severities` is None.
    """
    rng = stream(seed, f"severity of {finding}")
    if severities is None:
        return SEVERITIES[int(rng.integers(len(SEVERITIES)))]
    limits = severities.cumulative
    return SEVERITIES[int(np.searchsorted(limits, rng.random() * limits[-1], side="right"))]


def twin_of(spec: PhantomSpec, finding: str) -> PhantomSpec:
    """Specify the same phantom with one finding removed, or added where it was missing."""
    kept = tuple(pair for pair in spec.severities if pair[0] != finding)
    if len(kept) == len(spec.severities):
        kept = (*kept, (finding, severity_of(spec.seed, finding)))
    return replace(spec, severities=kept)


def _balanced(rng: np.random.Generator) -> np.ndarray:
    return rng.random(len(FINDINGS)) < _BALANCED


def _copula(rng: np.random.Generator, draw: Draw) -> np.ndarray:
    """Correlated normal numbers, each below the threshold of its finding's prevalence."""
    share = np.array([PREVALENCE[name] for name in FINDINGS])
    if draw is Draw.RAISED:
        share = np.maximum(share, _LEAST_RAISED)
    root = np.linalg.cholesky(np.array(CORRELATION))
    present: np.ndarray = root @ rng.standard_normal(len(FINDINGS)) < ndtri(share)
    return present
