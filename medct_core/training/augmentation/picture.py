"""The before/after grid: three planes of each sample, as a radiologist hangs them."""

import textwrap
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.samples import Sample

_ACROSS = 3
_VIEWS = (("axial", "R", "L"), ("coronal", "R", "L"), ("sagittal", "A", "P"))
"""Each plane, and what lies at its left and its right edge."""
_PLANE_IN = 1.55
_LINE_IN, _HEADING_IN = 0.14, 0.3
_POINTS = 7
_LINE, _MOST_LINES = 92, 4
_BRIGHTEST = 0.7
"""Share of the model's range that is white: lung and soft tissue, and bone cut off."""
_ON_PICTURE = "#ffd75e"

Image = npt.NDArray[np.float32]


def draw_grid(samples: Sequence[Sample], frame: Frame, heading: str) -> Figure:
    """Draw axial, coronal and sagittal middle slices of each sample, and what was done.

    The patient's right is on the left of the picture, front and head are on top, in the
    sagittal plane the front is on the left.

    Parameters
    ----------
    samples
        In reading order, of one size; the first is the scan as it is.
    frame
        What their voxels mean.
    heading
        What the picture shows.
    """
    rows = -(-len(samples) // _ACROSS)
    said = [_caption(sample, samples[0]) for sample in samples]
    lines = max(caption.count("\n") + 1 for caption in said)
    row_in = _PLANE_IN + (lines + 1) * _LINE_IN
    width = _ACROSS * len(_VIEWS) * _PLANE_IN
    figure = Figure(figsize=(width, rows * row_in + _HEADING_IN), layout="constrained")
    figure.suptitle(heading, x=0.005, ha="left", fontsize=_POINTS + 2)
    cells = figure.subfigures(rows, _ACROSS, squeeze=False)
    for cell, sample, caption in zip(cells.flat, samples, said, strict=False):
        # Captions of one length leave all pictures of one size.
        padded = caption + "\n" * (lines - caption.count("\n") - 1)
        cell.suptitle(padded, x=0.01, ha="left", fontsize=_POINTS)
        _draw_sample(cell, sample, frame)
    return figure


def _caption(sample: Sample, plain: Sample) -> str:
    is_told = sample.done.startswith(sample.title)
    said = sample.done if is_told else ": ".join(filter(None, (sample.title, sample.done)))
    parts = [said]
    if sample.look.report != plain.look.report:
        parts.append(f"text: {sample.look.report}")
    lines = [line for part in parts for line in textwrap.wrap(part, _LINE)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], "..."]
    return "\n".join(lines)


def _draw_sample(cell: SubFigure, sample: Sample, frame: Frame) -> None:
    drawn = zip(
        cell.subplots(1, len(_VIEWS)), planes(sample.look.values, frame), _VIEWS, strict=True
    )
    for axes, (image, spacing_mm), (view, left, right) in drawn:
        axes.set_axis_off()
        _draw_plane(axes, image, spacing_mm, frame)
        for text, x, y, side in (
            (left, 0.02, 0.5, "left"),
            (right, 0.98, 0.5, "right"),
            (view, 0.02, 0.03, "left"),
        ):
            axes.text(
                x,
                y,
                text,
                ha=side,
                color=_ON_PICTURE,
                fontsize=_POINTS - 1,
                transform=axes.transAxes,
            )


def _draw_plane(axes: Axes, image: Image, spacing_mm: tuple[float, float], frame: Frame) -> None:
    down_mm, across_mm = spacing_mm
    brightest = frame.low + _BRIGHTEST * (frame.high - frame.low)
    axes.imshow(image, cmap="gray", vmin=frame.low, vmax=brightest, aspect=down_mm / across_mm)


def planes(values: Image, frame: Frame) -> list[tuple[Image, tuple[float, float]]]:
    """Give the middle axial, coronal and sagittal slice, top row first.

    Parameters
    ----------
    values
        ``(1, d, h, w)``.
    frame
        Where the axes point.

    Returns
    -------
    Each with its spacing in mm, down and across.
    """
    head, back, left = (_axis(frame.directions, pair) for pair in ("SI", "PA", "LR"))
    turned = values[0].transpose(head, back, left)
    flips = [frame.directions[axis] not in "SPL" for axis in (head, back, left)]
    turned = np.flip(turned, tuple(np.flatnonzero(flips).tolist()))
    up_mm, deep_mm, wide_mm = (frame.spacing_mm[axis] for axis in (head, back, left))
    middle = [count // 2 for count in turned.shape]
    return [
        (turned[middle[0]], (deep_mm, wide_mm)),
        (turned[::-1, middle[1]], (up_mm, wide_mm)),
        (turned[::-1, :, middle[2]], (up_mm, deep_mm)),
    ]


def _axis(directions: str, pair: str) -> int:
    return next(axis for axis, letter in enumerate(directions) if letter in pair)
