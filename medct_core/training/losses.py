"""Losses that teach a joint model findings, their places and their reports."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_SURE_COVERAGE = 0.15
_HARDEST_PER_SCAN = 64
_TINY = 1e-12


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


def balanced_token_loss(logits: Tensor, coverage: Tensor, place: Tensor, hardness: float) -> Tensor:
    """Every finding counts the same, however small: its positives against its negatives.

    Most tokens lie where the finding never occurs. Telling those apart is quickly learned and
    teaches nothing about the finding, so negatives weigh by how often it occurs at their place.

    Only the hardest negatives at once would be a trap: among untrained tokens the hardest is
    always worse than the mean positive, and making all tokens alike is the quickest way out.

    Parameters
    ----------
    logits, coverage
        ``(batch, tokens, findings)``.
    place
        ``(tokens, findings)``, not negative: weight of a negative token, see `place_weights`.
    hardness
        Share of the negative half given to each scan's hardest tokens, in [0, 1]; the rest is
        the weighted mean over all negatives. Starts at 0 and grows with what was learned.

    Returns
    -------
    Scalar.
    """
    positive, negative = token_targets(coverage)
    found = _mean_where(F.softplus(-logits), positive)
    shown = positive.any(dim=1)
    hit = (found * shown).sum(dim=0) / shown.sum(dim=0).clamp(min=1)
    cost = F.softplus(logits) * negative
    hardest = cost.topk(min(_HARDEST_PER_SCAN, cost.shape[1]), dim=1).values.mean(dim=(0, 1))
    weight = place * negative
    usual = (cost * weight).sum(dim=(0, 1)) / weight.sum(dim=(0, 1)).clamp(min=_TINY)
    wrong = (1 - hardness) * usual + hardness * hardest
    return weighted_to_the_worst(hit + wrong)


def weighted_to_the_worst(costs: Tensor) -> Tensor:
    """Mean of ``(findings,)`` costs, each weighted by itself: what is learned leaves room."""
    weight = costs.detach()
    return (costs * weight).sum() / weight.sum().clamp(min=_TINY)


def place_weights(occurs: Tensor, elsewhere: float) -> Tensor:
    """Weigh tokens by how often each finding occurs around them.

    Parameters
    ----------
    occurs
        ``(findings, t, h, w)``, share of scans in which the finding touches the token.
    elsewhere
        Share of the weight spread evenly over all tokens, in [0, 1].

    Returns
    -------
    ``(tokens, findings)``; each finding's weights add up to 1.
    """
    near = F.avg_pool3d(occurs[:, None], 3, stride=1, padding=1).flatten(1)
    near = near / near.sum(dim=1, keepdim=True).clamp(min=_TINY)
    return ((1 - elsewhere) * near + elsewhere / near.shape[1]).T.contiguous()


def _mean_where(values: Tensor, chosen: Tensor) -> Tensor:
    """Mean over the chosen tokens, ``(batch, findings)``; 0 where none is chosen."""
    return (values * chosen).sum(dim=1) / chosen.sum(dim=1).clamp(min=1)


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
