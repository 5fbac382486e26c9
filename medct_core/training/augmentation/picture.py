"""The before/after grid: three planes of each sample, as a radiologist hangs them."""

import textwrap
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.samples import Sample

_ACROSS = 3
_PLANES = 3
_PLANE_IN = 1.55
_TEXT_IN = 0.3
_POINTS = 7
_LINE, _MOST_TEXT = 86, 160
_BRIGHTEST = 0.7
"""Share of the model's range that is white: lung and soft tissue, and bone cut off."""

Image = npt.NDArray[np.float32]


def draw_grid(samples: Sequence[Sample], frame: Frame) -> Figure:
    """Draw axial, coronal and sagittal middle slices of each sample, and what was done.

    The patient's right is on the left of the picture, front and head are on top, in the
    sagittal plane the front is on the left.

    Parameters
    ----------
    samples
        In reading order, of one size.
    frame
        What their voxels mean.
    """
    rows = -(-len(samples) // _ACROSS)
    width, height = _ACROSS * _PLANES * _PLANE_IN, rows * (_PLANE_IN + _TEXT_IN)
    figure = Figure(figsize=(width, height), layout="constrained")
    cells = figure.subplots(rows, _ACROSS * _PLANES, squeeze=False)
    for axes in cells.flat:
        axes.set_axis_off()
    for place, sample in enumerate(samples):
        first = place % _ACROSS * _PLANES
        _draw_sample(cells[place // _ACROSS, first : first + _PLANES], sample, frame)
    return figure


def _draw_sample(cells: npt.NDArray[np.object_], sample: Sample, frame: Frame) -> None:
    for axes, (image, spacing_mm) in zip(cells, planes(sample.look.values, frame), strict=True):
        _draw_plane(axes, image, spacing_mm, frame)
    said = textwrap.shorten(sample.done, _MOST_TEXT, placeholder=" ...")
    title = textwrap.fill(f"{sample.title}: {said}" if said else sample.title, _LINE)
    cells[0].set_title(title, loc="left", fontsize=_POINTS)


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
