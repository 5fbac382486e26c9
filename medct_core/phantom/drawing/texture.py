"""Textures of the lung in millimetres: secondary lobules and slow ripples.

A lobule here is a cell of a body-centred lattice (a truncated octahedron), turned and bent at
random: polygonal outlines whose walls meet in threes, as interlobular septa do. Its distance
to the wall has a closed form, so a field costs the same at any number of cells.
"""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import Points
from medct_core.phantom.canvas import Float
from medct_core.phantom.drawing.shapes import Coordinates


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Lobules seen from each voxel.

    Attributes
    ----------
    wall_mm
        Distance to the wall of the lobule the voxel lies in, float32, 0 on the wall.
    centre_mm
        Distance to the middle of that lobule, float32.
    key
        A number in [0, 1) that all voxels of one lobule share, float32.
    """

    wall_mm: Float
    centre_mm: Float
    key: Float


@dataclass(frozen=True, slots=True, eq=False)
class Ripple:
    """A smooth field, mostly within [-1.5, 1.5]: a sum of plane waves in all directions.

    Attributes
    ----------
    waves
        ``(n, 3)`` float64 wave vectors in 1/mm.
    phases
        ``(n,)`` float64 radians.
    """

    waves: Points
    phases: Points

    def at(self, coordinates: Coordinates) -> Float:
        """Evaluate at coordinates in mm: axes to broadcast, or three lists of one length."""
        x, y, z = coordinates
        if x.ndim == 1:
            return self._at_points(x, y, z)
        total = np.zeros(np.broadcast_shapes(x.shape, y.shape, z.shape), np.float32)
        for wave, phase in zip(self.waves.astype(np.float32), self.phases, strict=True):
            # cos(a + b) = cos a cos b - sin a sin b keeps the costly functions off the volume.
            flat, upright = x * wave[0] + y * wave[1] + np.float32(phase), z * wave[2]
            total += np.cos(flat) * np.cos(upright)
            total -= np.sin(flat) * np.sin(upright)
        total *= np.float32(self._scale())
        return total

    def _at_points(self, x: Float, y: Float, z: Float) -> Float:
        total = np.zeros(len(x), np.float32)
        for wave, phase in zip(self.waves.astype(np.float32), self.phases, strict=True):
            total += np.cos(x * wave[0] + y * wave[1] + z * wave[2] + np.float32(phase))
        total *= np.float32(self._scale())
        return total

    def _scale(self) -> float:
        return float((2 / len(self.waves)) ** 0.5 / 1.2)


def ripple(rng: np.random.Generator, wavelength_mm: float, count: int = 6) -> Ripple:
    """Draw a ripple whose typical wavelength is given."""
    ways = rng.normal(size=(count, 3))
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    pitch = rng.uniform(0.6, 1.5, (count, 1)) / wavelength_mm
    return Ripple(2 * np.pi * ways * pitch, rng.uniform(0, 2 * np.pi, count))


@dataclass(frozen=True, slots=True, eq=False)
class Lobules:
    """A lattice of lobules, turned and bent.

    Attributes
    ----------
    size_mm
        Typical width of a lobule.
    axes
        ``(3, 3)`` float64 rotation.
    bends
        One ripple per axis.
    seed
        Mixed into the keys of the cells.
    """

    size_mm: float
    axes: Points
    bends: tuple[Ripple, Ripple, Ripple]
    seed: int

    def at(self, coordinates: Coordinates) -> Cells:
        """Find the lobule at coordinates in mm: axes to broadcast, or lists of one length."""
        bent = self._bent(coordinates)
        corner = [np.rint(part) for part in bent]
        middle = [np.floor(part) + np.float32(0.5) for part in bent]
        from_corner = sum((u - c) ** 2 for u, c in zip(bent, corner, strict=True))
        from_middle = sum((u - c) ** 2 for u, c in zip(bent, middle, strict=True))
        first = np.asarray(from_corner <= from_middle)
        nearest = [np.where(first, a, b) for a, b in zip(corner, middle, strict=True)]
        a, b, c = (np.abs(u - n) for u, n in zip(bent, nearest, strict=True))
        square = np.float32(0.5) - np.maximum(np.maximum(a, b), c)
        hexagon = (np.float32(0.75) - (a + b + c)) / np.float32(3**0.5)
        size = np.float32(self.size_mm)
        return Cells(
            wall_mm=(size * np.minimum(square, hexagon)).astype(np.float32),
            centre_mm=(size * np.sqrt(np.minimum(from_corner, from_middle))).astype(np.float32),
            key=self._key(nearest),
        )

    def _bent(self, coordinates: Coordinates) -> list[Float]:
        x, y, z = coordinates
        rows = self.axes.astype(np.float32) / np.float32(self.size_mm)
        return [
            x * row[0] + y * row[1] + z * row[2] + np.float32(0.35) * bend.at(coordinates)
            for row, bend in zip(rows, self.bends, strict=True)
        ]

    def _key(self, nearest: list[Float]) -> Float:
        i, j, k = ((2 * part).astype(np.int32) for part in nearest)
        mixed = i * np.int32(7919) + j * np.int32(104729) + k * np.int32(1299709)
        mixed = (mixed + np.int32(self.seed)) * np.int32(40503)
        mixed = (mixed ^ (mixed >> np.int32(13))) * np.int32(60493)
        low = (mixed >> np.int32(8)) & np.int32(0xFFFF)
        return np.asarray(low.astype(np.float32) / np.float32(65536), np.float32)


def lobules(rng: np.random.Generator, size_mm: float) -> Lobules:
    """Draw a lattice of lobules of a given typical width."""
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    bends = tuple(ripple(rng, 5 * size_mm, count=3) for _ in range(3))
    return Lobules(size_mm, axes, (bends[0], bends[1], bends[2]), int(rng.integers(1 << 14)))
