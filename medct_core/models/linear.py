"""Linear layers by the faster of two libraries: oneDNN where it can, PyTorch's default elsewhere.

PyTorch multiplies float32 matrices on a CPU with MKL, which is slow on processors of other makers;
oneDNN is compiled in as well and is not. It has no gradients, so it serves inference only.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_HAS_ONEDNN = hasattr(torch.ops.mkldnn, "_linear_pointwise")


class Linear(nn.Linear):
    """A linear layer that takes the fast way where no gradient is kept."""

    def forward(self, x: Tensor) -> Tensor:
        """Multiply ``(..., inputs)`` to ``(..., outputs)``."""
        return linear(x, self.weight, self.bias)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply ``(..., inputs)`` by ``(outputs, inputs)`` to ``(..., outputs)``."""
    if not _serves(x, weight):
        return functional.linear(x, weight, bias)
    product: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return product


def _serves(x: Tensor, weight: Tensor) -> bool:
    return (
        _HAS_ONEDNN
        and not torch.is_grad_enabled()
        and x.device.type == weight.device.type == "cpu"
        and x.dtype == weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
    )
