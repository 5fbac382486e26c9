"""Processes: the part of the work this process does, and how parts are put together."""

import atexit
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import torch
from accelerate import PartialState
from torch import Tensor, distributed
from torch.autograd import Function
from torch.autograd.function import BackwardCFunction, FunctionCtx

from medct_core.cancel import Cancelled
from medct_core.errors import UsageError
from medct_core.inference.device import keep_float32_whole
from medct_core.training.adapt.config import DeviceChoice

_LONGEST_WAIT = timedelta(days=7)
"""While the first process prepares or measures scans the others wait; torch gives up after half
an hour. Only what passes no tensors of a step waits so long: there a process that is missing is
one that died."""


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
        """Put whole numbers of all processes together, ``(n, k)`` to ``(processes * n, k)``.

        They lie in main memory, before and afterwards.
        """
        if self.count == 1:
            return rows
        parts = [torch.empty_like(rows) for _ in range(self.count)]
        distributed.all_gather(parts, rows.contiguous(), group=_talk())
        return torch.cat(parts)

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
            distributed.barrier(group=_talk())

    def any_says(self, *, so: bool) -> bool:
        """Whether something is so in any process."""
        said = torch.tensor([[int(so)]])
        return bool(self.gathered_numbers(said).any())

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all processes leave where one cannot go on, else the others would wait for it.

        Raises
        ------
        Cancelled
            If that was raised in another process.
        UsageError
            If anything else was; the message is that of the process.
        """
        if self.count == 1:
            yield
            return
        error: Exception | None = None
        try:
            yield
        except Exception as raised:  # noqa: BLE001 - raised again once the others know
            error = raised
        if self.any_says(so=error is not None):
            self._leave(error)

    def require_same(self, said: str, what: str) -> None:
        """Refuse to go on where processes see different things.

        Raises
        ------
        UsageError
            In every process, naming `what`.
        """
        if len(set(self._told(said))) > 1:
            raise UsageError(
                f"The {self.count} processes of the run do not see the same {what}.",
                remedy="Put tables, prepared scans and the folder of the run where all machines "
                "see them under one path, and give all of them one file.",
            )

    def _leave(self, error: Exception | None) -> None:
        was_stopped = isinstance(error, Cancelled)
        told = self._told("" if error is None or was_stopped else f"{error}" or repr(error))
        if error is not None:
            raise error
        for index, words in enumerate(told):
            if words:
                raise UsageError(
                    f"Process {index} of the run cannot go on: {words}",
                    remedy="Mend that, and give the command again.",
                )
        raise Cancelled

    def _told(self, words: str) -> list[str]:
        if self.count == 1:
            return [words]
        told: list[Any] = [None] * self.count
        distributed.all_gather_object(told, words, group=_talk())
        return told


def join_processes(device: DeviceChoice) -> Processes:
    """Find out which process this is; joins the others if a launcher started several.

    Raises
    ------
    UsageError
        If a graphics card is asked for that torch cannot use.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError(
            "This machine has no graphics card that torch can use.",
            remedy='Set device = "auto" in [run], and begin the run in a folder of its own.',
        )
    # Without being told so, the library joins no processes on a machine that has only a CPU. A
    # Mac's accelerator knows no float64.
    on_cpu = device == "cpu" or not torch.cuda.is_available()
    keep_float32_whole()
    state = PartialState(cpu=on_cpu)
    chosen = torch.device("cpu") if on_cpu else state.device
    if state.num_processes > 1:
        _talk()  # made by all at once
    return Processes(state.num_processes, state.process_index, chosen)


@cache
def _talk() -> distributed.ProcessGroup:
    """Open the way on which processes tell each other what is no tensor of a step."""
    group: distributed.ProcessGroup = distributed.new_group(backend="gloo", timeout=_LONGEST_WAIT)
    atexit.register(_part)
    return group


def _part() -> None:
    """Close the ways that have threads of their own: left open, they abort an ended process.

    The way between graphics cards has none, and closing it may wait for a process that is gone.
    """
    runs_on_cards = distributed.get_backend() != "gloo"
    distributed.destroy_process_group(_talk() if runs_on_cards else None)
    _talk.cache_clear()


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
