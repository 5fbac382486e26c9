"""Medical material: what surgeons, cardiologists and ward staff leave in a chest."""

from collections.abc import Callable

import numpy as np

from medct_core.phantom.body import Body, Points
from medct_core.phantom.canvas import coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import front_middle_mm, level, one_side_of, rod
from medct_core.phantom.drawing.shapes import box_of_points, rod_coverage, tube_field, turned
from medct_core.phantom.request import Drawn, DrawRequest

METAL_HU = 2800.0
TITANIUM_HU = 2400.0
PORT_HU = 1800.0
CATHETER_HU = 900.0
DRAIN_HU = 450.0
SOFT_PLASTIC_HU = 250.0
SKIN_HU = -300.0

Device = Callable[[Painting, DrawRequest, str], str]


def draw_medical_material(body: Body, request: DrawRequest) -> Drawn:
    """Draw one device, or two when severe: a thin line, then larger metal."""
    paint = painting(body)
    side = one_side_of(request)
    choices = DEVICES[level(request)]
    order = request.rng.permutation(len(choices))
    count = 2 if level(request) == 2 else 1
    words = [choices[n](paint, request, side) for n in order[:count]]
    paired = any(choices[n] in PAIRED for n in order[:count])
    return paint.drawn(request, " and ".join(words), side if paired else "middle")


def _front_of_skin(body: Body, x_mm: float, z_mm: float) -> float:
    """Where the skin begins at the front of the body, as y in mm."""
    grid = body.canvas.grid
    i = int(np.argmin(np.abs(grid.axis_mm(0) - x_mm)))
    k = int(np.argmin(np.abs(grid.axis_mm(2) - z_mm)))
    solid = np.flatnonzero(body.canvas.hu[i, :, k] > SKIN_HU)
    wall = body.chest_wall.centre_mm[1] - body.chest_wall.radii_mm[1] - 20
    return float(grid.axis_mm(1)[solid[0]]) if len(solid) else wall


def _sign(side: str) -> float:
    return -1.0 if side == "right" else 1.0


def _smooth(points: list[Points]) -> Points:
    """Round off a line through points by cutting its corners three times."""
    line = np.asarray(points, np.float64)
    for _ in range(3):
        first, second = line[:-1], line[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1)
        line = np.vstack([line[:1], cut.reshape(-1, 3)[1:-1], line[-1:]])
    return line


def _cava(body: Body) -> Points:
    """Line down the superior vena cava, top first; beside the trachea where none is drawn."""
    for tube in body.great_vessels:
        if "superior vena cava" in tube.name or tube.name == "SVC":
            points = tube.points_mm
            return points if points[0, 2] > points[-1, 2] else points[::-1]
    x, y, z = body.heart.centre_mm
    a, _, c = body.heart.radii_mm
    return np.array([[x - 0.6 * a, y, z + c + 55], [x - 0.6 * a, y, z + 0.6 * c]])


def _atrium(body: Body) -> Points:
    x, y, z = body.heart.centre_mm
    a, _, c = body.heart.radii_mm
    return np.array([x - 0.6 * a, y + 4, z + 0.15 * c])


def _venous_way(body: Body, side: str) -> list[Points]:
    """Way from under the collar bone into the superior vena cava."""
    cava = _cava(body)
    top = cava[0]
    s = _sign(side)
    under = np.array([s * 62.0, top[1] - 12, top[2] + 34])
    inner = np.array([s * 28.0, top[1] - 4, top[2] + 30])
    return [under, inner, cava[0], cava[len(cava) // 2], cava[-1]]


def _box_of_metal(
    paint: Painting, centre: Points, halves: tuple[float, float, float], hu: float, tilt: float
) -> None:
    """Flat case with rounded corners, turned about the front-to-back axis."""
    axes = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    box = box_of_points(paint.body.canvas.grid, centre, float(np.hypot(halves[0], halves[2])) + 4)
    u, v, w = turned(paint.body.canvas.grid.coordinates(box), centre, axes)
    flat = ((u / halves[0]) ** 4 + (w / halves[2]) ** 4) ** 0.25 - 1
    distance = np.maximum(flat * min(halves[0], halves[2]), np.abs(v) - halves[1])
    paint.raise_to(box, coverage_of(distance.astype(np.float32), paint.edge_mm), hu)


def _pocket(body: Body, request: DrawRequest, side: str, depth_mm: float) -> Points:
    """Place for a case under the skin below the collar bone."""
    rng = request.rng
    x = body.chest_wall.centre_mm[0] + _sign(side) * rng.uniform(62, 85)
    z = float(_cava(body)[0][2]) + rng.uniform(-5, 18)
    # The chest curves away at the side: no corner of the case may stick out of the skin.
    skin = max(_front_of_skin(body, x + aside, z) for aside in (-16.0, 0.0, 16.0))
    return np.array([x, skin + depth_mm, z])


def _pacemaker(paint: Painting, request: DrawRequest, side: str) -> str:
    body, rng = paint.body, request.rng
    pocket = _pocket(body, request, side, 9.0)
    halves = (rng.uniform(20, 26), rng.uniform(3.5, 5), rng.uniform(18, 24))
    _box_of_metal(paint, pocket, halves, TITANIUM_HU, rng.uniform(-0.4, 0.4))
    x, y, z = body.heart.centre_mm
    a, b, c = body.heart.radii_mm
    apex = np.array([x + 0.45 * a, y - 0.5 * b, z - 0.55 * c])
    ends = [[_atrium(body) + np.array([0.0, -8.0, 6.0])], [_atrium(body), apex]]
    for end in ends[int(rng.integers(2)) :]:
        line = _smooth([pocket, *_venous_way(body, side), *end])
        paint.rods((rod(line, 0.9), rod([line[-1] - np.array([0, 0, 4]), line[-1]], 1.3)), METAL_HU)
    return "pacemaker"


def _port(paint: Painting, request: DrawRequest, side: str) -> str:
    pocket = _pocket(paint.body, request, side, 10.0)
    _box_of_metal(paint, pocket, (13, 6, 13), PORT_HU, request.rng.uniform(-0.5, 0.5))
    line = _smooth([pocket, *_venous_way(paint.body, side)])
    paint.rods((rod(line, 1.3),), CATHETER_HU)
    return "port catheter"


def _central_line(paint: Painting, request: DrawRequest, side: str) -> str:
    way = _venous_way(paint.body, side)
    neck = way[1] + np.array([_sign(side) * 8.0, 4.0, 60.0])
    path = [neck, *way[1:]] if request.rng.uniform() < 0.5 else way
    end = [_atrium(paint.body)] if request.rng.uniform() < 0.4 else []
    paint.rods((rod(_smooth([*path, *end]), 1.4),), CATHETER_HU)
    return "central venous catheter"


def _sternal_wires(paint: Painting, request: DrawRequest, _side: str) -> str:
    body, rng = paint.body, request.rng
    heart_top = body.heart.centre_mm[2] + body.heart.radii_mm[2]
    x = front_middle_mm(body)
    turns = np.linspace(0, 2 * np.pi, 13)
    wires = []
    for n in range(int(rng.integers(5, 8))):
        z = heart_top + 28 - 15 * n + rng.normal() * 1.5
        y = body.chest_wall.centre_mm[1] - body.chest_wall.radii_mm[1] - 7
        y = max(y, _front_of_skin(body, x, z) + 11)
        tilt = rng.normal() * 0.2
        loop = np.stack(
            [x + 13 * np.cos(turns), y + 8 * np.sin(turns), z + 13 * tilt * np.cos(turns)], axis=1
        )
        wires.append(rod(loop, 0.7))
        wires.append(rod([[x + 1, y - 8, z], [x + 3, y - 9, z + 7]], 1.1))
    paint.rods(tuple(wires), METAL_HU)
    return "sternal wires"


def _valve(paint: Painting, request: DrawRequest, _side: str) -> str:
    body, rng = paint.body, request.rng
    root, flow = body.aorta.points_mm[0], body.aorta.points_mm[1] - body.aorta.points_mm[0]
    flow = flow / np.linalg.norm(flow)
    first = np.cross(flow, [0.0, 1.0, 0.3])
    first /= np.linalg.norm(first)
    second = np.cross(flow, first)
    turns = np.linspace(0, 2 * np.pi, 15)[:, None]
    radius = rng.uniform(10.5, 13)
    ring = root + radius * (np.cos(turns) * first + np.sin(turns) * second)
    leaf = root + np.linspace(-0.7, 0.7, 3)[:, None] * radius * first + 2 * flow
    paint.rods((rod(ring, 1.7), rod(leaf, 0.9)), TITANIUM_HU)
    return "heart valve prosthesis"


def _stent_graft(paint: Painting, request: DrawRequest, _side: str) -> str:
    rng = request.rng
    points, radii = _descending_aorta(paint.body)
    z = np.linspace(points[0, 2] - 12, points[0, 2] - rng.uniform(80, 130), 11)
    # Interpolation wants rising numbers, the aorta runs down.
    line = np.stack([np.interp(-z, -points[:, 2], points[:, n]) for n in range(2)], axis=1)
    turns = np.linspace(0, 2 * np.pi, 19)
    zigzag = 4.5 * np.where(np.arange(19) % 2, 1.0, -1.0)
    rings = []
    for (x, y), height in zip(line, z, strict=True):
        radius = float(np.interp(-height, -points[:, 2], radii)) - 1.0
        ring = [x + radius * np.cos(turns), y + radius * np.sin(turns), height + zigzag]
        rings.append(rod(np.stack(ring, axis=1), 0.6))
    paint.rods(tuple(rings), METAL_HU)
    return "aortic stent graft"


def _descending_aorta(body: Body) -> tuple[Points, Points]:
    """Points and radii of the aorta where it runs down, the highest first."""
    points, radii = body.aorta.points_mm, body.aorta.radii_mm
    top = int(np.argmax(points[:, 2]))
    below = np.flatnonzero(np.diff(points[top:, 2]) < -1e-6) + top + 1
    return points[below], radii[below]


def _chest_tube(paint: Painting, request: DrawRequest, side: str) -> str:
    body, rng = paint.body, request.rng
    s = _sign(side)
    x, y, z = body.chest_wall.centre_mm
    a, b, c = body.chest_wall.radii_mm
    entry = np.array([x + s * (a + 32), y - 0.1 * b, z + rng.uniform(-0.35, -0.1) * c])
    wall = np.array([x + s * (a - 8), y + 0.2 * b, entry[2] + 8])
    back = np.array([x + s * 0.72 * a, y + 0.5 * b, entry[2] + 0.35 * c])
    apex = np.array([x + s * 0.55 * a, y + 0.35 * b, z + 0.55 * c])
    line = _smooth([entry, wall, back, apex])
    _hollow(paint, line, 4.0, DRAIN_HU)
    paint.rods((rod(line + np.array([0, 3.4, 0]), 0.7),), PORT_HU)
    return f"{side} chest tube"


def _hollow(paint: Painting, line: Points, radius: float, hu: float) -> None:
    field = tube_field(paint.body.canvas.grid, (rod(line, radius),), radius + 3)
    outer = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    lumen = rod_coverage(field.distance_mm, 0.6 * field.radius_mm, paint.edge_mm)
    paint.cover(field.box, outer, hu)
    paint.cover(field.box, lumen, -980.0)


def _breathing_tube(paint: Painting, request: DrawRequest, _side: str) -> str:
    points = paint.body.trachea.points_mm
    points = points if points[0, 2] > points[-1, 2] else points[::-1]
    line = points[: max(2, int(len(points) * request.rng.uniform(0.6, 0.8)))]
    _hollow(paint, line, 5.2, SOFT_PLASTIC_HU)
    paint.rods((rod(line + np.array([0, -4.8, 0]), 0.8),), PORT_HU)
    return "endotracheal tube"


def _feeding_tube(paint: Painting, request: DrawRequest, _side: str) -> str:
    radius = request.rng.uniform(1.5, 2.3)
    paint.rods((rod(paint.body.oesophagus.points_mm, radius),), CATHETER_HU)
    return "gastric tube"


def _spinal_rods(paint: Painting, request: DrawRequest, _side: str) -> str:
    body, rng = paint.body, request.rng
    points = body.spine.points_mm
    points = points[np.argsort(points[:, 2])]
    low = rng.uniform(points[0, 2], points[-1, 2] - 0.6 * np.ptp(points[:, 2]))
    levels = low + np.linspace(0, min(110.0, 0.55 * np.ptp(points[:, 2])), 5)
    spine = np.stack([np.interp(levels, points[:, 2], points[:, n]) for n in range(3)], axis=1)
    radius = float(body.spine.radii_mm.mean())
    metal = []
    for s in (-1.0, 1.0):
        back = spine + np.array([s * 17.0, radius + 14, 0])
        metal.append(rod(back, 2.7))
        metal += [
            rod([p, q + np.array([s * 9.0, -4.0, 0])], 2.6)
            for p, q in zip(back, spine, strict=True)
        ]
    paint.rods(tuple(metal), METAL_HU)
    return "spinal fixation"


DEVICES: tuple[tuple[Device, ...], ...] = (
    (_central_line, _feeding_tube, _valve),
    (_port, _sternal_wires, _breathing_tube, _chest_tube),
    (_pacemaker, _stent_graft, _spinal_rods, _sternal_wires, _port),
)
"""Devices of each severity: thin lines, then tubes and wires, then large metal."""

PAIRED = (_pacemaker, _port, _central_line, _chest_tube)
"""Devices that lie on one side."""
