"""Figures of an evaluation: overall metrics as bars and as a radar, and AUROC by finding."""

from collections.abc import Sequence
from textwrap import fill
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes

from medct_core.evaluation.multilabel.predictions import Double
from medct_core.evaluation.multilabel.weighted import METRICS
from medct_core.evaluation.report.words import TITLES, stamp_line
from medct_core.evaluation.scans.evaluation import NOTICE, Evaluation, ModelResult

COLOURS = ("#7d8590", "#1f6fb4", "#d1662b", "#2f8f5b", "#8c5bb5", "#b59b1f")
"""Grey for what others are compared with; told apart by most who see few colours."""

_WIDE_BARS = 3
"""With more models than these, numbers in bars stand upright."""

_ROOM_FOR_NUMBER = 12.0
"""Percent that a bar must reach to hold its number."""

_NAME_COLUMN, _THREE_BESIDE = 48, 30
"""Letters of a name in a line of the legend, and with how many three stand beside each other."""

_FOOT_LINE_IN = 0.13


def overall_bars(evaluation: Evaluation) -> Figure:
    """Draw every overall metric of every model, with its 95 % interval."""
    figure, axes = _page(evaluation, height=5.2)
    models = evaluation.models
    width = 0.8 / len(models)
    for place, model in enumerate(models):
        at = np.arange(len(METRICS), dtype=np.float64) + (place - (len(models) - 1) / 2) * width
        values = 100 * _numbers([getattr(model.overall, name) for name in METRICS])
        ends = 100 * np.array([_numbers(model.intervals[name]) for name in METRICS])
        apart = np.abs(ends - values[:, None]).T
        axes.bar(at, values, width * 0.92, color=_colour(place), label=model.name, zorder=2)
        axes.errorbar(at, values, apart, fmt="none", ecolor="#222222", capsize=2, lw=1, zorder=3)
        _write_values(axes, at, values, is_narrow=len(models) > _WIDE_BARS)
    axes.set_xticks(range(len(METRICS)), [fill(TITLES[name], 12) for name in METRICS])
    axes.set_ylim(0, 105)
    axes.set_ylabel("%, with 95 % interval over patients")
    axes.grid(axis="y", color="#dddddd", zorder=0)
    _name_models(figure, axes)
    return figure


def overall_radar(evaluation: Evaluation) -> Figure:
    """Draw the overall metrics as a radar from 0 to 1; what is not defined is left open."""
    figure, axes = _page(evaluation, height=7.0, polar=True)
    assert isinstance(axes, PolarAxes)
    angles = np.linspace(0, 2 * np.pi, len(METRICS), endpoint=False)
    for place, model in enumerate(evaluation.models):
        values = _numbers([getattr(model.overall, name) for name in METRICS])
        around, back = np.append(values, values[0]), np.append(angles, angles[0])
        axes.plot(back, around, color=_colour(place), lw=2, marker="o", ms=4, label=model.name)
        axes.fill(back, np.nan_to_num(around), color=_colour(place), alpha=0.12)
    axes.set_theta_offset(np.pi / 2)
    axes.set_theta_direction(-1)
    axes.set_xticks(angles, [fill(TITLES[name], 12) for name in METRICS])
    axes.tick_params(axis="x", pad=6)
    for label, angle in zip(axes.get_xticklabels(), angles, strict=True):
        label.set_horizontalalignment(_side(angle))
    axes.set_ylim(0, 1)
    axes.set_yticks([0.2, 0.4, 0.6, 0.8], ["0.2", "0.4", "0.6", "0.8"], color="#777777", size=8)
    _name_models(figure, axes)
    return figure


def auroc_by_finding(evaluation: Evaluation) -> Figure:
    """Draw the AUROC of every finding, model beside model, with 95 % intervals."""
    count, models = len(evaluation.contest.findings), evaluation.models
    figure, axes = _page(evaluation, height=2.0 + 0.2 * count * max(2, len(models)))
    step = 0.7 / len(models)
    for place, model in enumerate(models):
        at = np.arange(count, dtype=np.float64) + (place - (len(models) - 1) / 2) * step
        _draw_aurocs(axes, at, model, place)
    axes.axvline(0.5, color="#777777", lw=1, ls="--", zorder=1)
    axes.set_yticks(range(count), [_named(one.name, one.positives) for one in models[0].findings])
    axes.set_ylim(count - 0.4, -0.6)
    axes.set_xlim(_left_end(models), 1.01)
    axes.set_ylabel("finding (scans with it)")
    axes.set_xlabel("AUROC, 95 % interval over patients; 0.5 is chance")
    axes.grid(axis="x", color="#e5e5e5", zorder=0)
    _name_models(figure, axes)
    return figure


def _draw_aurocs(axes: Axes, at: Double, model: ModelResult, place: int) -> None:
    values = _numbers([one.auroc for one in model.findings])
    ends = np.array([_numbers((one.auroc_low, one.auroc_high)) for one in model.findings])
    apart = np.abs(ends - values[:, None]).T
    axes.errorbar(
        values, at, xerr=apart, fmt="o", ms=4, lw=1.4, color=_colour(place), label=model.name
    )
    for row in np.flatnonzero(np.isnan(values)):
        axes.text(
            0,
            at[row],
            " not defined",
            va="center",
            size=7,
            color=_colour(place),
            transform=axes.get_yaxis_transform(),
        )


def _left_end(models: Sequence[ModelResult]) -> float:
    """Where the axis begins: at 0.4, or a tenth below the lowest end of an interval."""
    lowest = [one.auroc_low for model in models for one in model.findings]
    return float(min([0.4, *(np.floor(10 * low) / 10 for low in lowest if low is not None)]))


def _side(angle: float) -> Literal["left", "center", "right"]:
    """Where a label begins, so that it lies outside a circle; `angle` is clockwise from the top."""
    if np.isclose(np.sin(angle), 0, atol=1e-6):
        return "center"
    return "left" if np.sin(angle) > 0 else "right"


def _named(finding: str, positives: int) -> str:
    return f"{finding} ({positives})"


def _name_models(figure: Figure, axes: Axes) -> None:
    """Name the models above the drawing, where nothing is beneath, however long names are."""
    handles, names = axes.get_legend_handles_labels()
    wrapped = [fill(name, _NAME_COLUMN) for name in names]
    longest = max(len(line) for name in wrapped for line in name.splitlines())
    columns = min(len(names), 3 if longest <= _THREE_BESIDE else 2)
    figure.legend(handles, wrapped, loc="outside upper left", ncols=columns, frameon=False)


def _write_values(axes: Axes, at: Double, values: Double, *, is_narrow: bool) -> None:
    """Write values at the foot of their bars: above them stand intervals."""
    rotation = 90 if is_narrow else 0
    for x, value in zip(at, values, strict=True):
        is_told, fits = bool(np.isfinite(value)), value > _ROOM_FOR_NUMBER
        axes.text(
            x,
            1.5 if fits or not is_told else value + 1.5,
            f"{value:.1f}" if is_told else "not defined",
            rotation=rotation if is_told else 90,
            ha="center",
            va="bottom",
            size=7,
            color="white" if fits else "#222222",
            zorder=4,
        )


def _page(evaluation: Evaluation, *, height: float, polar: bool = False) -> tuple[Figure, Axes]:
    """Make a page whose foot says what is shown: splits, N, models, and what it is not."""
    contest = evaluation.contest
    said = [
        f"{contest.task}, {contest.test.name}: {contest.test.n} scans of "
        f"{contest.test.patients} patients, {len(contest.findings)} findings; thresholds from "
        f"{contest.validation.name} ({contest.validation.n} scans)",
        *(f"{model.name}: {stamp_line(model.stamp)}; {model.asked}" for model in evaluation.models),
        *(f"Caution: {text}" for text in contest.cautions),
        NOTICE,
    ]
    foot = "\n".join(fill(line, 150) for line in said)
    tall = height + _FOOT_LINE_IN * foot.count("\n")
    figure = Figure(figsize=(10, tall), layout="constrained")
    axes = figure.add_subplot(projection="polar" if polar else None)
    figure.supxlabel(foot, x=0.01, ha="left", size=7, color="#444444")
    return figure, axes


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _numbers(values: Sequence[float | None]) -> Double:
    return np.array([np.nan if value is None else value for value in values])
