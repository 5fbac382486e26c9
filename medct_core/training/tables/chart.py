"""The class-distribution chart: how many scans of each table have each finding."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from medct_core.errors import OutOfDiskError, UsageError
from medct_core.inference.safe_write import replacing
from medct_core.training.tables.scan_table import ScanTable

SUFFIXES = (".png", ".pdf")

_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Okabe and Ito's colours: told apart by whoever sees colours differently, and in grey."""
_INK, _FAINT = "#222222", "#d9d9d9"
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}
"""Behind a number: above the lines of the grid, below the bars."""
_DPI = 200
_WIDTH_IN = 9.0
_BAR_IN = 0.155
_GAP_IN = 0.13
_MARGIN_IN = 0.9
_LEGEND_LINE_IN = 0.19
_ROOM_FOR_COUNTS = 1.16
_POINTS = 8


def draw_distribution(tables: Sequence[ScanTable]) -> Figure:
    """Draw a bar for each finding and table: prevalence as its length, positives beside it.

    Findings stand in the order of their prevalence in all tables together, the most frequent on
    top.

    Parameters
    ----------
    tables
        At most six, with the same findings.

    Raises
    ------
    UsageError
        If they are too many, differ in their findings, or have no scan or finding.
    """
    _require_alike(tables)
    counts = np.array([_positives(table, tables[0].findings) for table in tables])
    scans = np.array([len(table.rows) for table in tables])
    order = np.argsort(counts.sum(axis=0), kind="stable")
    height = len(order) * (len(tables) * _BAR_IN + _GAP_IN) + _MARGIN_IN
    height += len(tables) * _LEGEND_LINE_IN
    figure = Figure(figsize=(_WIDTH_IN, height), layout="constrained")
    axes = figure.add_subplot()
    step = _BAR_IN / (len(tables) * _BAR_IN + _GAP_IN)
    for place, table in enumerate(tables):
        # The first table is the uppermost bar of its finding.
        offset = ((len(tables) - 1) / 2 - place) * step
        _draw_bars(axes, np.arange(len(order)) + offset, counts[place, order], table, place, step)
    names = [tables[0].findings[column] for column in order]
    axes.set_yticks(np.arange(len(order)), names)
    # Above the bars, where none can be beneath it.
    figure.legend(loc="outside upper left", frameon=False, fontsize=_POINTS + 1)
    _dress(axes, 100 * float((counts / scans[:, None]).max()), len(order))
    return figure


def write_chart(figure: Figure, out: Path) -> None:
    """Write a chart as PNG or PDF, by the ending of its name.

    Raises
    ------
    UsageError
        If the ending is another.
    OutOfDiskError
        If the file cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{out.name!r} is neither a PNG nor a PDF.",
            remedy="Choose a name that ends in .png or .pdf.",
        )
    try:
        with replacing(out) as part:
            # Without a date the same tables give the same file.
            dates = {"CreationDate": None} if out.suffix.lower() == ".pdf" else None
            figure.savefig(part, dpi=_DPI, metadata=dates)
    except OSError as error:
        raise OutOfDiskError(
            f"{str(out)!r} cannot be written: {error.strerror}.", remedy="Choose another folder."
        ) from error


def _draw_bars(
    axes: Axes,
    heights: npt.NDArray[np.floating],
    positives: npt.NDArray[np.int64],
    table: ScanTable,
    place: int,
    step: float,
) -> None:
    percent = 100 * positives / len(table.rows)
    colour = _COLOURS[place]
    patients = len({row.group for row in table.rows})
    label = f"{table.name}: {len(table.rows):,} scans, {patients:,} patients"
    axes.barh(heights, percent, height=step * 0.92, color=colour, label=label, zorder=2)
    for height, share, count in zip(heights, percent, positives, strict=True):
        said = f" {count:,} ({share:.1f} %)"
        number = axes.text(share, height, said, va="center", fontsize=_POINTS - 1, color=_INK)
        number.set(bbox=_PAPER, zorder=1)


def _dress(axes: Axes, most_percent: float, findings: int) -> None:
    axes.set_xlim(0, max(most_percent, 1.0) * _ROOM_FOR_COUNTS)
    axes.set_ylim(-0.6, findings - 0.4)
    axes.set_xlabel("scans with the finding (%)", fontsize=_POINTS + 1, color=_INK)
    axes.tick_params(axis="y", length=0, labelsize=_POINTS + 1, labelcolor=_INK)
    axes.tick_params(axis="x", labelsize=_POINTS, color=_FAINT, labelcolor=_INK)
    axes.grid(axis="x", color=_FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_FAINT)


def _positives(table: ScanTable, findings: Sequence[str]) -> list[int]:
    places = [table.findings.index(name) for name in findings]
    return [sum(row.labels[place] for row in table.rows) for place in places]


def _require_alike(tables: Sequence[ScanTable]) -> None:
    if not 1 <= len(tables) <= len(_COLOURS):
        raise UsageError(
            f"A chart shows 1 to {len(_COLOURS)} tables, not {len(tables)}.",
            remedy="Draw several charts.",
        )
    for table in tables:
        if set(table.findings) != set(tables[0].findings):
            raise UsageError(
                f"{tables[0].name!r} and {table.name!r} do not have the same findings.",
                remedy="Draw a chart of each.",
            )
        if not (table.rows and table.findings):
            raise UsageError(
                f"{table.name!r} has no usable scan, or no finding.",
                remedy="Look at 'medct data check', which says why.",
            )
