"""Losses that teach a joint model findings, their places and their reports."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_SURE_COVERAGE = 0.15
_HARDEST_PER_SCAN = 16


def strongest_mean(token_similarity: Tensor, count: int) -> Tensor:
    """Mean of the `count` largest values over tokens.

    Parameters
    ----------
    token_similarity
        ``(batch, tokens, findings)``.

    Returns
    -------
    ``(batch, findings)``.
    """
    return token_similarity.topk(count, dim=1).values.mean(dim=1)


def token_targets(coverage: Tensor) -> tuple[Tensor, Tensor]:
    """Which tokens surely show a finding, and which surely do not.

    A token counts as positive from a coverage of 0.15, or, for a lesion too small to fill any
    token so far, from half of what its fullest token holds. Tokens touched less are neither.

    Parameters
    ----------
    coverage
        ``(batch, tokens, findings)`` share of each token the finding fills, in [0, 1].

    Returns
    -------
    Two bool tensors of the same shape: positive, negative.
    """
    fullest = coverage.amax(dim=1, keepdim=True)
    positive = (coverage > 0) & (coverage >= (0.5 * fullest).clamp(max=_SURE_COVERAGE))
    return positive, coverage == 0


def balanced_token_loss(logits: Tensor, coverage: Tensor) -> Tensor:
    """Every finding counts the same, however small: positives plus the hardest negatives.

    Parameters
    ----------
    logits, coverage
        ``(batch, tokens, findings)``.

    Returns
    -------
    Scalar.
    """
    positive, negative = token_targets(coverage)
    per_scan_count = positive.sum(dim=1)
    found = (F.softplus(-logits) * positive).sum(dim=1) / per_scan_count.clamp(min=1)
    shown = per_scan_count > 0
    hit = (found * shown).sum(dim=0) / shown.sum(dim=0).clamp(min=1)
    wrong = (F.softplus(logits) * negative).topk(_HARDEST_PER_SCAN, dim=1).values
    return (hit + wrong.mean(dim=(0, 1))).mean()


def report_loss(image: Tensor, report: Tensor, scale: Tensor) -> Tensor:
    """Symmetric InfoNCE between scans and their reports.

    Scans of the same body with other findings are neighbours in the batch: hard negatives.

    Parameters
    ----------
    image, report
        ``(batch, d)`` unit vectors, row by row of one scan.
    scale
        Scalar factor on the cosines.

    References
    ----------
    Radford et al., 2021, section 2.3.
    """
    logits = scale * image @ report.T
    target = torch.arange(len(image), device=image.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
