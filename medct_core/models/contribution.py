"""Which tokens a similarity comes from: a map that adds up to it."""

import torch
from torch import Tensor

from medct_core.models.joint import JointModel


def contributions(model: JointModel, tokens: Tensor, directions: Tensor) -> Tensor:
    """Split similarities into what each token adds.

    The head is linear in the tokens, so the similarity of a scan with a direction of the shared
    space is a sum over tokens. What no token decides (an offset of the head) is spread evenly;
    pooling queries share by what they looked at.

    Parameters
    ----------
    model
        The model that encoded the scan.
    tokens
        ``(t, h, w, dim)`` as they reach the head: quantised where there is a quantiser.
    directions
        ``(n, latent)``: a text vector, or the difference of two, for every prompt.

    Returns
    -------
    ``(n, t, h, w)`` float32, signed; the sum over tokens is the dot product of the scan's latent
    (unit length) and the direction.
    """
    tokens, directions = tokens.float(), directions.float()
    shares, latent = _head_shares(model, tokens, directions)
    if model.config.vision.pool_queries:
        pooled_shares, pooled = _pooled_shares(model, tokens, directions)
        shares, latent = shares + pooled_shares, latent + pooled
    unit: Tensor = shares / latent.norm().clamp_min(1e-12)
    return unit


def _head_shares(model: JointModel, tokens: Tensor, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Split what the flattened head adds, ``(n, t, h, w)``, and give its vector, ``(latent,)``."""
    vision = model.config.vision
    t, h, w = vision.grid
    slots = 1 if vision.pool_depth else t
    pull = (directions @ model.to_visual_latent.weight).view(len(directions), slots, h, w, -1)
    offset = pull.new_zeros(len(directions))
    if vision.head_channels is not None:
        narrow = model.to_head_channels
        offset = (pull * narrow.bias).sum(dim=(1, 2, 3, 4))
        pull = pull @ narrow.weight
    # An average over depth hands every slot its part.
    shares = torch.einsum("nthwd,thwd->nthw", pull.expand(-1, t, -1, -1, -1), tokens)
    shares = shares * (slots / t) + offset.view(-1, 1, 1, 1) / (t * h * w)
    return shares, model.to_visual_latent(model.head_input(tokens[None]))[0]


def _pooled_shares(model: JointModel, tokens: Tensor, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Split what the queries add, ``(n, t, h, w)``, and give their vector, ``(latent,)``."""
    pooling = model.query_pooling
    looked_at, value = pooling.look(tokens[None])
    heads, queries, _ = looked_at.shape[1:]
    pull = (directions @ pooling.to_latent.weight).view(len(directions), queries, heads, -1)
    shares = torch.einsum("hqk,hkd,nqhd->nk", looked_at[0], value[0], pull)
    return shares.view(len(directions), *tokens.shape[:3]), pooling(tokens[None])[0][0]


def pooled_contributions(tokens: Tensor, directions: Tensor) -> Tensor:
    """Split similarities where the scan's vector is the mean of its tokens, at unit length.

    Parameters
    ----------
    tokens
        ``(d, h, w, dim)``.
    directions
        ``(n, dim)``.

    Returns
    -------
    ``(n, d, h, w)`` float32, signed; the sum over tokens is the dot product of the scan's vector
    (unit length) and the direction.
    """
    tokens, directions = tokens.float(), directions.float()
    flat = tokens.flatten(0, 2)
    length = flat.mean(dim=0).norm().clamp_min(1e-12)
    shares = torch.einsum("nd,td->nt", directions, flat) / (len(flat) * length)
    split: Tensor = shares.view(len(directions), *tokens.shape[:3])
    return split
