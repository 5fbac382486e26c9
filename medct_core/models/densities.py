"""How much of each place lies at each density: a histogram that varies smoothly."""

import torch
from torch import Tensor, nn
from torch.nn import functional

# Shares are small numbers; the convolutions beside them give numbers around one.
_GAIN = 4.0


class Densities(nn.Module):
    """Counts the voxels of each block by value; there is nothing to learn.

    Emphysema, ground glass and calcium are told from what is around them by how many voxels lie
    between two thresholds. Counting them needs no training; convolutions take thousands of scans
    to come to it.
    """

    def __init__(self, levels: tuple[float, ...], block: tuple[int, int, int]) -> None:
        super().__init__()
        self._levels = levels
        self._block = block

    @torch.no_grad()
    def forward(self, volume: Tensor) -> Tensor:
        """Share of every block at each level.

        A value between two levels counts for both, for the nearer one more; one beyond the
        lowest or highest counts for that.

        Parameters
        ----------
        volume
            ``(b, 1, d, h, w)``.

        Returns
        -------
        ``(b, levels, d / block, h / block, w / block)`` in [0, 4]; the levels add up to 4.
        """
        above = [
            functional.avg_pool3d(
                ((volume - low) / (high - low)).clamp_(0, 1), self._block, self._block
            )
            for low, high in zip(self._levels[:-1], self._levels[1:], strict=True)
        ]
        steps = torch.cat([torch.ones_like(above[0]), *above, torch.zeros_like(above[0])], dim=1)
        return _GAIN * (steps[:, :-1] - steps[:, 1:])
