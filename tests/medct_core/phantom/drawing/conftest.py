"""A crude chest: ellipsoids and straight tubes, enough for findings to find their places."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from medct_core.phantom.body import Body, Ellipsoid, Points, Tube
from medct_core.phantom.canvas import Canvas, Float, Grid, coverage_of
from medct_core.phantom.drawing.shapes import ellipsoid_distance, tubes_in, whole
from medct_core.phantom.request import Drawer, Drawn, DrawRequest

COARSE = Grid((96, 96, 64), (4.0, 4.0, 5.0))
FINE = Grid((154, 136, 116), (2.5, 2.5, 2.75))


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A body after one finding was drawn, and its voxels before."""

    body: Body
    before: Float
    drawn: Drawn

    @property
    def mask(self) -> Float:
        """Mask of the finding."""
        return self.drawn.mask

    @property
    def after(self) -> Float:
        """Voxels after drawing."""
        return self.body.canvas.hu

    @property
    def change(self) -> Float:
        """How much each voxel changed."""
        return self.after - self.before

    @property
    def volume_ml(self) -> float:
        """Volume of the mask."""
        voxel = float(np.prod(self.body.canvas.grid.spacing_mm))
        return float(self.mask.sum(dtype=np.float64)) * voxel / 1000

    @property
    def centre_mm(self) -> Points:
        """Middle of the mask in the chest frame, ``(3,)``."""
        grid = self.body.canvas.grid
        axes = grid.coordinates(whole(grid))
        total = self.mask.sum(dtype=np.float64)
        return np.array([float((self.mask * axis).sum() / total) for axis in axes])

    def core(self, at_least: float = 0.9) -> Float:
        """Densities where the mask covers nearly the whole voxel."""
        return self.after[self.mask >= at_least]


LUNGS = {
    "right": Ellipsoid((-68.0, 0.0, 0.0), (52.0, 80.0, 115.0)),
    "left": Ellipsoid((68.0, 0.0, 0.0), (52.0, 80.0, 115.0)),
}
HEART = Ellipsoid((18.0, -22.0, -42.0), (50.0, 42.0, 50.0))


def _tube(points: list[list[float]], radius: float, **words: str) -> Tube:
    line = np.asarray(points, np.float64)
    return Tube(line, np.full(len(line), radius), **words)


def _arc(rib: int, side: str) -> Tube:
    angle = np.linspace(-2.6, 0.6, 14) if side == "right" else np.linspace(-0.54, -3.74, 14)[::-1]
    s = -1.0 if side == "right" else 1.0
    turn = np.linspace(0.15, np.pi - 0.25, len(angle))
    z = 100.0 - 22 * rib
    points = np.stack(
        [s * 133 * np.sin(turn), 93 * np.cos(turn), z - 18 * (1 - np.cos(turn)) / 2], axis=1
    )
    return Tube(points, np.full(14, 5.0), side=side, name=f"{side} rib {rib + 1}")


def _bronchi() -> tuple[Tube, ...]:
    ends = {
        "RUL": [-70, 0, 75],
        "RML": [-85, -50, -10],
        "RLL": [-75, 50, -60],
        "LUL": [70, -10, 70],
        "LLL": [80, 50, -60],
    }
    tubes = []
    for lobe, end in ends.items():
        hilum = np.array([-28.0 if lobe[0] == "R" else 28.0, 5.0, 15.0])
        for shift in ([0, 0, 0], [12, 8, 10], [-10, -12, 0], [4, 14, -12]):
            tip = np.array(end, float) + shift
            side = "right" if lobe[0] == "R" else "left"
            points = hilum + np.linspace(0, 0.85, 6)[:, None] * (tip - hilum)
            tubes.append(Tube(points, np.linspace(4.0, 1.6, 6), side, lobe, "bronchus"))
    return tuple(tubes)


def _lobes(side: str, z: Float, y: Float, there: Float) -> Float:
    lower = y * 0.75 + (-z) * 0.65 > 5
    if side == "left":
        return np.where(there > 0, np.where(lower, 5, 4), 0)
    return np.where(there > 0, np.where(lower, 3, np.where(z < -5, 2, 1)), 0)


def _paint_trunk(canvas: Canvas) -> None:
    grid, edge = canvas.grid, canvas.edge_mm()
    box = whole(grid)
    x, y, z = grid.coordinates(box)
    for a, b, value in ((165, 120, -100.0), (150, 108, 50.0), (40, 75, -100.0)):
        radius = np.sqrt((x / a) ** 2 + (y / b) ** 2)
        canvas.blend(box, coverage_of((radius - 1) * b + 0 * z, edge), value)


def _paint_lungs(canvas: Canvas) -> tuple[Float, Float, Float]:
    grid, edge = canvas.grid, canvas.edge_mm()
    box = whole(grid)
    x, y, z = grid.coordinates(box)
    lung, depth = np.zeros(grid.shape, np.float32), np.zeros(grid.shape, np.float32)
    lobes = np.zeros(grid.shape, np.float32)
    heart = ellipsoid_distance((x, y, z), HEART)
    for side, shape in LUNGS.items():
        distance = np.maximum(ellipsoid_distance((x, y, z), shape), -heart)
        there = coverage_of(distance, edge)
        lung = np.maximum(lung, there)
        depth = np.maximum(depth, np.maximum(-distance, 0))
        lobes = np.maximum(lobes, _lobes(side, z, y, there))
    canvas.blend(box, lung, -860.0)
    canvas.blend(box, coverage_of(heart, edge), 45.0)
    return lung, depth, lobes


def _paint_tubes(canvas: Canvas, tubes: tuple[Tube, ...], value: float) -> None:
    box = whole(canvas.grid)
    canvas.blend(box, tubes_in(canvas.grid, box, tubes), value)


def _coronary(heart: Ellipsoid, turn: float) -> Tube:
    share = np.linspace(0, 1, 10)
    out = np.stack([np.cos(turn + share), -np.sin(turn + share), 0.6 - 1.2 * share], axis=1)
    out = out / np.linalg.norm(out, axis=1)[:, None]
    points: Points = np.asarray(heart.centre_mm) + out * np.asarray(heart.radii_mm)
    return Tube(points, np.full(10, 1.8), name="coronary")


def _aorta() -> Tube:
    turn = np.linspace(0, np.pi, 12)
    arch = np.stack([8 + 0 * turn, -10 + 28 * (1 - np.cos(turn)), 30 + 38 * np.sin(turn)], axis=1)
    down = np.stack([np.full(12, 14.0), np.full(12, 46.0), np.linspace(25, -115, 12)], axis=1)
    return Tube(np.vstack([[[8, -10, 5]], arch, down]), np.full(25, 13.0), name="aorta")


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Every tube of the stand-in chest."""

    bronchi: tuple[Tube, ...]
    vessels: tuple[Tube, ...]
    ribs: tuple[Tube, ...]
    spine: Tube
    oesophagus: Tube
    trachea: Tube
    cava: Tube
    carotid: Tube
    aorta: Tube


def _lines() -> Lines:
    bronchi = _bronchi()
    return Lines(
        bronchi=bronchi,
        vessels=tuple(
            Tube(t.points_mm + 5.0, t.radii_mm, t.side, t.lobe, "vessel") for t in bronchi
        ),
        ribs=tuple(_arc(n, side) for side in LUNGS for n in range(9)),
        spine=_tube([[0, 75, 150], [0, 75, -150]], 18, name="spine"),
        oesophagus=_tube([[3, 38, z] for z in np.linspace(150, -140, 15)], 7, name="oesophagus"),
        trachea=_tube([[0, 8, 150], [0, 8, 25]], 9, name="trachea"),
        cava=_tube([[-22, -5, 70], [-24, -10, 5]], 9, name="superior vena cava"),
        carotid=_tube([[8, 10, 68], [14, 0, 130]], 4, name="left carotid artery"),
        aorta=_aorta(),
    )


def _paint_lines(canvas: Canvas, lines: Lines) -> None:
    for tubes, value in (
        (lines.vessels, 40.0),
        (lines.bronchi, 0.0),
        (lines.ribs, 500.0),
        ((lines.spine,), 220.0),
        ((lines.oesophagus, lines.aorta, lines.cava, lines.carotid), 42.0),
        ((lines.trachea,), -950.0),
    ):
        _paint_tubes(canvas, tubes, value)


STATIONS = {
    "right paratracheal": (-18.0, 2.0, 50.0),
    "subcarinal": (0.0, 14.0, 8.0),
    "right hilar": (-34.0, 6.0, 8.0),
    "left hilar": (34.0, 6.0, 8.0),
    "aortopulmonary": (20.0, 2.0, 35.0),
}
THYROID = {
    "right": Ellipsoid((-18.0, -8.0, 140.0), (9.0, 9.0, 18.0)),
    "left": Ellipsoid((18.0, -8.0, 140.0), (9.0, 9.0, 18.0)),
}


def crude_body(grid: Grid) -> Body:
    """Paint the stand-in chest at the resolution of a grid."""
    canvas = Canvas(grid, np.full(grid.shape, -1000, np.float32))
    _paint_trunk(canvas)
    lung, depth, lobes = _paint_lungs(canvas)
    lines = _lines()
    _paint_lines(canvas, lines)
    _, y, z = grid.coordinates(whole(grid))
    return Body(
        canvas=canvas,
        lung=lung,
        lobes=lobes.astype(np.int8),
        depth_mm=depth.astype(np.float32),
        height=np.clip((z + 115) / 230, 0, 1),
        dependency=np.clip((y + 80) / 160, 0, 1),
        bronchi=lines.bronchi,
        vessels=lines.vessels,
        ribs=lines.ribs,
        coronaries=tuple(_coronary(HEART, turn) for turn in (0.3, 1.4, 2.4)),
        trachea=lines.trachea,
        aorta=lines.aorta,
        oesophagus=lines.oesophagus,
        spine=lines.spine,
        great_vessels=(lines.cava, lines.carotid),
        heart=HEART,
        stomach=Ellipsoid((60.0, -10.0, -130.0), (45.0, 40.0, 30.0)),
        liver=Ellipsoid((-55.0, -10.0, -130.0), (80.0, 70.0, 40.0)),
        diaphragm_mm=np.full(grid.shape[:2], -95.0, np.float32),
        chest_wall=Ellipsoid((0.0, 0.0, 0.0), (128.0, 88.0, 120.0)),
        node_stations_mm=STATIONS,
        thyroid=THYROID,
    )


class BodyStore:
    """Paints the stand-in chest once for each grid and hands out copies to draw into."""

    def __init__(self) -> None:
        self._painted: dict[Grid, Body] = {}

    def fresh(self, grid: Grid = COARSE) -> Body:
        """Return the stand-in chest with a canvas of its own."""
        if grid not in self._painted:
            self._painted[grid] = crude_body(grid)
        body = self._painted[grid]
        return replace(body, canvas=Canvas(grid, body.canvas.hu.copy()))

    def fine(self) -> Body:
        """Return the same chest with smaller voxels."""
        return self.fresh(FINE)


@pytest.fixture(scope="session")
def bodies() -> BodyStore:
    """Stand-in chests."""
    return BodyStore()


class Pencil:
    """Draws a finding into a fresh chest and compares before and after."""

    def __init__(self, bodies: BodyStore) -> None:
        self._bodies = bodies

    def draw(self, drawer: Drawer, severity: str, seed: int = 1, **wish: str) -> Drawing:
        """Draw at 4 mm; `wish` may hold a side."""
        return self._draw(self._bodies.fresh(), drawer, severity, seed, wish.get("side"))

    def draw_fine(self, drawer: Drawer, severity: str, seed: int = 1) -> Drawing:
        """Draw with small voxels."""
        return self._draw(self._bodies.fine(), drawer, severity, seed, None)

    def _draw(
        self, body: Body, drawer: Drawer, severity: str, seed: int, side: str | None
    ) -> Drawing:
        before = body.canvas.hu.copy()
        drawn = drawer(body, DrawRequest(np.random.default_rng(seed), severity, side))
        return Drawing(body, before, drawn)


@pytest.fixture(scope="session")
def pencil(bodies: BodyStore) -> Pencil:
    """Draws findings into stand-in chests."""
    return Pencil(bodies)
