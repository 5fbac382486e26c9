"""Answers: what the model of a run said of the test scans, as the ledger keeps it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import Thresholds
from medct_core.training.reproduce.ledger import Arrays

Readout = Literal["own", "prompts"]
"""How a model answers: as it was trained to, or by comparing scans with prompts."""

Domain = Literal["A", "B"]

READOUTS: tuple[Readout, ...] = ("own", "prompts")
DOMAINS: tuple[Domain, ...] = ("A", "B")

RECALL_AT = 50
"""Of reports, the share whose scan stands among the first so many; by chance 5 % of 1,000 scans."""

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Retrieved:
    """Retrieval on domain B, one row a scan.

    Attributes
    ----------
    report_rank
        ``(n,)``: where the scan stands that the scan's report was looking for, from 1.
    overlap
        ``(n,)`` in [0, 1]: how alike the findings of the ten nearest scans are.
    """

    report_rank: npt.NDArray[np.int64]
    overlap: Double

    @property
    def numbers(self) -> Double:
        """``(2, n)``: whether the scan was among the first `RECALL_AT`, and the overlap."""
        return np.stack([self.report_rank <= RECALL_AT, self.overlap])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one model answered; of phantoms, each a patient of its own.

    Attributes
    ----------
    findings
        Names of the columns.
    truth
        ``(n, findings)`` bool of each domain's test scans.
    logits
        ``(n, findings)`` of each readout and domain, rounded to float16: every number of a run
        follows from what is stored.
    thresholds
        ``(findings,)`` probabilities of each readout, from the validation scans of domain B; NaN
        where these give none.
    retrieved
        On the test scans of domain B.
    """

    findings: tuple[str, ...]
    truth: dict[Domain, npt.NDArray[np.bool_]]
    logits: dict[tuple[Readout, Domain], npt.NDArray[np.float16]]
    thresholds: dict[Readout, Double]
    retrieved: Retrieved

    def predictions(self, readout: Readout, domain: Domain) -> Predictions:
        """Give the answers about one domain's test scans."""
        truth = self.truth[domain]
        probability = probabilities(self.logits[readout, domain])
        return Predictions(self.findings, truth, probability, np.arange(len(truth)))

    @property
    def retrieval_by_chance(self) -> Double:
        """What a model that knows nothing reaches of the means of `Retrieved.numbers`, ``(2,)``."""
        known = self.truth["B"].astype(np.float64)
        both, sizes = known @ known.T, known.sum(axis=1)
        overlaps = both / np.maximum(sizes[:, None] + sizes[None] - both, 1)
        np.fill_diagonal(overlaps, 0.0)
        has_finding = sizes > 0
        others = np.maximum(has_finding.sum() - has_finding, 1)
        overlap = (overlaps[:, has_finding].sum(axis=1) / others).mean()
        return np.array([min(RECALL_AT / len(known), 1.0), overlap])

    def cuts(self, readout: Readout) -> Thresholds:
        """Give where calls begin."""
        values = [None if np.isnan(one) else float(one) for one in self.thresholds[readout]]
        return Thresholds(self.findings, tuple(values))

    def to_arrays(self) -> Arrays:
        """Give all of it as the ledger stores it."""
        truth = {f"truth_{domain}": values for domain, values in self.truth.items()}
        logits = {
            f"logits_{readout}_{domain}": values
            for (readout, domain), values in self.logits.items()
        }
        cuts = {f"thresholds_{readout}": values for readout, values in self.thresholds.items()}
        retrieval = {
            "report_rank": self.retrieved.report_rank.astype(np.int32),
            "overlap": self.retrieved.overlap.astype(np.float32),
        }
        return {"findings": np.array(self.findings), **truth, **logits, **cuts, **retrieval}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "Answers":
        """Read what `to_arrays` gave."""
        return cls(
            findings=tuple(str(name) for name in arrays["findings"]),
            truth={domain: arrays[f"truth_{domain}"] for domain in DOMAINS},
            logits={
                (readout, domain): arrays[f"logits_{readout}_{domain}"]
                for readout in READOUTS
                for domain in DOMAINS
            },
            thresholds={readout: arrays[f"thresholds_{readout}"] for readout in READOUTS},
            retrieved=Retrieved(
                arrays["report_rank"].astype(np.int64), arrays["overlap"].astype(np.float64)
            ),
        )


def rounded(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float16]:
    """Round logits as they are stored; what is beyond float16 is certain anyway."""
    limit = float(np.finfo(np.float16).max)
    return np.asarray(np.clip(logits, -limit, limit), np.float16)


def probabilities(logits: npt.NDArray[np.float16]) -> Double:
    """Turn stored logits into probabilities, small ones kept apart."""
    return np.asarray(expit(logits.astype(np.float64)), np.float64)
