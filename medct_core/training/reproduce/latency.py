"""Latency: what an adapter costs when a scan is encoded, beside it and merged into the weights."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.models.adapters import AdapterHost
from medct_core.models.bundle import LoadedModel
from medct_core.training.reproduce.measure import encode_values

_ROUNDS = 40
_WARM_UP = 3


def merged_latency(
    base: LoadedModel,
    host: AdapterHost,
    values: npt.NDArray[np.float32],
    cancel: CancelToken,
) -> dict[str, float]:
    """Time the encoding of one scan by the base, with an adapter, and with it merged.

    Parameters
    ----------
    base
        A copy of its own.
    host
        With the adapter in use; it is merged.
    values
        ``(1, 1, d, h, w)``.
    cancel
        Checked between layers.

    Returns
    -------
    Median milliseconds of each; medians of the ratios to the base timed beside it; and how far the
    merged vector is from the one before, the largest difference of one number.

    Raises
    ------
    Cancelled
        If `cancel` was raised meanwhile.
    """
    adapted = host.model
    apart = encode_values(adapted, values, cancel)
    beside = ratios(
        lambda: encode_values(base, values, cancel), lambda: encode_values(adapted, values, cancel)
    )
    merged = host.merge()
    joined = encode_values(merged, values, cancel)
    within = ratios(
        lambda: encode_values(base, values, cancel), lambda: encode_values(merged, values, cancel)
    )
    return {
        "base_ms": 1e3 * statistics.median(one for one, _ in within),
        "beside_ms": 1e3 * statistics.median(two for _, two in beside),
        "merged_ms": 1e3 * statistics.median(two for _, two in within),
        "beside_ratio": statistics.median(two / one for one, two in beside),
        "merged_ratio": statistics.median(two / one for one, two in within),
        "merged_difference": float(np.abs(joined - apart).max()),
    }


def ratios(
    one: Callable[[], object],
    other: Callable[[], object],
    clock: Callable[[], float] = time.perf_counter,
) -> list[tuple[float, float]]:
    """Time two things in turns, which of them first changing, so that a busy machine slows both.

    Returns
    -------
    Seconds of each, one pair a round.
    """
    for _ in range(_WARM_UP):
        one()
        other()
    pairs = []
    for count in range(_ROUNDS):
        first, second = (one, other) if count % 2 == 0 else (other, one)
        times = _seconds(first, clock), _seconds(second, clock)
        pairs.append(times if count % 2 == 0 else (times[1], times[0]))
    return pairs


def _seconds(act: Callable[[], object], clock: Callable[[], float]) -> float:
    started = clock()
    act()
    return clock() - started
