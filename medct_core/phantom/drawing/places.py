"""Places in a body: where a finding may lie, and the words for it.

Points are drawn in millimetres, not as voxels, so a seed puts a lesion in the same place at
any spacing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.phantom.body import LOBES, SIDES, Body, Ellipsoid, Points, Tube
from medct_core.phantom.canvas import Box, Float, Grid
from medct_core.phantom.request import SEVERITIES, DrawRequest

LOBE_WORDS = {
    "RUL": "right upper lobe",
    "RML": "right middle lobe",
    "RLL": "right lower lobe",
    "LUL": "left upper lobe",
    "LLL": "left lower lobe",
}
LOBES_OF_SIDE = {
    "right": ("RUL", "RML", "RLL"),
    "left": ("LUL", "LLL"),
    "both": LOBES,
    "middle": LOBES,
}
LUNG_WORDS = {"right": "right lung", "left": "left lung", "both": "both lungs"}

# Cardiothoracic ratio of the largest heart drawn; no lesion of the lung is put where it may lie.
LARGEST_RATIO = 0.7

_RIBS_AT_THE_BREASTBONE = 10

Range = tuple[float, float]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Random points of the chest and what lies there; ``n`` is the first axis of all.

    Attributes
    ----------
    points_mm
        ``(n, 3)`` float64, chest frame.
    lung
        Coverage of lung at each point.
    lobe
        0 outside, else 1 + index into `LOBES`.
    depth_mm
        Distance from the pleura.
    height
        0 at the base of the lungs, 1 at the apex.
    dependency
        0 at the front, 1 at the back.
    """

    points_mm: Points
    lung: Float
    lobe: npt.NDArray[np.int8]
    depth_mm: Float
    height: Float
    dependency: Float


def level(request: DrawRequest) -> int:
    """0 for mild, 1 for moderate, 2 for severe."""
    return SEVERITIES.index(request.severity)


def by_severity(request: DrawRequest, ranges: tuple[Range, Range, Range]) -> float:
    """Draw a number from the range of the severity asked for."""
    low, high = ranges[level(request)]
    return float(request.rng.uniform(low, high))


def count_by_severity(request: DrawRequest, ranges: tuple[Range, Range, Range]) -> int:
    """Draw a whole number from the range of the severity asked for, ends included."""
    low, high = ranges[level(request)]
    return int(low + np.floor(request.rng.uniform() * (high - low + 1)))


def side_of(request: DrawRequest, both: float) -> str:
    """Side asked for, or one drawn: `both` with that chance, else right or left alike."""
    drawn, one = request.rng.uniform(), SIDES[int(request.rng.integers(2))]
    if request.side in ("right", "left", "both"):
        return request.side
    return "both" if drawn < both else one


def one_side_of(request: DrawRequest) -> str:
    """Side for what can only be on one: the one asked for, or one drawn."""
    one = SIDES[int(request.rng.integers(2))]
    return request.side if request.side in SIDES else one


def sides(side: str) -> tuple[str, ...]:
    """Single sides that a side stands for."""
    return SIDES if side == "both" else (side,)


def indices(grid: Grid, points_mm: Points) -> tuple[npt.NDArray[np.intp], ...]:
    """Nearest voxel of each point ``(n, 3)``, kept inside the grid, one array an axis."""
    points = np.asarray(points_mm, float)
    found = []
    for axis in range(3):
        n, step = grid.shape[axis], grid.spacing_mm[axis]
        index = np.rint(points[:, axis] / step + (n - 1) / 2).astype(np.intp)
        found.append(np.clip(index, 0, n - 1))
    return tuple(found)


def sites_at(body: Body, points_mm: Points) -> Sites:
    """Look up what lies at points ``(n, 3)``."""
    shape = body.canvas.grid.shape
    where = indices(body.canvas.grid, points_mm)
    return Sites(
        points_mm=np.asarray(points_mm, float),
        lung=body.lung[where],
        lobe=body.lobes[where],
        depth_mm=body.depth_mm[where],
        height=np.broadcast_to(body.height, shape)[where],
        dependency=np.broadcast_to(body.dependency, shape)[where],
    )


def scatter(body: Body, rng: np.random.Generator, count: int = 1500) -> Sites:
    """Draw points inside the rib cage and keep those that lie in the lungs."""
    centre = np.asarray(body.chest_wall.centre_mm)
    radii = np.asarray(body.chest_wall.radii_mm)
    points = centre + radii * rng.uniform(-1, 1, (count, 3))
    sites = sites_at(body, points)
    largest = heart_as_wide(body, LARGEST_RATIO)
    part = (points - np.asarray(largest.centre_mm)) / np.asarray(largest.radii_mm)
    beside = (part**2).sum(axis=1) > 1
    return kept(sites, beside & (sites.lobe > 0))


def heart_as_wide(body: Body, ratio: float) -> Ellipsoid:
    """Heart grown, mostly to the left, until it fills a share of the chest's inner width.

    Growth is a straight line, so a heart grown twice lies on the way of one grown once.
    """
    growth = max(ratio * body.chest_wall.radii_mm[0] - body.heart.radii_mm[0], 0.0)
    x, y, z = body.heart.centre_mm
    a, b, c = body.heart.radii_mm
    return Ellipsoid(
        (x + 0.3 * growth, y - 0.1 * growth, z + 0.15 * growth),
        (a + growth, b + 0.6 * growth, c + 0.5 * growth),
    )


def front_middle_mm(body: Body) -> float:
    """Tell where the breastbone runs, as x in mm: halfway between the front ends of the ribs."""
    tips = np.array([rib.points_mm[np.argmin(rib.points_mm[:, 1])] for rib in body.ribs])
    frontmost = tips[np.argsort(tips[:, 1])[:_RIBS_AT_THE_BREASTBONE]]
    return float(frontmost[:, 0].mean())


def kept(sites: Sites, which: Flags | npt.NDArray[np.intp]) -> Sites:
    """Sites chosen by flags or by number."""
    return Sites(*(getattr(sites, name)[which] for name in Sites.__slots__))


def preferred(sites: Sites, *wishes: Flags) -> Sites:
    """Sites that meet all wishes; if none does, the last wish is given up, and so on."""
    for given_up in range(len(wishes)):
        flags = np.logical_and.reduce(wishes[: len(wishes) - given_up])
        if flags.any():
            return kept(sites, flags)
    return sites


def in_lobes(sites: Sites, names: tuple[str, ...]) -> Flags:
    """Which sites lie in the named lobes."""
    return np.isin(sites.lobe, [1 + LOBES.index(name) for name in names])


def lung_share(body: Body, box: Box, names: tuple[str, ...]) -> Float:
    """Coverage of the named lobes inside a box."""
    share = body.lung[box]
    if len(names) == len(LOBES):
        return share
    lobes = np.isin(_with_rim(body.lobes[box]), [1 + LOBES.index(name) for name in names])
    return np.where(lobes, share, np.float32(0))


def _with_rim(lobes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Lobes grown by one voxel: those less than half in the lung belong to no lobe else."""
    grown = lobes.copy()
    for axis in range(3):
        line, nearest = np.moveaxis(grown, axis, 0), np.moveaxis(lobes, axis, 0)
        for into, source in ((line[1:], nearest[:-1]), (line[:-1], nearest[1:])):
            np.copyto(into, source, where=into == 0)
    return grown


def lung_box(body: Body, side: str) -> Box:
    """Box of the rib cage on one side, or of all of it."""
    centre = np.asarray(body.chest_wall.centre_mm)
    radii = np.asarray(body.chest_wall.radii_mm)
    # The lung reaches further down behind the dome of the diaphragm than the cage's middle.
    low, high = centre - radii - (0.0, 0.0, 90.0), centre + radii + (0.0, 0.0, 20.0)
    if side == "right":
        high[0] = centre[0] + 5
    if side == "left":
        low[0] = centre[0] - 5
    return body.canvas.grid.box_around(low, high)


def lobes_in_words(names: list[str]) -> str:
    """Words for a set of lobes, in the order of `LOBES`."""
    chosen = [name for name in LOBES if name in names]
    if {"RLL", "LLL"} == set(chosen):
        return "both lower lobes"
    if {"RUL", "LUL"} == set(chosen):
        return "both upper lobes"
    if len(chosen) > 2:
        return LUNG_WORDS[side_of_lobes(chosen)]
    return " and ".join(LOBE_WORDS[name] for name in chosen)


def side_of_lobes(names: list[str]) -> str:
    """Side or sides that the named lobes lie on."""
    letters = {name[0] for name in names}
    if len(letters) == 2:
        return "both"
    return "right" if letters == {"R"} else "left"


def lobe_at(site_lobe: int) -> str:
    """Name of the lobe a site lies in."""
    return LOBES[site_lobe - 1]


def direction(rng: np.random.Generator) -> Points:
    """Random unit vector ``(3,)``."""
    vector = rng.normal(size=3)
    return np.asarray(vector / np.linalg.norm(vector), np.float64)


def rod(points_mm: npt.ArrayLike, radius_mm: npt.ArrayLike, name: str = "") -> Tube:
    """Tube through points ``(n, 3)`` with one radius or one for each point."""
    points = np.asarray(points_mm, np.float64)
    radii = np.broadcast_to(np.asarray(radius_mm, np.float64), (len(points),)).copy()
    return Tube(points_mm=points, radii_mm=radii, name=name)
