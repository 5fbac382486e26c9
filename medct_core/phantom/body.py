"""Body: what the anatomy of one phantom offers to whoever draws findings into it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.phantom.canvas import Canvas, Float

Points = npt.NDArray[np.float64]

SIDES = ("right", "left")
LOBES = ("RUL", "RML", "RLL", "LUL", "LLL")


@dataclass(frozen=True, slots=True, eq=False)
class Tube:
    """A curved cylinder: vessel, airway, rib, oesophagus.

    Attributes
    ----------
    points_mm
        ``(n, 3)`` float64 centreline in the chest frame.
    radii_mm
        ``(n,)`` float64 outer radius at each point.
    side
        ``right``, ``left`` or ``middle``.
    lobe
        One of `LOBES` for what runs inside a lung, else empty.
    name
        What it is: ``bronchus``, ``vessel``, ``rib 7``, ``aorta``.
    """

    points_mm: Points
    radii_mm: npt.NDArray[np.float64]
    side: str = "middle"
    lobe: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """Centre and half axes (x, y, z) in mm, chest frame; axis-aligned."""

    centre_mm: tuple[float, float, float]
    radii_mm: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A drawn chest: its canvas and the places findings need.

    Attributes
    ----------
    canvas
        Painted up to the harmless anatomy; findings paint on.
    lung
        ``(i, j, k)`` float32 coverage of both lungs (air spaces with their vessels).
    lobes
        ``(i, j, k)`` int8; 0 outside, else 1 + index into `LOBES`.
    depth_mm
        ``(i, j, k)`` float32 distance of a lung voxel from the nearest pleura, 0 outside.
    height
        ``(i, j, k)`` or broadcastable float32; 0 at the base of the lungs, 1 at the apex.
    dependency
        ``(1, j, 1)`` float32; 0 at the front of the lungs, 1 at the back (supine patient).
    bronchi, vessels, ribs, coronaries
        Tubes. Bronchi come in pairs with vessels: ``vessels[n]`` runs beside ``bronchi[n]``.
    trachea, aorta, oesophagus, spine
        Tubes; the aorta is ordered along the flow from the root.
    great_vessels
        Arch branches, pulmonary trunk, venae cavae.
    heart, stomach, liver
        Ellipsoids.
    diaphragm_mm
        ``(i, j)`` float32 z of the diaphragm's dome above which lung may lie.
    chest_wall
        Ellipsoid-like inner limits of the rib cage: half widths (x, y) and z range in mm.
    node_stations_mm
        Names of mediastinal and hilar node stations to points.
    thyroid
        Side to ellipsoid.
    """

    canvas: Canvas
    lung: Float
    lobes: npt.NDArray[np.int8]
    depth_mm: Float
    height: Float
    dependency: Float
    bronchi: tuple[Tube, ...]
    vessels: tuple[Tube, ...]
    ribs: tuple[Tube, ...]
    coronaries: tuple[Tube, ...]
    trachea: Tube
    aorta: Tube
    oesophagus: Tube
    spine: Tube
    great_vessels: tuple[Tube, ...]
    heart: Ellipsoid
    stomach: Ellipsoid
    liver: Ellipsoid
    diaphragm_mm: Float
    chest_wall: Ellipsoid
    node_stations_mm: dict[str, tuple[float, float, float]]
    thyroid: dict[str, Ellipsoid]
