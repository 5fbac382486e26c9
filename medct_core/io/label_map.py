"""LabelMap: voxels that name structures, their colours, and whether they belong to a scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.notice import Notice

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each."""

MOST_LABELS = 255
"""What one byte can name beside the background."""

COLOURS: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (204, 121, 167),
    (213, 94, 0),
    (136, 204, 238),
    (68, 170, 153),
    (221, 204, 119),
    (170, 68, 153),
    (51, 117, 178),
    (153, 153, 51),
)
"""Told apart by people who see few colours: Okabe and Ito (2008), then Tol, "muted" (2021)."""

_NUMBERS = 65_536
_MOST_PROBED = 200_000
_STRAY_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Label:
    """One structure of a label map.

    Attributes
    ----------
    value
        Its number in the file, 1 or more.
    name
        As the file or the table beside it says, else "Label 3".
    colour
        As recommended there, else one of `COLOURS`.
    """

    value: int
    name: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """How large a structure is and where.

    Attributes
    ----------
    volume_ml
        Number of its voxels times their volume, in millilitres.
    centre_mm
        The voxel of the structure that lies closest to its centre of mass, LPS mm; None where
        it has no voxel.
    """

    volume_ml: float
    centre_mm: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """Structures marked voxel by voxel; read-only, so every thread may hold it.

    Attributes
    ----------
    values
        ``(i, j, k)`` uint8, i fastest in memory: 0 is nothing, n is ``labels[n - 1]``.
    geometry
        Its own grid, LPS mm; need not be that of the scan.
    labels
        By rising number, at most 255.
    source
        Name of its file, without folders.
    frame_of_reference
        UID of the patient frame it was drawn in; empty where the format has none.
    notices
        What its reader must know.

    Raises
    ------
    InvalidVolumeError
        If the array and the geometry differ in shape.
    """

    values: npt.NDArray[np.uint8]
    geometry: Geometry
    labels: tuple[Label, ...]
    source: str
    frame_of_reference: str = ""
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        if self.values.shape != self.geometry.shape:
            raise InvalidVolumeError(
                f"The mask has shape {self.values.shape}, its geometry {self.geometry.shape}.",
                remedy="Save the mask again with the program that made it.",
            )
        if self.values.dtype != np.uint8:
            raise ValueError(f"labels must be uint8, not {self.values.dtype}")
        frozen = np.asfortranarray(self.values).view()
        frozen.flags.writeable = False
        object.__setattr__(self, "values", frozen)


def colour_of(value: int) -> Colour:
    """Colour of a label that has none of its own."""
    return COLOURS[(value - 1) % len(COLOURS)]


def numbers_in(stored: npt.NDArray[np.integer[Any]]) -> tuple[int, ...]:
    """Different numbers of an array beside 0, rising.

    Parameters
    ----------
    stored
        ``(i, j, k)``, i fastest in memory; none below 0 or beyond 65535.
    """
    seen = np.zeros(_NUMBERS, dtype=bool)
    # Slice by slice: indexing with the whole array would take eight bytes a voxel.
    for k in range(stored.shape[2]):
        seen[stored[:, :, k]] = True
    return tuple(int(number) for number in np.flatnonzero(seen) if number)


def renumbered(
    stored: npt.NDArray[np.integer[Any]], numbers: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    """``(i, j, k)`` uint8, i fastest: n where the array holds ``numbers[n - 1]``, else 0."""
    table = np.zeros(_NUMBERS, dtype=np.uint8)
    table[list(numbers)] = np.arange(1, len(numbers) + 1)
    values = np.empty(stored.shape, dtype=np.uint8, order="F")
    for k in range(stored.shape[2]):
        values[:, :, k] = table[stored[:, :, k]]
    return values


def facts_of(label_map: LabelMap) -> tuple[LabelFacts, ...]:
    """Size and place of every label, in their order."""
    # Along the memory the search is six times as fast.
    # A window is painted before anybody needs it, and it takes long to import.
    from scipy import ndimage  # noqa: PLC0415

    boxes = ndimage.find_objects(label_map.values.T, max_label=len(label_map.labels))
    return tuple(
        _facts(label_map, number, box and box[::-1]) for number, box in enumerate(boxes, start=1)
    )


def check_on_scan(
    maps: Sequence[LabelMap], scan: Geometry, *, frame_of_reference: str = ""
) -> tuple[Notice, ...]:
    """Say what must be known before masks are laid over a scan.

    Parameters
    ----------
    maps
        Those of one file.
    scan
        Grid of the scan; masks of other grids fit as well, they lie where the patient is.
    frame_of_reference
        That of the scan; empty where it has none.

    Raises
    ------
    InvalidVolumeError
        If no marked voxel lies inside the scan.
    """
    name = maps[0].source
    points = np.concatenate([_marked_mm(one) for one in maps])
    outside = _share_outside(points, scan)
    if outside == 1.0:
        raise InvalidVolumeError(
            f"{name} does not overlap the scan: {_apart(points, scan)}.",
            remedy="Open the scan that the mask was drawn on, or export the mask again.",
        )
    notices = []
    if outside > _STRAY_SHARE:
        text = f"{outside:.0%} of what {name} marks lies outside the scan."
        notices.append(Notice("mask-outside", text))
    drawn_in = maps[0].frame_of_reference
    if drawn_in and frame_of_reference and drawn_in != frame_of_reference:
        text = (
            f"{name} was drawn in another frame of reference than that of this scan: it may "
            "belong to another examination and lie in the wrong place."
        )
        notices.append(Notice("other-frame-of-reference", text))
    return tuple(notices)


def _facts(label_map: LabelMap, number: int, box: tuple[slice, ...] | None) -> LabelFacts:
    if box is None:
        return LabelFacts(0.0, None)
    mask = label_map.values[box] == number
    count, nearest = int(np.count_nonzero(mask)), _voxel_at_middle(mask)
    place = nearest + np.array([part.start for part in box])
    x, y, z = (float(part) for part in label_map.geometry.to_patient(place))
    return LabelFacts(count * label_map.geometry.voxel_volume_mm3 / 1000, (x, y, z))


def _voxel_at_middle(mask: npt.NDArray[np.bool_]) -> FloatArray:
    """``(3,)`` index of the marked voxel closest to the centre of mass."""
    totals = [mask.sum(axis=(1, 2)), mask.sum(axis=(0, 2)), mask.sum(axis=(0, 1))]
    middle = np.array([np.arange(len(total)) @ total / total.sum() for total in totals])
    rounded: FloatArray = np.rint(middle)
    if mask[tuple(rounded.astype(int))]:
        return rounded
    index = np.argwhere(mask).astype(np.float64)
    nearest: FloatArray = index[np.argmin(((index - middle) ** 2).sum(axis=1))]
    return nearest


def _marked_mm(label_map: LabelMap) -> FloatArray:
    """``(n, 3)`` places of marked voxels, LPS mm; evenly thinned out where there are many."""
    flat = np.flatnonzero(label_map.values.ravel(order="F"))
    flat = flat[:: max(1, len(flat) // _MOST_PROBED)]
    index = np.stack(np.unravel_index(flat, label_map.values.shape, order="F"), axis=-1)
    return label_map.geometry.to_patient(index)


def _share_outside(points: FloatArray, scan: Geometry) -> float:
    index = scan.to_index(points)
    # A voxel reaches half a step beyond its centre, and a coarser mask a little further.
    inside = (index > -1) & (index < np.array(scan.shape))
    return 1.0 - float(inside.all(axis=1).mean())


def _apart(points: FloatArray, scan: Geometry) -> str:
    low, high = points.min(axis=0), points.max(axis=0)
    corners = scan.to_patient([(0, 0, 0), tuple(count - 1 for count in scan.shape)])
    middle = corners.mean(axis=0)
    apart = float(np.linalg.norm((low + high) / 2 - middle))
    return f"their middles are {apart:.0f} mm apart"
