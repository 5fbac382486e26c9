"""The position convolution where gradients are kept, in a form whose backward pass is quick.

PyTorch's own backward pass of a depthwise 3-D convolution takes a hundred times its forward pass on
a processor. Its two halves are cheap when written out: the gradient of the input is the forward
pass with mirrored weights, and that of a weight is one product of the input, shifted, with the
gradient of the output.
"""

from itertools import product

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import BackwardCFunction, FunctionCtx
from torch.nn import functional

_SIZE = 3


def causal_depthwise(grid: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Convolve every channel by itself; along depth a token sees itself and the two before it.

    Parameters
    ----------
    grid
        ``(b, t, h, w, c)``.
    weight
        ``(c, 1, 3, 3, 3)``.
    bias
        ``(c,)``.

    Returns
    -------
    ``(b, t, h, w, c)``.
    """
    convolved: Tensor = _CausalDepthwise.apply(  # type: ignore[no-untyped-call]
        grid, weight.to(grid.dtype)
    )
    return convolved + bias.to(grid.dtype)


class _CausalDepthwise(Function):
    @staticmethod
    def forward(ctx: FunctionCtx, grid: Tensor, weight: Tensor) -> Tensor:
        # The grid is as large as all tokens; only weights that learn need it again.
        kept = (grid,) if weight.requires_grad else ()
        ctx.save_for_backward(weight, *kept)
        return _correlate(_padded(grid, before=True), weight)

    @staticmethod
    def backward(ctx: BackwardCFunction, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        kept: tuple[Tensor, ...] = ctx.saved_tensors
        weight, *grids = kept
        gradient = gradients[0].contiguous()
        to_grid = to_weight = None
        if ctx.needs_input_grad[0]:
            # Autocast may have convolved in less than the precision of the tokens.
            mirrored = weight.flip(2, 3, 4).to(gradient.dtype)
            to_grid = _correlate(_padded(gradient, before=False), mirrored)
        if grids:
            to_weight = _weight_gradient(_padded(grids[0], before=True), gradient)
        return to_grid, to_weight


def _padded(grid: Tensor, *, before: bool) -> Tensor:
    """Zeros round the rows and columns of ``(b, t, h, w, c)``, two slots before or after depth."""
    depth = (2, 0) if before else (0, 2)
    return functional.pad(grid, (0, 0, 1, 1, 1, 1, *depth))


def _correlate(padded: Tensor, weight: Tensor) -> Tensor:
    return torch.conv3d(padded.movedim(-1, 1), weight, groups=len(weight)).movedim(1, -1)


def _weight_gradient(padded: Tensor, gradient: Tensor) -> Tensor:
    t, h, w, channels = gradient.shape[1:]
    parts = [
        (padded[:, k : k + t, i : i + h, j : j + w] * gradient).sum((0, 1, 2, 3))
        for k, i, j in product(range(_SIZE), repeat=3)
    ]
    return torch.stack(parts, dim=1).view(channels, 1, _SIZE, _SIZE, _SIZE)
