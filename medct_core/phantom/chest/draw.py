"""One harmless chest, from habitus to table."""

from dataclasses import dataclass, replace

import numpy as np

from medct_core.phantom.body import Body, Ellipsoid, Tube
from medct_core.phantom.canvas import Canvas, Float, Grid, coverage_of
from medct_core.phantom.chest.abdomen import draw_abdomen
from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.chest.heart import heart_distance
from medct_core.phantom.chest.mediastinum import (
    BORDERING,
    Mediastinum,
    draw_mediastinum,
    plan_mediastinum,
)
from medct_core.phantom.chest.skeleton import (
    draw_front_and_shoulders,
    draw_ribs,
    rib_tubes,
)
from medct_core.phantom.chest.spine import draw_spine
from medct_core.phantom.chest.tree import Tree, draw_tree, grow_tree
from medct_core.phantom.chest.trunk import Trunk, draw_trunk, fill_lungs, skin_of_back
from medct_core.phantom.drawing.shapes import slab_coverage, tube_field, whole
from medct_core.phantom.scanner import Scanner
from medct_core.phantom.streams import stream

_VESSEL_REACH_MM, _VESSEL_COAT_MM = 34.0, 2.0


def draw_chest(grid: Grid, seed: int, scanner: Scanner) -> Body:
    """Paint a chest without any finding.

    Parameters
    ----------
    grid
        Where to paint.
    seed
        Of the patient; the same seed is the same patient at any spacing.
    scanner
        Decides how often contrast is given, and the table.

    Returns
    -------
    The body, sharp and without noise.
    """
    canvas = Canvas(grid, np.full(grid.shape, -1000.0, np.float32))
    habitus = sample_habitus(stream(seed, "habitus"), scanner.contrast_share)
    organs = plan_mediastinum(habitus, stream(seed, "organs"))
    trunk = draw_trunk(canvas, habitus, stream(seed, "trunk"))
    trunk = beside_organs(canvas, trunk, organs)
    fill_lungs(canvas, habitus, trunk, stream(seed, "lungs"))
    draw_abdomen(canvas, habitus, organs, trunk, stream(seed, "abdomen"))
    ribs = rib_tubes(habitus, stream(seed, "ribs"))
    spine = draw_spine(canvas, habitus, stream(seed, "spine"))
    draw_ribs(canvas, habitus, ribs)
    draw_front_and_shoulders(canvas, habitus, stream(seed, "shoulders"))
    tree = grow_tree(habitus, stream(seed, "tree"))
    lung = coverage_of(trunk.lung_mm, canvas.edge_mm())
    draw_mediastinum(canvas, habitus, organs, stream(seed, "mediastinum"))
    draw_tree(canvas, tree, lung, habitus.blood_hu)
    draw_table(canvas, habitus, scanner)
    lines = Lines(tree, ribs, spine)
    return body_of(canvas, habitus, trunk, organs, lines)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Everything of a chest that is a tube."""

    tree: Tree
    ribs: tuple[Tube, ...]
    spine: Tube


def beside_organs(canvas: Canvas, trunk: Trunk, organs: Mediastinum) -> Trunk:
    """Take heart, great vessels and the fat on them out of the lungs."""
    coordinates = canvas.grid.coordinates(whole(canvas.grid))
    outside = organs.heart.fat_mm - heart_distance(coordinates, organs.heart)
    lung = np.maximum(trunk.lung_mm, outside)
    large = (organs.aorta, *(tube for tube in organs.great_vessels if tube.name in BORDERING))
    field = tube_field(canvas.grid, large, _VESSEL_REACH_MM)
    coat = field.radius_mm + np.float32(_VESSEL_COAT_MM) - field.distance_mm
    np.maximum(lung[field.box], coat, out=lung[field.box])
    lobes = np.where(lung < 0, trunk.lobes, 0).astype(np.int8)
    return replace(trunk, lung_mm=lung, lobes=lobes)


def draw_table(canvas: Canvas, habitus: Habitus, scanner: Scanner) -> None:
    """Paint the patient table: a thin shell of carbon fibre under the back."""
    box, edge = whole(canvas.grid), canvas.edge_mm()
    x, y, _ = canvas.grid.coordinates(box)
    back = skin_of_back(habitus) + 3.0
    top = np.float32(back) - np.float32(scanner.table_curve) * x**2 / np.float32(2000.0)
    below: Float = y - top - np.float32(2.0)
    aside: Float = np.abs(x) - np.float32(190.0)
    shell = slab_coverage(below, 4.0, edge) * coverage_of(aside, edge)
    air = coverage_of(canvas.hu + 700.0, 200.0)
    canvas.blend(box, shell * air, -150.0)


def body_of(
    canvas: Canvas, habitus: Habitus, trunk: Trunk, organs: Mediastinum, lines: Lines
) -> Body:
    """Collect what findings need to know."""
    _, y, z = canvas.grid.coordinates(whole(canvas.grid))
    _, cy, cz = habitus.centre_mm
    deep = habitus.cage_mm[1]
    base = habitus.dome_mm - 0.5 * habitus.dome_height_mm
    height = np.clip((z - cz - base) / np.float32(habitus.apex_mm - base), 0.0, 1.0)
    dependency = np.clip((y - np.float32(cy) + deep) / np.float32(2 * deep), 0.0, 1.0)
    middle = (habitus.apex_mm + base) / 2
    return Body(
        canvas=canvas,
        lung=coverage_of(trunk.lung_mm, canvas.edge_mm()),
        lobes=trunk.lobes,
        depth_mm=np.maximum(-trunk.lung_mm, 0.0).astype(np.float32),
        height=height.astype(np.float32),
        dependency=dependency.astype(np.float32),
        bronchi=lines.tree.bronchi,
        vessels=lines.tree.arteries + lines.tree.others,
        ribs=lines.ribs,
        coronaries=organs.coronaries,
        trachea=lines.tree.trachea,
        aorta=organs.aorta,
        oesophagus=organs.oesophagus,
        spine=lines.spine,
        great_vessels=organs.great_vessels,
        heart=organs.heart.outline,
        stomach=organs.stomach,
        liver=organs.liver,
        diaphragm_mm=trunk.diaphragm_mm,
        chest_wall=Ellipsoid(
            (habitus.centre_mm[0], cy, cz + middle),
            (habitus.cage_mm[0], deep, (habitus.apex_mm - base) / 2),
        ),
        node_stations_mm=organs.node_stations_mm,
        thyroid=organs.thyroid,
    )
