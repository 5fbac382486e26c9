"""Charts of the experiment for a page: main results, gain against prevalence, and the others."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from medct_core.inference.safe_write import replacing
from medct_core.training.reproduce.evidence import GroupResult
from medct_core.training.reproduce.gains import SIX_METRICS, Estimate
from medct_core.training.reproduce.outcome import Outcome
from medct_core.training.reproduce.plan import MAIN_GROUPS, base_run, meaning_of, planned_runs
from medct_core.training.reproduce.tables import NAMES, PAPER_TABLE_4
from medct_core.training.reproduce.verdicts import HEADLINE

_DPI = 150
_PAPER, _OURS, _OTHERS = "#9aa5b1", "#1f6feb", ("#1f6feb", "#74a9f7", "#b45309", "#e9a85d")
_QUIET = "#57606a"
_REMARK: dict[str, Any] = {"fontsize": 7, "color": _QUIET, "va": "center", "ha": "right"}
_NONE = Estimate(None, None, None)
_DOT_PT = 5.0
"""Size of a point, and the gap between it and its name."""


def write_charts(outcome: Outcome, folder: Path) -> tuple[Path, ...]:
    """Write every chart that the finished runs allow as PNG, and say where."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "lora-main.png": main_results(outcome),
        "lora-prevalence.png": gain_against_prevalence(outcome),
        "lora-ablations.png": ablations(outcome),
    }
    written = []
    for name, figure in figures.items():
        if figure is not None:
            with replacing(folder / name) as path:
                figure.savefig(path)
            written.append(folder / name)
    return tuple(written)


def main_results(outcome: Outcome) -> Figure | None:
    """Show the gain in the six metrics: the paper's, and that of every main group; None without."""
    groups = [one for one in map(outcome.group, MAIN_GROUPS) if one is not None]
    if not groups:
        return None
    figure = Figure(figsize=(9, 4.2), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    place = np.arange(len(SIX_METRICS))
    width = 0.8 / (len(groups) + 1)
    paper = [after - before for before, after in PAPER_TABLE_4.values()]
    axes.bar(place - 0.4 + width / 2, paper, width, color=_PAPER, label="paper, on CT-RATE")
    for count, one in enumerate(groups, start=1):
        gains = [one.gain[name] for name in SIX_METRICS]
        at = place - 0.4 + width * (count + 0.5)
        axes.bar(at, _points(gains), width, color=_OTHERS[count - 1], label=_label(one))
        axes.errorbar(
            at, _points(gains), yerr=_whiskers(gains), fmt="none", ecolor="black", capsize=2, lw=0.8
        )
    axes.set_xticks(place, [NAMES[name] for name in SIX_METRICS])
    axes.set_ylabel("gain over the base, points")
    axes.set_title(
        "What LoRA gains on a new domain: ours on synthetic scans, with 95 % intervals", fontsize=11
    )
    _finish(axes)
    axes.axhline(0, color="black", lw=0.8)
    figure.legend(loc="outside lower center", frameon=False, fontsize=8, ncols=3)
    return figure


def gain_against_prevalence(outcome: Outcome) -> Figure | None:
    """Show the gain of each finding of the headline runs over its prevalence; None without."""
    numbers = _numbers(outcome, "rare_findings_gain_more")
    if not numbers:
        return None
    findings = cast("Mapping[str, Mapping[str, float | None]]", numbers["findings"])
    known = {name: one for name, one in findings.items() if one["gain"] is not None}
    prevalence = [100 * (one["prevalence"] or 0.0) for one in known.values()]
    gain = [100 * (one["gain"] or 0.0) for one in known.values()]
    figure = Figure(figsize=(9, 5), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    axes.scatter(prevalence, gain, color=_OURS, s=28, zorder=3)
    axes.axhline(0, color="black", lw=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("prevalence in the synthetic test scans, %")
    axes.set_ylabel("gain in AUROC, points")
    axes.set_title(
        f"Do rare findings gain more? Base {HEADLINE[0]}, {meaning_of(HEADLINE)}: "
        f"Spearman {numbers['correlation']:+.2f}, one-sided p = {numbers['p']:.3f}",
        fontsize=11,
    )
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("{x:g}")
    axes.set_xlim(0.9 * min(prevalence), 1.6 * max(prevalence))
    _finish(axes)
    _name_points(axes, list(known), prevalence, gain)
    return figure


def _name_points(
    axes: Axes, names: Sequence[str], across: Sequence[float], up: Sequence[float]
) -> None:
    """Write a name beside each point, moved down as far as it takes to stand clear of all else."""
    figure = cast("Figure", axes.figure)
    figure.draw_without_rendering()  # the layout has to stand before places are compared
    points = axes.transData.transform(list(zip(across, up, strict=True)))
    dot = _DOT_PT / 2 * _DPI / 72
    taken = [Bbox.from_bounds(x - dot, y - dot, 2 * dot, 2 * dot) for x, y in points]
    for place in np.argsort(across)[::-1]:  # what is right of a point is named before it
        name = axes.annotate(
            names[place],
            (across[place], up[place]),
            xytext=(_DOT_PT, 0),
            textcoords="offset points",
            fontsize=7,
            color=_QUIET,
            va="center",
        )
        while name.get_window_extent().count_overlaps(taken):
            right, low = name.xyann
            name.xyann = (right, low - 1.0)
        taken.append(Bbox(name.get_window_extent()))


def ablations(outcome: Outcome) -> Figure | None:
    """Show gain on B and what is left on A of every group of base M; None without."""
    runs = {run.group: run for run in planned_runs() if run.base == "M" and run != base_run("M")}
    found = {name: outcome.group(name) for name in runs}
    if not any(found.values()):
        return None
    figure = Figure(figsize=(10, 1.6 + 0.34 * len(found)), dpi=_DPI, layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    place = np.arange(len(found))[::-1]
    gains = [_NONE if one is None else one.gain["mean_auroc"] for one in found.values()]
    changes = [_NONE if one is None else one.prompts_a_change for one in found.values()]
    _spread(left, gains, place, _OURS)
    labels = [
        f"{runs[name].meaning} ({'not run yet' if one is None else _seeds(one)})"
        for name, one in found.items()
    ]
    left.set_yticks(place, labels)
    left.set_xlabel("gain on B\nmean AUROC, points")
    for row, (name, run) in enumerate(runs.items()):
        if run.leaves_weights:  # its prompts answer as those of the base
            changes[row] = _NONE
            right.text(0, place[row], "weights unchanged  " if found[name] else "", **_REMARK)
    _spread(right, changes, place, _OTHERS[2])
    right.set_xlabel("change on A by prompts\nmean AUROC, points")
    figure.suptitle(
        "Base M on synthetic scans: what each way gains on B and loses on A, 95 % intervals",
        fontsize=11,
    )
    return figure


def _spread(
    axes: Axes, values: Sequence[Estimate], place: npt.NDArray[np.int_], colour: str
) -> None:
    """Draw estimates with their intervals, one a row."""
    axes.errorbar(
        _points(values), place, xerr=_whiskers(values), fmt="o", color=colour, ms=5, capsize=2
    )
    axes.axvline(0, color="black", lw=0.8)
    _finish(axes)
    axes.set_ylim(-0.7, len(place) - 0.3)


def _numbers(outcome: Outcome, claim_name: str) -> dict[str, Any]:
    return next(
        dict(judged[0].numbers) for claim, judged in outcome.verdicts if claim.name == claim_name
    )


def _label(one: GroupResult) -> str:
    return f"base {one.group[0]}, {meaning_of(one.group)} ({_seeds(one)})"


def _seeds(one: GroupResult) -> str:
    return f"{one.done} of {one.planned} seeds"


def _points(gains: Sequence[Estimate]) -> list[float]:
    return [np.nan if gain.value is None else 100 * gain.value for gain in gains]


def _whiskers(gains: Sequence[Estimate]) -> list[list[float]]:
    """How far the interval reaches down and up; an interval need not hold its estimate."""
    down, up = [], []
    for gain in gains:
        value, low, high = (
            np.nan if one is None else one for one in (gain.value, gain.low, gain.high)
        )
        down.append(100 * max(value - low, 0.0))
        up.append(100 * max(high - value, 0.0))
    return [down, up]


def _finish(axes: Axes) -> None:
    axes.grid(color="#d0d7de", lw=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
