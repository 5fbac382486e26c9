"""Curves of a run: losses of every step as CSV, and a chart of them as PNG."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from medct_core.inference.safe_write import replacing

CSV_FILE = "curves.csv"
PNG_FILE = "curves.png"

_COLOURS = ("#1f4e79", "#c55a11", "#548235", "#7f6000")
_NAMES = {
    "loss": "Loss",
    "head": "Linear head",
    "prompt": "Prompts",
    "contrast": "Scans against reports",
}


def write_curves(
    folder: Path, parts: Sequence[str], losses: Sequence[Sequence[float]], steps_per_epoch: int
) -> None:
    """Write both files of a run.

    Parameters
    ----------
    folder
        Of the run.
    parts
        Names of the parts of the loss.
    losses
        ``(steps, 2 + parts)``: the loss, its parts, and the length of the gradient.
    steps_per_epoch
        Steps of a pass over the scans.
    """
    columns = ("loss", *parts, "gradient")
    with (
        replacing(folder / CSV_FILE) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(("step", "epoch", *columns))
        for index, row in enumerate(losses):
            values = (f"{value:.6g}" for value in row)
            writer.writerow((index + 1, index // steps_per_epoch + 1, *values))
    if losses:
        _draw(folder / PNG_FILE, columns[:-1], np.array(losses), steps_per_epoch)


def _draw(
    path: Path,
    names: Sequence[str],
    losses: npt.NDArray[np.float64],
    steps_per_epoch: int,
) -> None:
    figure = Figure(figsize=(7.5, 4.2), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    epochs = (np.arange(len(losses)) + 1) / steps_per_epoch
    for column, (name, colour) in enumerate(zip(names, _COLOURS, strict=False)):
        if column and len(names) == 2:
            continue  # the only part is the loss
        axes.plot(epochs, losses[:, column], color=colour, alpha=0.2, linewidth=0.7)
        ends, means = epoch_means(losses[:, column], steps_per_epoch)
        axes.plot(ends, means, color=colour, marker="o", markersize=3, label=_NAMES[name])
    axes.set_title(f"Training loss of {path.parent.name}", loc="left", fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("Epoch")
    axes.set_ylabel("Loss (dots: mean of an epoch)")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    FigureCanvasAgg(figure)
    with replacing(path) as part:
        figure.savefig(part)


def epoch_means(
    values: npt.NDArray[np.float64], steps_per_epoch: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the end of each epoch, a running one included, and the mean over it."""
    starts = np.arange(0, len(values), steps_per_epoch)
    lengths = np.diff(np.append(starts, len(values)))
    means: npt.NDArray[np.float64] = np.add.reduceat(values, starts) / lengths
    return (starts + lengths) / steps_per_epoch, means
