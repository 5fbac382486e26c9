"""One phantom: a chest, what is wrong with it, and the scan of both."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from medct_core.errors import UsageError
from medct_core.phantom.body import Body
from medct_core.phantom.canvas import Canvas, Float, Grid
from medct_core.phantom.chest.draw import draw_chest
from medct_core.phantom.drawing.registry import LOOK_ALIKES, draw_findings
from medct_core.phantom.request import SEVERITIES, Drawn, DrawRequest
from medct_core.phantom.sampling import PhantomSpec
from medct_core.phantom.scanner import SCANNERS, acquire, moved, off_centre
from medct_core.phantom.streams import stream
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import PHANTOM_NOTICE
from medct_core.volume.volume import Unit, Volume

PHANTOM_VERSION = 2
"""Changes with every change of any voxel; numbers of two versions are never compared."""

_LOOK_ALIKE_SHARE = 0.35
_OUTER_AIR_HU = -1000.0
# A kept body takes 12 bytes and more a voxel: 7 MB at the size models train on.
_MOST_KEPT_VOXELS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Phantom:
    """A synthetic scan and the truth about it.

    Attributes
    ----------
    volume
        Hounsfield units on an LPS grid about the middle of the chest.
    drawn
        Finding to what was drawn, the never-labelled ones among them.
    spec
        What it was drawn from.
    """

    volume: Volume
    drawn: Mapping[str, Drawn]
    spec: PhantomSpec

    @property
    def masks(self) -> dict[str, Float]:
        """Finding to mask, ``(i, j, k)`` float32 coverage, of the eighteen only."""
        return {name: self.drawn[name].mask for name in FINDINGS if name in self.drawn}


def draw_phantom(spec: PhantomSpec, grid: Grid) -> Phantom:
    """Draw a phantom.

    The same spec gives the same voxels, and the same patient at any spacing. Adding or removing
    a finding changes nothing but its own place.

    Raises
    ------
    UsageError
        If the domain, a finding or a severity is unknown.
    """
    _check(spec)
    body = _harmless(grid, spec)
    drawn = draw_findings(body, _requests(spec))
    scanner = SCANNERS[spec.domain]
    steps = off_centre(grid, scanner, stream(spec.seed, f"position {spec.domain}"))
    sharp = moved(body.canvas.hu, steps, _OUTER_AIR_HU)
    hu = acquire(sharp, grid, scanner, stream(spec.seed, f"scanner {spec.domain}"))
    placed = {name: replace(one, mask=moved(one.mask, steps, 0.0)) for name, one in drawn.items()}
    return Phantom(_volume(hu, grid, spec), placed, spec)


def _harmless(grid: Grid, spec: PhantomSpec) -> Body:
    """Draw the body without findings, or copy it where the phantom before had the same."""
    if np.prod(grid.shape) > _MOST_KEPT_VOXELS:
        return _drawn_harmless(grid, spec.seed, spec.domain)
    kept = _kept_harmless(grid, spec.seed, spec.domain)
    return replace(kept, canvas=Canvas(grid, kept.canvas.hu.copy()))


@lru_cache(maxsize=1)
def _kept_harmless(grid: Grid, seed: int, domain: str) -> Body:
    """Twins and the two draws of a body follow each other, so one is enough to keep."""
    body = _drawn_harmless(grid, seed, domain)
    body.canvas.hu.flags.writeable = False
    for field in fields(body):
        value = getattr(body, field.name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return body


def _drawn_harmless(grid: Grid, seed: int, domain: str) -> Body:
    body = draw_chest(grid, seed, SCANNERS[domain])
    _draw_look_alikes(body, seed)
    return body


def _check(spec: PhantomSpec) -> None:
    if spec.domain not in SCANNERS:
        raise UsageError(
            f"There is no domain {spec.domain!r}.", remedy=f"Choose from {', '.join(SCANNERS)}."
        )
    known = (*FINDINGS, *UNLABELLED_FINDINGS)
    for name, severity in spec.severities:
        if name not in known:
            raise UsageError(
                f"Phantoms cannot show {name!r}.", remedy=f"Choose from: {', '.join(known)}."
            )
        if severity not in SEVERITIES:
            raise UsageError(
                f"{severity!r} is no severity.", remedy=f"Choose from {', '.join(SEVERITIES)}."
            )


def _requests(spec: PhantomSpec) -> dict[str, DrawRequest]:
    sides = dict(spec.sides)
    return {
        name: DrawRequest(stream(spec.seed, f"draw {name}"), severity, sides.get(name))
        for name, severity in spec.severities
    }


def _draw_look_alikes(body: Body, seed: int) -> None:
    for name, draw in LOOK_ALIKES.items():
        rng = stream(seed, f"look-alike {name}")
        if rng.random() < _LOOK_ALIKE_SHARE:
            draw(body, DrawRequest(rng, SEVERITIES[int(rng.integers(len(SEVERITIES)))]))


def _volume(hu: Float, grid: Grid, spec: PhantomSpec) -> Volume:
    affine = np.diag([*grid.spacing_mm, 1.0])
    affine[:3, 3] = [grid.axis_mm(axis)[0] for axis in range(3)]
    values = np.asfortranarray(np.rint(hu).astype(np.int16))
    geometry = Geometry(grid.shape, affine)
    return Volume(values, Unit.HU, geometry, f"phantom-{spec.seed}", (PHANTOM_NOTICE,))
