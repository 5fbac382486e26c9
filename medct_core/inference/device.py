"""Choosing a device, and knowing what memory work needs and what is free."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from math import prod
from operator import mul
from pathlib import Path

import psutil
import torch

from medct_core.errors import OutOfMemoryError, UsageError
from medct_core.models.config import VisionConfig

_FLOAT_BYTES = 4
_RESERVE_BYTES = 256 * 2**20
"""Left to the rest of the program and to other ones."""

_TOKEN_COPIES = 12
"""Token-sized arrays that live at once inside a layer: tokens, their norm, q, k, v, the sum."""

_WORKSPACE_BYTES = 128 * 2**20
"""What the libraries take beside our arrays; measured, see tests/benchmarks/test_engine.py."""

_CGROUP = Path("/sys/fs/cgroup")
_DEVICE_NAME = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_SAYS_NO_MEMORY = re.compile(
    r"out of memory|can.t allocate memory|not enough memory|alloc_cpu", re.IGNORECASE
)


def choose_device(wish: str = "auto") -> torch.device:
    """Choose where the model lives.

    Parameters
    ----------
    wish
        ``auto`` (CUDA, else MPS, else the CPU), ``cpu``, ``mps``, ``cuda`` or ``cuda:1``.

    Raises
    ------
    UsageError
        If the machine has no such device, or the name is unknown.
    """
    if not _DEVICE_NAME.fullmatch(wish):
        raise UsageError(
            f"There is no device called {wish!r}.",
            remedy="Choose auto, cpu, mps, cuda, or one of several as in cuda:1.",
        )
    keep_float32_whole()
    if wish == "auto":
        return torch.device(_best())
    if not _is_there(wish):
        raise UsageError(
            f"This machine has no device {wish!r} that torch can use.",
            remedy=f"Use --device auto; here that means {_best()}.",
        )
    return torch.device(wish)


def keep_float32_whole() -> None:
    """Have convolutions of float32 compute in float32 on a graphics card too, in this process.

    torch lets cuDNN round their inputs to 10 bits by default, whatever precision was asked for.
    """
    torch.backends.cudnn.allow_tf32 = False


def _best() -> str:
    return next((name for name in ("cuda", "mps") if _is_there(name)), "cpu")


def _is_there(name: str) -> bool:
    if name.startswith("cuda"):
        return torch.cuda.is_available() and int(name[5:] or 0) < torch.cuda.device_count()
    return name == "cpu" or torch.backends.mps.is_available()


def describe_device(device: torch.device) -> str:
    """Name a device for a report: ``cpu``, ``mps``, ``cuda (NVIDIA H200)``."""
    if device.type != "cuda":
        return device.type
    return f"cuda ({torch.cuda.get_device_name(device)})"


def free_bytes(device: torch.device) -> int:
    """Say how much memory new work may take on a device."""
    if device.type == "cuda":
        # What torch holds without using it is free for us.
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0] + unused)
    available = int(psutil.virtual_memory().available)
    limit = _container_free_bytes(_CGROUP)
    return max(0, (available if limit is None else min(available, limit)) - _RESERVE_BYTES)


def _container_free_bytes(cgroup: Path) -> int | None:
    """Say what a container's own limit leaves; None where there is no limit."""
    for limit_name, used_name, stat_name in (
        ("memory.max", "memory.current", "memory.stat"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
    ):
        try:
            limit = int((cgroup / limit_name).read_text())
            used = int((cgroup / used_name).read_text())
            return limit - used + _file_cache_bytes((cgroup / stat_name).read_text())
        except (OSError, ValueError):  # not there, or "max"
            continue
    return None


def _file_cache_bytes(statistics: str) -> int:
    """Count the cached files in a container's memory, which the kernel drops when asked."""
    entries = dict(line.split() for line in statistics.splitlines() if line.count(" ") == 1)
    return int(entries.get("inactive_file", 0)) + int(entries.get("active_file", 0))


def encoding_bytes(vision: VisionConfig) -> int:
    """Estimate the memory that encoding one scan takes beside the weights and the input.

    The largest arrays that live at once: the input on the device, the stem's output, the copies
    of the tokens inside a layer, and the inner width of a chunk of the feed-forward.
    """
    depth, rows, columns = vision.grid
    tokens = depth * rows * columns * vision.dim * _TOKEN_COPIES
    bias = 2 * vision.heads * (rows * columns) ** 2
    numbers = prod(vision.input_shape) + 3 * _stem_numbers(vision) + tokens + bias
    return int(_FLOAT_BYTES * numbers + _WORKSPACE_BYTES)


def convolving_bytes(largest_numbers: int, itemsize: int) -> int:
    """Estimate the memory that a convolutional network takes for one scan.

    Parameters
    ----------
    largest_numbers
        Numbers that live at once where most do.
    itemsize
        Bytes of one.
    """
    return int(itemsize * largest_numbers + _WORKSPACE_BYTES)


def _stem_numbers(vision: VisionConfig) -> int:
    """Count the numbers in the stem's largest output."""
    if vision.stem is None:
        return 0
    reductions: Iterator[int] = accumulate((prod(stride) for stride in vision.stem.strides), mul)
    voxels = prod(vision.input_shape) // vision.channels
    widths = zip(vision.stem.channels, reductions, strict=True)
    return max(channels * voxels // reduction for channels, reduction in widths)


def require_memory(needed: int, free: int, *, purpose: str, device: torch.device) -> None:
    """Refuse work before it starts if it cannot fit.

    Parameters
    ----------
    needed, free
        Bytes.
    purpose
        Completes "There is not enough memory for ...".
    device
        Where the work would run.

    Raises
    ------
    OutOfMemoryError
        If more is needed than free.
    """
    if needed > free:
        raise OutOfMemoryError(
            f"There is not enough memory for {purpose}: it needs {needed / 1e9:.1f} GB, "
            f"{free / 1e9:.1f} GB are free.",
            remedy=_remedy(device),
        )


@contextmanager
def memory_errors_explained(
    *, purpose: str, device: torch.device, remedy: str | None = None
) -> Iterator[None]:
    """Turn the libraries' ways of saying "out of memory" into ours.

    Parameters
    ----------
    purpose
        What memory was needed for, in words.
    device
        Whose memory.
    remedy
        What to do about it; by default what helps where a model is used.

    Raises
    ------
    OutOfMemoryError
        If the block ran out of memory.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        # The CPU allocator and MPS raise a plain RuntimeError; torch's own class is one too.
        if isinstance(error, RuntimeError) and not _SAYS_NO_MEMORY.search(str(error)):
            raise
        if device.type == "cuda":
            torch.cuda.empty_cache()
        raise OutOfMemoryError(
            f"The memory ran out during {purpose}.", remedy=remedy or _remedy(device)
        ) from error


def _remedy(device: torch.device) -> str:
    if device.type == "cpu":
        return "Close other programs, or use a smaller model."
    return "Use --device cpu, close other programs that use the graphics card, or a smaller model."
