"""Vertebrae, discs and arches."""

import numpy as np

from medct_core.phantom.canvas import Canvas, Grid
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.spine import draw_spine
from medct_core.phantom.streams import stream

FINE = Grid((160, 160, 60), (1.5, 1.5, 2.0))


def fine_spine(habitus: Habitus) -> tuple[np.ndarray, tuple[int, int]]:
    """HU about the spine at 1.5 mm, and the voxel (i, j) of the middle of its bodies."""
    canvas = Canvas(FINE, np.full(FINE.shape, 50.0, np.float32))
    spine = draw_spine(canvas, habitus, stream(17, "spine"))
    middle = spine.points_mm[len(spine.points_mm) // 2]
    i, j = (
        round(float(p) / s + (n - 1) / 2)
        for p, s, n in zip(middle[:2], FINE.spacing_mm, FINE.shape, strict=False)
    )
    return canvas.hu, (i, j)


def test_the_spine_has_discs_between_its_bodies(habitus: Habitus, canvas: Canvas) -> None:
    canvas.hu[:] = 50.0

    spine = draw_spine(canvas, habitus, stream(17, "spine"))

    grid = canvas.grid
    along = []
    for point in spine.points_mm:
        i, j, k = (
            int(np.clip(round(p / s + (n - 1) / 2), 0, n - 1))
            for p, s, n in zip(point, grid.spacing_mm, grid.shape, strict=True)
        )
        along.append(canvas.hu[i, j, k])
    assert np.ptp(along) > 20
    assert np.median(along) > 70


def test_a_vertebra_has_the_size_of_an_adults(habitus: Habitus) -> None:
    hu, (_, j) = fine_spine(habitus)

    bone = hu > 110
    across = bone[:, j].sum(axis=0).max() * 1.5
    assert 28 < across < 42


def test_the_rim_is_brighter_than_the_marrow(habitus: Habitus) -> None:
    hu, (i, j) = fine_spine(habitus)

    along = hu[i - 16 : i + 16, j].max(axis=0)
    middle = hu[i - 3 : i + 3, j - 2 : j + 2]
    assert np.median(along) > np.median(middle) + 150


def test_the_canal_is_free_of_bone(habitus: Habitus) -> None:
    hu, (i, j) = fine_spine(habitus)

    canal = hu[i, j + round(23 * habitus.scale / 1.5)]
    assert canal.max() < 100
    behind = hu[i - 2 : i + 3, j + round(44 * habitus.scale / 1.5)]
    assert behind.max() > 200
