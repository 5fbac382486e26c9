"""Names and numbers as a report writes them."""

from medct_core.models.stamp import ModelStamp

TITLES = {
    "accuracy": "accuracy",
    "micro_f1": "micro-F1",
    "macro_f1": "macro-F1",
    "weighted_f1": "weighted-F1",
    "samples_f1": "samples-F1",
    "mean_auroc": "mean AUROC",
    "mean_average_precision": "mean average precision",
}
"""Of every overall metric."""

NOT_DEFINED = "not defined"

_DIGEST = 12


def number(value: float | None, digits: int = 3) -> str:
    """Write a share; "not defined" for None."""
    return NOT_DEFINED if value is None else f"{value:.{digits}f}"


def signed(value: float | None) -> str:
    """Write a difference with its sign."""
    return NOT_DEFINED if value is None else f"{value:+.3f}"


def between(low: float | None, high: float | None) -> str:
    """Write an interval."""
    return NOT_DEFINED if low is None or high is None else f"{low:.3f} to {high:.3f}"


def probability(value: float | None) -> str:
    """Write a p value; what is very small is said to be below 0.001."""
    if value is None:
        return NOT_DEFINED
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def stamp_line(stamp: ModelStamp) -> str:
    """Name exactly what produced a number, hashes shortened."""
    text = f"{stamp.model} {stamp.checkpoint_sha256[:_DIGEST]}"
    if stamp.adapter is not None and stamp.adapter_sha256 is not None:
        text += f" + {stamp.adapter} {stamp.adapter_sha256[:_DIGEST]}"
    return f"{text}, {stamp.recipe_id}, {stamp.precision}"
