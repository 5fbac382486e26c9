"""Heatmaps: which parts of a scan spoke for a score or a likeness, ready for slices and 3D."""

import numpy as np
import numpy.typing as npt

from app.state.results import ShownMap
from app.state.view import Overlay, Vector, as_vector
from app.viewer.overlay_image import ColourTable, OverlayImage
from app.viewer.render_grid import RenderGrid
from app.viewer.slice_order import clamped
from app.viewer.transfer_functions import CIVIDIS, HEAT_FAINT, HEAT_FLOOR
from medct_core.inference.likeness import Likeness
from medct_core.volume.geometry import Geometry

ATTENTION = "model attention, not lesion outline"
"""Stands beside every heatmap."""

MEANING = "log-odds"
"""What the numbers of the colour bar of a finding are: parts of the raw score."""

MEANING_OF_LIKENESS = "parts of the similarity"
"""What they are for a likeness: parts of the cosine of two centred vectors."""

_LEVELS = 256
_HALF_VOXEL = 0.5
# Log-odds that change no score.
_LEAST = 1e-6


def heatmap_overlay(shown: ShownMap) -> OverlayImage:
    """Colour what spoke for a finding, in the numbers that add up to its raw score.

    Only what spoke *for* the finding is shown. A score is what speaks for it less what speaks
    against it, and tissue that speaks against is no place of a finding: coloured, it would be
    read as one. So the coloured places add up to more than the score whenever anything spoke
    against it; the caption says both sums. What lies below a quarter of the strongest place
    stays clear, as in 3D. Between the middles of the model's blocks colours are blended, which
    makes the picture smoother than what the model knows.

    Parameters
    ----------
    shown
        A map that adds up to the score or the likeness; its blocks may reach beyond the scan.
    """
    for_it = _speaking_for(shown)
    shape = (for_it.shape[0], for_it.shape[1], for_it.shape[2])
    return OverlayImage(
        kind=Overlay.HEATMAP,
        values=np.asfortranarray(for_it),
        geometry=Geometry(shape, shown.affine),
        colours=cividis_table(),
        low=0.0,
        high=_highest(for_it),
        caption=heatmap_caption(shown),
        meaning=MEANING_OF_LIKENESS if isinstance(shown, Likeness) else MEANING,
    )


def heatmap_grid(shown: ShownMap) -> RenderGrid:
    """Make the same map ready for 3D, with the same top of its colour bar; call it on a worker."""
    # Loads scipy, which the window does not wait for.
    from app.viewer.render_scan import prepare_heatmap  # noqa: PLC0415

    for_it = _speaking_for(shown)
    return prepare_heatmap(for_it, shown.affine, highest=_highest(for_it))


def heatmap_caption(shown: ShownMap) -> str:
    """Say whose map it is, what it is not, and what speaks for and against it."""
    share = shown.parts
    for_it, against = float(share[share > 0].sum()), float(-share[share < 0].sum())
    name, sums = shown.name, f"for {for_it:.2f}, against {against:.2f}"
    if isinstance(shown, Likeness):
        name = f"Where this scan is like {shown.other}"
        sign = "-" if shown.common < 0 else "+"
        parts = f"{for_it:.2f} parts alike - {against:.2f} parts unlike"
        shared = f"{sign} {abs(shown.common):.2f} what all scans share"
        sums = f"similarity {shown.cosine:.2f} = {parts} {shared}"
    if for_it <= _LEAST:
        return f"{name}: no part of the scan speaks for it"
    return f"{name}: {ATTENTION}\n{sums}"


def strongest_place(shown: ShownMap, geometry: Geometry) -> Vector:
    """Where in a scan a finding is strongest, LPS mm.

    The middle of the strongest block whose middle lies within the scan: the model also looks at
    the padding around it, where nobody can look. If no middle does, the nearest place inside.
    """
    cells = np.indices(shown.values.shape).reshape(3, -1).T
    places = cells @ shown.affine[:3, :3].T + shown.affine[:3, 3]
    index = geometry.to_index(places)
    upper = np.array(geometry.shape) - _HALF_VOXEL
    is_inside = ((index >= -_HALF_VOXEL) & (index <= upper)).all(axis=1)
    if not is_inside.any():
        return clamped(geometry, shown.strongest_mm)
    strength = np.where(is_inside, shown.values.ravel(), -np.inf)
    return as_vector(places[int(np.argmax(strength))])


def cividis_table() -> ColourTable:
    """Colours of a heatmap from 0 to its strongest place: clear, then ever more opaque."""
    levels = np.linspace(0.0, 1.0, _LEVELS)
    nodes = np.linspace(0.0, 1.0, len(CIVIDIS))
    colours = np.empty((_LEVELS, 4))
    for channel in range(3):
        colours[:, channel] = np.interp(levels, nodes, [colour[channel] for colour in CIVIDIS])
    colours[:, 3] = np.interp(levels, [HEAT_FLOOR, HEAT_FAINT], [0.0, 1.0])
    table: ColourTable = np.rint(colours * 255).astype(np.uint8)
    table.flags.writeable = False
    return table


def _speaking_for(shown: ShownMap) -> npt.NDArray[np.float32]:
    """Give the parts of the raw score, log-odds, any shape; 0 for what speaks against."""
    return shown.parts.clip(min=0.0)


def _highest(for_it: npt.NDArray[np.float32]) -> float:
    highest = float(for_it.max())
    # Where nothing speaks for a finding, any top leaves the whole map clear.
    return highest if highest > _LEAST else 1.0
