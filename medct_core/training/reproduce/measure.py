"""Measuring a model of the experiment: both readouts, both domains, retrieval, all from vectors.

Every scan is encoded once. Whatever a model says of it follows from that one vector.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from medct_core.cancel import CancelToken
from medct_core.evaluation.multilabel.overall import overall
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import choose_thresholds
from medct_core.evaluation.multilabel.weighted import as_they_are
from medct_core.models.bundle import LoadedModel
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.wordings import TextSide
from medct_core.training.cohort import Cohort, ScanViewer
from medct_core.training.reproduce.answers import (
    DOMAINS,
    READOUTS,
    RECALL_AT,
    Answers,
    Domain,
    Readout,
    Retrieved,
    probabilities,
    rounded,
)

Vectors = npt.NDArray[np.float32]
Scorer = Callable[[Vectors], npt.NDArray[np.floating]]
"""From the vectors of scans, ``(n, d)``, to logits, ``(n, findings)``."""

_SCANS_AT_ONCE = 8
_TEXTS_AT_ONCE = 32
_RECALLS = (1, 5, 10, RECALL_AT)
_NEAREST = 10

ASKING = AdaptConfig(prompts="pair")
"""How prompts ask and how long a report may be, of every run alike."""


@dataclass(frozen=True, slots=True)
class HeldOutScans:
    """Scans that no run learns from.

    Attributes
    ----------
    validation_b
        Thresholds are chosen on these.
    test_b, test_a
        Of the new domain, and of the one the bases learned from.
    """

    validation_b: ScanViewer
    test_b: ScanViewer
    test_a: ScanViewer


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Scans as a model sees them.

    Attributes
    ----------
    vectors
        ``(n, d)`` unit vectors.
    cohort
        What is known of them.
    """

    vectors: Vectors
    cohort: Cohort


Encode = Callable[[LoadedModel, ScanViewer, CancelToken], Encoded]


def encode_scans(model: LoadedModel, viewer: ScanViewer, cancel: CancelToken) -> Encoded:
    """Encode all scans of a viewer, as the first epoch shows them.

    Raises
    ------
    Cancelled
        If `cancel` was raised meanwhile.
    """
    count, found = len(viewer.cohort), []
    for start in range(0, count, _SCANS_AT_ONCE):
        rows = range(start, min(start + _SCANS_AT_ONCE, count))
        found.append(encode_values(model, viewer.views(rows, 0).values, cancel))
    return Encoded(np.concatenate(found), viewer.cohort)


@torch.no_grad()
def encode_values(model: LoadedModel, values: Vectors, cancel: CancelToken) -> Vectors:
    """Encode prepared scans, ``(n, 1, d, h, w)``, to unit vectors, ``(n, d)``.

    Raises
    ------
    Cancelled
        If `cancel` was raised meanwhile.
    """
    device = model.network.temperature.device
    given = torch.from_numpy(values).to(device)
    latent = model.network.encode_volume(given, cancel=cancel).latent
    return np.asarray(latent.float().cpu().numpy(), np.float32)


def prompt_directions(model: LoadedModel, findings: tuple[str, ...]) -> Vectors:
    """Give what a scan's vector is multiplied with to score findings by prompts.

    Returns
    -------
    ``(findings, d)``: the vector of the present wording less that of the absent one, times the
    model's scale.
    """
    given = model.manifest.scoring.logit_scale
    scale = float(model.network.logit_scale) if given is None else given
    with torch.no_grad():
        return scale * _array(TextSide(model, findings, ASKING).directions())


def prompt_scorer(model: LoadedModel, findings: tuple[str, ...]) -> Scorer:
    """Score by prompts, as a model is used without any head."""
    toward = prompt_directions(model, findings)
    return lambda vectors: vectors @ toward.T


def head_scorer(head: torch.nn.Linear) -> Scorer:
    """Score by a linear head."""
    weight, bias = _array(head.weight), _array(head.bias)
    return lambda vectors: vectors @ weight.T + bias


def measure(
    model: LoadedModel,
    own: Scorer | None,
    scans: HeldOutScans,
    cancel: CancelToken,
    encode: Encode = encode_scans,
) -> Answers:
    """Ask a model about all test scans.

    Parameters
    ----------
    model
        In evaluation mode.
    own
        How it was trained to answer; None where by prompts.
    scans
        What it is asked about.
    cancel
        Checked between layers.
    encode
        How scans become vectors.

    Raises
    ------
    Cancelled
        If `cancel` was raised meanwhile.
    """
    validation, test_b, test_a = (
        encode(model, viewer, cancel) for viewer in (scans.validation_b, scans.test_b, scans.test_a)
    )
    findings = test_b.cohort.findings
    prompts = prompt_scorer(model, findings)
    scorers = {"own": own or prompts, "prompts": prompts}
    encoded = {"A": test_a, "B": test_b}
    return Answers(
        findings=findings,
        truth={domain: encoded[domain].cohort.labels for domain in DOMAINS},
        logits={
            (readout, domain): rounded(scorers[readout](encoded[domain].vectors))
            for readout in READOUTS
            for domain in DOMAINS
        },
        thresholds={readout: _cuts(scorers[readout], validation) for readout in READOUTS},
        retrieved=_retrieved(model, test_b, cancel),
    )


def summary(answers: Answers) -> dict[str, Any]:
    """Give what is said of a run in a few numbers, plain values for a JSON file."""
    on_b = {
        readout: overall(answers.predictions(readout, "B"), answers.cuts(readout)).to_json()
        for readout in READOUTS
    }
    auroc = {
        readout: {domain: _aurocs(answers, readout, domain) for domain in DOMAINS}
        for readout in READOUTS
    }
    ranks = answers.retrieved.report_rank
    return {
        "overall_b": on_b,
        "auroc": auroc,
        "thresholds": {
            readout: dict(zip(answers.findings, answers.cuts(readout).values, strict=True))
            for readout in READOUTS
        },
        "retrieval_b": {
            "report_to_volume_recall": {str(k): float((ranks <= k).mean()) for k in _RECALLS},
            "report_to_volume_mrr": float((1 / ranks).mean()),
            f"volume_to_volume_label_overlap_at_{_NEAREST}": float(
                answers.retrieved.overlap.mean()
            ),
        },
        "prevalence_b": dict(
            zip(answers.findings, answers.truth["B"].mean(axis=0).tolist(), strict=True)
        ),
    }


def _aurocs(answers: Answers, readout: Readout, domain: Domain) -> Mapping[str, float | None]:
    values = as_they_are(answers.predictions(readout, domain), answers.cuts(readout))
    named = zip(answers.findings, values.auroc[:, 0], strict=True)
    mean = values.overall["mean_auroc"][0]
    return {
        "mean": None if np.isnan(mean) else float(mean),
        **{name: None if np.isnan(one) else float(one) for name, one in named},
    }


def _cuts(scorer: Scorer, validation: Encoded) -> npt.NDArray[np.float64]:
    cohort = validation.cohort
    probability = probabilities(rounded(scorer(validation.vectors)))
    told = Predictions(cohort.findings, cohort.labels, probability, cohort.patients)
    values = choose_thresholds(told).values
    return np.array([np.nan if one is None else one for one in values], np.float64)


def _retrieved(model: LoadedModel, encoded: Encoded, cancel: CancelToken) -> Retrieved:
    cohort = encoded.cohort
    reports = _read_reports(model, cohort, cancel)
    _, number = np.unique(np.array(cohort.reports), return_inverse=True)
    return Retrieved(
        report_ranks(reports @ encoded.vectors.T, number[:, None] == number[None]),
        nearest_overlap(encoded.vectors, cohort.labels, _NEAREST),
    )


def _read_reports(model: LoadedModel, cohort: Cohort, cancel: CancelToken) -> Vectors:
    side, found = TextSide(model, cohort.findings, ASKING), []
    for start in range(0, len(cohort), _TEXTS_AT_ONCE):
        cancel.raise_if_cancelled()
        with torch.no_grad():
            found.append(_array(side.reports(cohort.reports[start : start + _TEXTS_AT_ONCE])))
    return np.concatenate(found)


def report_ranks(cosines: Vectors, correct: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Say where the first right scan stands for each report, from 1; among equals wrong ones first.

    Parameters
    ----------
    cosines
        ``(reports, scans)``.
    correct
        Same shape, at least one right scan a report.
    """
    best = np.where(correct, cosines, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(1 + ((cosines >= best) & ~correct).sum(axis=1), np.int64)


def nearest_overlap(
    vectors: Vectors, labels: npt.NDArray[np.bool_], count: int
) -> npt.NDArray[np.float64]:
    """Say how alike the findings of the nearest other scans with a finding are, ``(n,)``.

    The overlap of two scans is the number of findings in both by the number in either, as in
    `evaluation.retrieval_overlap`; among equally near ones the least alike come first.

    Parameters
    ----------
    vectors
        ``(n, d)`` unit vectors.
    labels
        ``(n, findings)``.
    count
        How many are looked at.
    """
    known = labels.astype(np.float64)
    both, sizes = known @ known.T, known.sum(axis=1)
    overlaps = both / np.maximum(sizes[:, None] + sizes[None] - both, 1)
    far = -(vectors @ vectors.T).astype(np.float64)
    far[:, sizes == 0] = np.inf
    np.fill_diagonal(far, np.inf)
    order = np.lexsort((overlaps, far), axis=1)[:, :count]
    return np.asarray(np.take_along_axis(overlaps, order, axis=1).mean(axis=1), np.float64)


def _array(tensor: torch.Tensor) -> Vectors:
    return np.asarray(tensor.detach().float().cpu().numpy(), np.float32)
