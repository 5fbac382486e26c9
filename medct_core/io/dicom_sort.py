"""Slices put in order by where they lie, and what their positions say about the series."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medct_core.errors import UnsupportedImageError
from medct_core.io.dicom_header import Plane, SliceHeader, frame_value
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.notice import Notice

SAME_POSITION_MM = 0.01
"""Slices closer than this lie on top of each other; scanners round to about a micrometre."""

# Some scanners write positions with one decimal, so a 0.625 mm series has steps of 0.6 and 0.7;
# two rounded positions are up to 0.1 mm from where they should be.
_ROUNDING_MM = 0.11
_LARGEST_UNEVENNESS = 0.2
_GAP = 1.5
_SIDEWAYS_MM = 1.0
_MOST_NAMED = 3
_UNKNOWN_THICKNESS_MM = 1.0
_THICKEST_MM = 1000.0
_VISIBLE_TILT_DEG = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Slices in order along their normal, the grid they form, and what must be said about it."""

    slices: tuple[SliceHeader, ...]
    geometry: Geometry
    notices: tuple[Notice, ...]


def height_mm(plane: Plane, normal: FloatArray) -> float:
    """Distance of a slice from the origin along a normal, in mm."""
    return float(plane.position @ normal)


def coincident(slices: Sequence[SliceHeader]) -> tuple[tuple[SliceHeader, ...], ...]:
    """Group slices by position, lowest first; most groups hold one slice.

    Slices within a group keep their order. All slices have a plane.
    """
    normal = _plane(slices[0]).normal
    ordered = sorted(slices, key=lambda item: height_mm(_plane(item), normal))
    groups: list[list[SliceHeader]] = [[ordered[0]]]
    for item in ordered[1:]:
        apart = height_mm(_plane(item), normal) - height_mm(_plane(groups[-1][0]), normal)
        if apart <= SAME_POSITION_MM:
            groups[-1].append(item)
        else:
            groups.append([item])
    return tuple(tuple(group) for group in groups)


def stack(slices: Sequence[SliceHeader], *, columns: int, rows: int) -> Stack:
    """Order slices that lie at different positions, and derive their grid.

    Parameters
    ----------
    slices
        Parallel, all with a plane; a single one is as deep as its header says, else 1 mm.
    columns, rows
        Size of one slice: (i, j).

    Raises
    ------
    UnsupportedImageError
        If two slices lie at the same position.
    """
    groups = coincident(slices)
    _refuse_doubled(groups)
    ordered = tuple(group[0] for group in groups)
    first = _plane(ordered[0])
    positions = np.array([_plane(item).position for item in ordered])
    step = _step(ordered, positions)
    affine = np.eye(4)
    affine[:3, 0] = first.row * first.spacing_mm[0]
    affine[:3, 1] = first.column * first.spacing_mm[1]
    affine[:3, 2] = step
    affine[:3, 3] = positions[0]
    offsets = (positions - positions[0]) @ (step / np.linalg.norm(step))
    is_even = _is_even(offsets)
    geometry = Geometry(
        (columns, rows, len(ordered)),
        affine,
        None if is_even else tuple(float(offset) for offset in offsets),
    )
    notices = (
        *(() if is_even else _uneven_notices(ordered, offsets)),
        *_tilt_notice(step, first.normal),
        *_sideways_notice(ordered, positions, offsets, step),
    )
    return Stack(ordered, geometry, notices)


def _step(ordered: Sequence[SliceHeader], positions: FloatArray) -> FloatArray:
    """``(3,)`` mm from one slice to the next, on average."""
    if len(ordered) == 1:
        return _plane(ordered[0]).normal * _thickness_mm(ordered[0])
    step: FloatArray = (positions[-1] - positions[0]) / (len(ordered) - 1)
    return step


def _thickness_mm(item: SliceHeader) -> float:
    stated = frame_value(item.dataset, item.frame, "PixelMeasuresSequence", "SliceThickness")
    try:
        thickness = float(str(stated))
    except ValueError:
        return _UNKNOWN_THICKNESS_MM
    return thickness if 0 < thickness < _THICKEST_MM else _UNKNOWN_THICKNESS_MM


def _plane(item: SliceHeader) -> Plane:
    assert item.plane is not None, "slices without a position are sorted out before"
    return item.plane


def _refuse_doubled(groups: Sequence[Sequence[SliceHeader]]) -> None:
    doubled = [group for group in groups if len(group) > 1]
    if not doubled:
        return
    names = " and ".join(item.name for item in doubled[0])
    raise UnsupportedImageError(
        f"{len(doubled)} positions of the series hold more than one slice, for example {names}.",
        remedy="Export each acquisition or phase as a series of its own.",
    )


def _is_even(offsets: FloatArray) -> bool:
    if len(offsets) == 1:
        return True
    ideal = np.linspace(0.0, offsets[-1], len(offsets))
    step = offsets[-1] / (len(offsets) - 1)
    limit = min(max(_ROUNDING_MM, 0.01 * step), _LARGEST_UNEVENNESS * step)
    return bool(np.abs(offsets - ideal).max() <= limit)


def _uneven_notices(slices: Sequence[SliceHeader], offsets: FloatArray) -> tuple[Notice, ...]:
    steps = np.diff(offsets)
    usual = float(np.median(steps))
    wide = [int(index) for index in np.flatnonzero(steps > _GAP * usual)]
    multiples = steps[wide] / usual
    if wide and np.abs(multiples - np.rint(multiples)).max() < _LARGEST_UNEVENNESS:
        missing = int((np.rint(multiples) - 1).sum())
        return (Notice("missing-slices", _missing_text(slices, steps, wide, missing)),)
    narrowest, widest = int(steps.argmin()), int(steps.argmax())
    text = (
        f"The slices are unevenly spaced: {steps[narrowest]:.2f} mm apart between "
        f"{_pair(slices, narrowest)}, {steps[widest]:.2f} mm between {_pair(slices, widest)}."
    )
    return (Notice("uneven-slices", text),)


def _missing_text(
    slices: Sequence[SliceHeader], steps: FloatArray, wide: Sequence[int], missing: int
) -> str:
    usual = float(np.median(steps))
    gaps = "; ".join(
        f"between {_pair(slices, index)} the gap is {steps[index]:.2f} mm"
        for index in wide[:_MOST_NAMED]
    )
    more = f"; and {len(wide) - _MOST_NAMED} more" if len(wide) > _MOST_NAMED else ""
    count = "1 slice is" if missing == 1 else f"{missing} slices are"
    return f"{count} missing: {gaps}{more}; elsewhere it is {usual:.2f} mm."


def _pair(slices: Sequence[SliceHeader], index: int) -> str:
    return f"{slices[index].name} and {slices[index + 1].name}"


def _tilt_notice(step: FloatArray, normal: FloatArray) -> tuple[Notice, ...]:
    cosine = abs(float(step @ normal)) / float(np.linalg.norm(step))
    degrees = float(np.degrees(np.arccos(min(1.0, cosine))))
    if degrees < _VISIBLE_TILT_DEG:
        return ()
    text = (
        f"The gantry was tilted by {degrees:.1f} degrees; slices are shown as acquired, other "
        "planes and the model use a straightened copy."
    )
    return (Notice("gantry-tilt", text),)


def _sideways_notice(
    slices: Sequence[SliceHeader], positions: FloatArray, offsets: FloatArray, step: FloatArray
) -> tuple[Notice, ...]:
    line = positions[0] + np.outer(offsets, step / np.linalg.norm(step))
    sideways = np.linalg.norm(positions - line, axis=1)
    worst = int(sideways.argmax())
    if sideways[worst] <= _SIDEWAYS_MM:
        return ()
    text = (
        f"The slices are not in line: {slices[worst].name} lies {sideways[worst]:.1f} mm beside "
        "where it should."
    )
    return (Notice("slices-shifted", text),)


def by_plane(slices: Sequence[SliceHeader]) -> tuple[tuple[SliceHeader, ...], ...]:
    """Group slices that are parallel and share pixel spacing; slices without a plane go alone."""
    groups: dict[object, list[SliceHeader]] = defaultdict(list)
    for item in slices:
        plane = item.plane
        # Two decimals of a cosine are about half a degree: noise within a series is far less.
        key = (
            None
            if plane is None
            else (*np.round(np.concatenate([plane.row, plane.column]), 2) + 0.0, *plane.spacing_mm)
        )
        groups[key].append(item)
    return tuple(tuple(group) for group in groups.values())
