"""The transformer of both stages: position convolution, cosine attention, gated feed-forward."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from medct_core.cancel import CancelToken
from medct_core.models.config import VisionConfig
from medct_core.models.depthwise import causal_depthwise
from medct_core.models.linear import Linear

# Fixed by the released code: queries and keys have unit length, so the logits need a spread.
_LOGIT_SCALE = 8.0
# Rows handled at once where no gradient, or only what is needed to work it out again, is kept:
# bounds memory, and keeps a chunk in the cache.
_CHUNK_TOKENS = 1152


class GainNorm(nn.Module):
    """Layer normalisation with a learned gain and a fixed offset of zero."""

    beta: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim))
        self.register_buffer("beta", torch.zeros(dim))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last axis of `x`, ``(..., dim)``."""
        return functional.layer_norm(x, x.shape[-1:], self.gamma, self.beta)


class PositionConvolution(nn.Module):
    """Depthwise 3x3x3 convolution over the token grid: how a token knows where it is."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dsconv = nn.Conv3d(dim, dim, 3, padding=(2, 1, 1), groups=dim)

    def forward(self, grid: Tensor) -> Tensor:
        """Convolve `grid`, ``(b, t, h, w, dim)``; the first axis sees only what is before it."""
        if grid.is_cpu and torch.is_grad_enabled() and self.dsconv.bias is not None:
            return causal_depthwise(grid, self.dsconv.weight, self.dsconv.bias)
        # Padding both ends and dropping the surplus saves a padded copy of the whole grid.
        convolved: Tensor = self.dsconv(grid.movedim(-1, 1))
        return convolved[:, :, : grid.shape[1]].movedim(1, -1)


class Attention(nn.Module):
    """Attention by cosine similarity.

    Queries come from the normalised tokens, keys and values from the tokens as they are.

    Attributes
    ----------
    recompute
        Whether who looks at whom is worked out again for the backward pass instead of kept.
    """

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        inner = config.heads * config.dim_head
        self.heads = config.heads
        self.null_kv = nn.Parameter(torch.randn(config.heads, 2 * config.null_kv, config.dim_head))
        self.norm = GainNorm(config.dim)
        self.to_q = Linear(config.dim, inner, bias=False)
        self.to_kv = Linear(config.dim, 2 * inner, bias=False)
        self.q_scale = nn.Parameter(torch.ones(config.dim_head))
        self.k_scale = nn.Parameter(torch.ones(config.dim_head))
        self.to_out = Linear(inner, config.dim, bias=False)
        self.recompute = False

    def forward(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """Let the tokens of each sequence look at each other.

        Parameters
        ----------
        x
            ``(sequences, n, dim)``.
        bias
            ``(heads, n, n)``, added to the logits.

        Returns
        -------
        ``(sequences, n, dim)``.
        """
        key, value = self.to_kv(x).chunk(2, dim=-1)
        query = functional.normalize(self._split(self.to_q(self.norm(x))), dim=-1) * self.q_scale
        key, value = self.with_null(self._split(key), self._split(value))
        key = functional.normalize(key, dim=-1) * self.k_scale
        attend = _attend_recomputed if self.recompute else _attend
        seen = attend(query, key, value, self._mask(bias, query))
        mixed: Tensor = self.to_out(seen.transpose(1, 2).flatten(2))
        return mixed

    def with_null(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Put the learned keys and values first; without any, both stay the same tensors."""
        if self.null_kv.shape[1] == 0:
            return key, value
        null = self.null_kv.to(key.dtype).expand(key.shape[0], -1, -1, -1)
        return torch.cat((null[:, :, 0::2], key), 2), torch.cat((null[:, :, 1::2], value), 2)

    def _split(self, x: Tensor) -> Tensor:
        """``(s, n, heads * d)`` to ``(s, heads, n, d)``."""
        return torch.unflatten(x, -1, (self.heads, -1)).transpose(1, 2)

    def _mask(self, bias: Tensor | None, query: Tensor) -> Tensor | None:
        if bias is None:
            return None
        if self.null_kv.shape[1]:
            bias = functional.pad(bias, (self.null_kv.shape[1] // 2, 0))
        return bias.to(query.dtype).expand(query.shape[0], -1, -1, -1)


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Mix values ``(s, heads, n, d)``; `mask` ``(s, heads, n, m)`` is added to the logits."""
    if query.is_cpu and torch.is_grad_enabled():
        return _attend_step_by_step(query, key, value, mask)
    return functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, scale=_LOGIT_SCALE
    )


def _attend_step_by_step(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Do the same where the fused kernel's backward pass is up to ten times slower.

    Autocast would take the softmax to full precision and the logits there and back.
    """
    with torch.autocast("cpu", enabled=False):
        query, key = (query * _LOGIT_SCALE).to(value.dtype), key.to(value.dtype)
        logits = query @ key.transpose(-1, -2)
        if mask is not None:
            logits += mask.to(value.dtype)
        return logits.softmax(dim=-1) @ value


def _attend_recomputed(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Do the same a few sequences at a time, and keep nothing else for the backward pass."""
    if not (query.is_cpu and torch.is_grad_enabled()):
        return _attend(query, key, value, mask)
    count = max(1, _CHUNK_TOKENS // query.shape[2])
    parts = [torch.split(each, count) for each in (query, key, value)]
    masks = torch.split(mask, count) if mask is not None else [None] * len(parts[0])
    return torch.cat(
        [_again(_attend_step_by_step, *part) for part in zip(*parts, masks, strict=True)]
    )


def _again(function: Callable[..., Tensor], *inputs: Tensor | None) -> Tensor:
    """Call a function and keep its inputs only; dropout is drawn alike the second time."""
    result: Tensor = checkpoint(function, *inputs, use_reentrant=False)
    return result


class FeedForward(nn.ModuleDict):
    """Two linear layers with a gate between them: the second half decides about the first.

    The keys are the released names.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__(
            {
                "0": nn.LayerNorm(dim),
                "1": Linear(dim, 2 * hidden, bias=False),
                "4": Linear(hidden, dim, bias=False),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform each token of `x`, ``(..., dim)``."""
        value, gate = self["1"](self["0"](x)).chunk(2, dim=-1)
        changed: Tensor = self["4"](value * functional.gelu(gate))
        return changed


class Block(nn.ModuleDict):
    """One layer; the keys are the released names.

    Attributes
    ----------
    recompute
        Whether what happens inside is worked out again for the backward pass instead of kept.
    """

    def __init__(self, config: VisionConfig) -> None:
        super().__init__(
            {
                "0": PositionConvolution(config.dim),
                "1": Attention(config),
                "3": FeedForward(config.dim, config.hidden),
            }
        )
        self.recompute = False

    def convolve(self, grid: Tensor) -> Tensor:
        """Add the position convolution to ``(b, t, h, w, dim)``; the result is a new tensor."""
        added: Tensor = grid + self["0"](grid)
        return added

    def attend(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """Add attention and feed-forward to ``(sequences, n, dim)``.

        Where no gradient is kept `x` is written to, a few sequences at a time.
        """
        if torch.is_grad_enabled():
            if self.recompute:
                return self._attend_recomputed(x, bias)
            x = x + self["1"](x, bias)
            changed: Tensor = x + self["3"](x)
            return changed
        for chunk in torch.split(x, max(1, _CHUNK_TOKENS // x.shape[1])):
            chunk.add_(self["1"](chunk, bias))
            chunk.add_(self["3"](chunk))
        return x

    def _attend_recomputed(self, x: Tensor, bias: Tensor | None) -> Tensor:
        x = x + _again(self["1"], x, bias)
        # A graphics processor likes large pieces.
        count = max(1, _CHUNK_TOKENS // x.shape[1]) if x.is_cpu else len(x)
        return x + torch.cat([_again(self["3"], chunk) for chunk in torch.split(x, count)])


class Transformer(nn.Module):
    """The layers of one stage and the normalisation after the last."""

    def __init__(self, config: VisionConfig, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Block(config) for _ in range(depth))
        self.norm_out = GainNorm(config.dim)

    def within_slots(self, grid: Tensor, bias: Tensor, cancel: CancelToken) -> Tensor:
        """Let tokens of the same depth slot look at each other.

        Parameters
        ----------
        grid
            ``(b, t, h, w, dim)``.
        bias
            ``(heads, h * w, h * w)``.
        cancel
            Checked before every layer.
        """
        shape = grid.shape
        for layer in self.layers:
            assert isinstance(layer, Block)
            cancel.raise_if_cancelled()
            grid = layer.convolve(grid)
            grid = layer.attend(grid.reshape(-1, shape[2] * shape[3], shape[4]), bias).view(shape)
        normed: Tensor = self.norm_out(grid)
        return normed

    def recompute(self) -> None:
        """From now on keep for a backward pass only what lies between the parts of each layer."""
        for part in self.layers.modules():
            if isinstance(part, (Attention, Block)):
                part.recompute = True

    def along_depth_scrambled(self, grid: Tensor, cancel: CancelToken) -> Tensor:
        """Let tokens of the same column look at each other, as the released weights expect it.

        The released code convolves over a memory layout it takes for another: columns stand
        first, yet the values are read as if depth did. Its weights were trained that way.

        Parameters
        ----------
        grid
            ``(b, t, h, w, dim)``.
        cancel
            Checked before every layer.
        """
        b, t, h, w, dim = grid.shape
        columns = grid.permute(0, 2, 3, 1, 4).reshape(b * h * w, t, dim)
        for layer in self.layers:
            assert isinstance(layer, Block)
            cancel.raise_if_cancelled()
            convolved = layer.convolve(columns.reshape(b, t, h, w, dim))
            columns = layer.attend(convolved.reshape(b * h * w, t, dim), None)
        normed: Tensor = self.norm_out(columns)
        return normed.view(b, h, w, t, dim).permute(0, 3, 1, 2, 4)

    def along_depth(self, grid: Tensor, cancel: CancelToken) -> Tensor:
        """Let tokens of the same column look at each other, convolving over the true grid.

        Parameters
        ----------
        grid
            ``(b, t, h, w, dim)``.
        cancel
            Checked before every layer.
        """
        b, t, h, w, dim = grid.shape
        for layer in self.layers:
            assert isinstance(layer, Block)
            cancel.raise_if_cancelled()
            columns = layer.convolve(grid).permute(0, 2, 3, 1, 4).reshape(b * h * w, t, dim)
            attended = layer.attend(columns, None).view(b, h, w, t, dim)
            grid = attended.permute(0, 3, 1, 2, 4)
        normed: Tensor = self.norm_out(grid)
        return normed
