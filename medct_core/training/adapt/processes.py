"""Processes: the part of the work this process does, and how parts are put together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import torch
from accelerate import PartialState
from torch import Tensor, distributed
from torch.autograd import Function
from torch.autograd.function import BackwardCFunction, FunctionCtx

from medct_core.training.adapt.config import DeviceChoice

_LONGEST_WAIT = timedelta(days=7)
"""While the first process prepares scans the others wait; torch gives up after half an hour."""


@dataclass(frozen=True, slots=True)
class Processes:
    """A process among those that fit one model, as a launcher such as torchrun started them.

    Attributes
    ----------
    count, index
        How many there are, and which it is.
    device
        Where it computes.
    """

    count: int
    index: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether it is the one that writes the files."""
        return self.index == 0

    def share(self, rows: Sequence[int]) -> tuple[list[int], list[bool]]:
        """Give this process's part of a batch, and which of it counts.

        All parts are equally long: one that would be shorter repeats a row that does not count.
        """
        length = -(-len(rows) // self.count)
        part = list(rows[self.index * length : (self.index + 1) * length])
        missing = length - len(part)
        return part + [rows[0]] * missing, [True] * len(part) + [False] * missing

    def gathered(self, rows: Tensor) -> Tensor:
        """Put the rows of all processes together, ``(n, d)`` to ``(processes * n, d)``.

        A gradient comes back from every process.
        """
        if self.count == 1:
            return rows
        all_rows: Tensor = _Gather.apply(rows, self.index, self.count)  # type: ignore[no-untyped-call]
        return all_rows

    def gathered_numbers(self, rows: Tensor) -> Tensor:
        """Put whole numbers of all processes together, ``(n, k)`` to ``(processes * n, k)``."""
        if self.count == 1:
            return rows
        sent = rows.to(self.device)
        parts = [torch.empty_like(sent) for _ in range(self.count)]
        distributed.all_gather(parts, sent)
        return torch.cat(parts).cpu()

    def summed(self, values: Tensor) -> Tensor:
        """Add a tensor of all processes; without gradient."""
        if self.count > 1:
            distributed.all_reduce(values)
        return values

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Add up what every process learned, so that all take the same step."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = self.summed(torch.cat([gradient.flatten() for gradient in gradients]))
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.count > 1:
            distributed.barrier()


def join_processes(device: DeviceChoice) -> Processes:
    """Find out which process this is; joins the others if a launcher started several."""
    # Without being told so, the library joins no processes on a machine that has only a CPU.
    on_cpu = device == "cpu" or not torch.accelerator.is_available()
    state = PartialState(cpu=on_cpu, timeout=_LONGEST_WAIT)
    chosen = torch.device("cpu") if on_cpu else state.device
    return Processes(state.num_processes, state.process_index, chosen)


class _Gather(Function):
    @staticmethod
    def forward(ctx: FunctionCtx, rows: Tensor, index: int, count: int) -> Tensor:
        ctx.index = index  # type: ignore[attr-defined]
        parts = [torch.empty_like(rows) for _ in range(count)]
        distributed.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: BackwardCFunction, *gradients: Tensor) -> tuple[Tensor, None, None]:
        total = gradients[0].contiguous()
        distributed.all_reduce(total)
        length = len(total) // distributed.get_world_size()
        index: int = ctx.index  # type: ignore[attr-defined]
        return total[index * length : (index + 1) * length], None, None
