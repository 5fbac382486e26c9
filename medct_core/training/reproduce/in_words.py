"""What was measured of a claim, in words for a cell of a table."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from medct_core.training.reproduce.gains import Estimate

NOTHING = "-"

_Numbers = Mapping[str, Any]


def in_words(claim: str, numbers: Mapping[str, object]) -> str:
    """Say what the verdict on a claim follows from; empty where nothing was measured."""
    return _SAYINGS[claim](cast("_Numbers", numbers)) if numbers else ""


def percent(value: float | None) -> str:
    """Write a share of 1 in percent."""
    return NOTHING if value is None else f"{100 * value:.1f}"


def gain_of(gain: Estimate) -> str:
    """Write a gain in points, with its interval."""
    if gain.value is None:
        return NOTHING
    if gain.low is None or gain.high is None:
        return f"{100 * gain.value:+.1f}"
    return f"{100 * gain.value:+.1f} [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}]"


def _auroc(numbers: _Numbers) -> str:
    gain = _gained(numbers["gain"], numbers["interval"])
    return f"{percent(numbers['base'])} to {percent(numbers['adapted'])}: {gain}"


def _six(numbers: _Numbers) -> str:
    lows = {name: one["interval"][0] or 0.0 for name, one in numbers.items()}
    rise = sum(low > 0 for low in lows.values())
    name = min(lows, key=lows.__getitem__)
    least = _gained(numbers[name]["gain"], numbers[name]["interval"])
    return f"{rise} of {len(numbers)} rise; least of all {name.replace('_', ' ')} {least}"


def _rare(numbers: _Numbers) -> str:
    rarer = _gained(numbers["rarer_half_gain"], numbers["rarer_half_interval"])
    return f"Spearman {numbers['correlation']:+.2f}, p {numbers['p']:.3f}; rarer half {rarer}"


def _retrieval(numbers: _Numbers) -> str:
    return "; ".join(
        f"{name.replace('_', ' ')} {_auroc({**one, 'gain': one['change']})}, "
        f"by chance {percent(one['by_chance'])}"
        for name, one in numbers.items()
    )


def _forgetting(numbers: _Numbers) -> str:
    on_a = (percent(numbers[name]) for name in ("base_on_a", "lora_on_a", "full_on_a"))
    kept = _gained(numbers["kept_more"], numbers["interval"])
    return "base {}, LoRA {}, full {}: {}".format(*on_a, kept)


def _latency(numbers: _Numbers) -> str:
    merged, beside = numbers["merged_ratio"], numbers["beside_ratio"]
    return f"merged {merged:.2f} times the base's time, beside it {beside:.2f}"


def _size(numbers: _Numbers) -> str:
    whole, adapter = numbers["released_checkpoint_bytes"], numbers["released_adapter_bytes"]
    return (
        f"{whole / 1e9:.2f} GB / {adapter / 1e6:.1f} MB = {numbers['ratio']:.0f} times; the paper "
        f'says {numbers["paper_says"]} of "500 MB"'
    )


def _gained(value: float | None, interval: list[float | None]) -> str:
    return gain_of(Estimate(value, *interval))


_SAYINGS: Mapping[str, Callable[[_Numbers], str]] = {
    "auroc_gain": _auroc,
    "all_six_metrics_gain": _six,
    "rare_findings_gain_more": _rare,
    "zero_shot_gain_without_text_gradient": _auroc,
    "retrieval_unchanged": _retrieval,
    "less_forgetting": _forgetting,
    "no_added_latency": _latency,
    "adapter_size": _size,
}
