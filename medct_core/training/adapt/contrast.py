"""Contrast between scans and reports, where look-alikes are never told apart.

Two scans of one patient, or two with the same report, are no negatives of each other: to push
them apart would teach the model that a report does not fit a scan it describes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Scans and reports of a batch, and which of them are compared.

    Attributes
    ----------
    images, texts
        ``(n, d)`` unit vectors of this process, row by row of one scan.
    all_images, all_texts
        ``(m, d)``, those of all processes.
    first
        Row of the first of this process among all.
    rivals
        ``(n, m)`` bool: which rows of all are negatives of a row of this process.
    counts
        ``(n,)`` bool: which rows of this process have a report and count.
    total
        How many rows count in the whole step, at least 1.
    """

    images: Tensor
    texts: Tensor
    all_images: Tensor
    all_texts: Tensor
    first: int
    rivals: Tensor
    counts: Tensor
    total: int


def rivals(groups: npt.NDArray[np.int64], counts: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Say which rows are negatives of which.

    Parameters
    ----------
    groups
        ``(m, k)``: numbers of patient and report; rows that share one in any column are related.
    counts
        ``(m,)``: which rows take part.

    Returns
    -------
    ``(m, m)`` bool, symmetric, False on the diagonal.
    """
    related = (groups[:, None] == groups[None]).any(axis=2)
    taking_part: npt.NDArray[np.bool_] = ~related & counts[:, None] & counts[None]
    return taking_part


def report_numbers(reports: Sequence[str]) -> npt.NDArray[np.int64]:
    """Give every report a number that only equal texts share, in every process the same.

    Case and spacing do not matter.
    """
    plain = (" ".join(report.split()).casefold() for report in reports)
    digests = (hashlib.sha256(text.encode()).digest() for text in plain)
    return np.array([int.from_bytes(digest[:7], "big") for digest in digests], np.int64)


def infonce(pairs: Pairs, scale: Tensor) -> Tensor:
    """Symmetric InfoNCE, as this process's share of the mean over the step.

    Parameters
    ----------
    pairs
        What is compared.
    scale
        Scalar factor on the cosines.

    References
    ----------
    Radford et al., 2021, section 2.3.
    """
    own = torch.arange(len(pairs.images), device=scale.device)
    kept = pairs.rivals.clone()
    kept[own, own + pairs.first] = True
    costs = [
        F.cross_entropy(
            (scale * ours @ theirs.T).masked_fill(~kept, -torch.inf),
            own + pairs.first,
            reduction="none",
        )
        for ours, theirs in ((pairs.images, pairs.all_texts), (pairs.texts, pairs.all_images))
    ]
    cost = torch.stack(costs).mean(dim=0)
    return torch.where(pairs.counts, cost, 0.0).sum() / pairs.total


def siglip(pairs: Pairs, scale: Tensor, bias: Tensor) -> Tensor:
    """Sigmoid loss over all pairs, as this process's share of the mean over the step.

    Parameters
    ----------
    pairs
        What is compared.
    scale, bias
        Scalar factor on the cosines, and what is added to them.

    References
    ----------
    Zhai et al., "Sigmoid Loss for Language Image Pre-Training", 2023, algorithm 1.
    """
    logits = scale * pairs.images @ pairs.all_texts.T + bias
    own = torch.arange(len(pairs.images), device=scale.device)
    matched = F.softplus(-logits[own, own + pairs.first])
    unmatched = (F.softplus(logits) * pairs.rivals).sum(dim=1)
    return ((matched + unmatched) * pairs.counts).sum() / pairs.total
