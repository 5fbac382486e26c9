"""Masks lie over the slices where the patient is, whatever grid they were drawn on."""

import numpy as np
import pytest

from app.state.masks import Mask
from app.state.view import Overlay, PlaneKind, standard_plane
from app.viewer.mask_overlay import overlay_of, overlays_of
from app.viewer.overlay_image import OverlayScene
from app.viewer.pixel_grid import grid_of
from medct_core.io.label_map import LabelMap
from tests import mask_samples, phantoms

BOTH = frozenset({1, 3})


def pixel(label_map: LabelMap, shown: frozenset[int], at_mm: tuple[float, float, float]) -> object:
    """Colour and opacity of the mask over an axial slice of a finer scan."""
    scan = phantoms.centred((61, 61, 61), (0.5, 0.5, 0.5))
    grid = grid_of(scan, standard_plane(PlaneKind.AXIAL, at_mm))
    cut = OverlayScene(overlay_of(label_map, shown, 0.5)).cut(grid)
    column, row = (round(place) for place in grid.pixel_of(at_mm))
    return tuple(cut[row, column].tolist())


def place(index: tuple[int, int, int]) -> tuple[float, float, float]:
    x, y, z = (float(part) for part in mask_samples.geometry().to_patient(index))
    return x, y, z


def test_each_structure_has_its_colour_where_it_lies() -> None:
    label_map = mask_samples.label_map()

    assert pixel(label_map, BOTH, place((2, 2, 2))) == (*label_map.labels[0].colour, 255)
    assert pixel(label_map, BOTH, place((7, 4, 5))) == (*label_map.labels[1].colour, 255)
    assert pixel(label_map, BOTH, place((5, 4, 5))) == (0, 0, 0, 0)


def test_a_structure_that_is_not_shown_is_transparent() -> None:
    label_map = mask_samples.label_map()

    assert pixel(label_map, frozenset({3}), place((2, 2, 2))) == (0, 0, 0, 0)
    assert pixel(label_map, frozenset({3}), place((7, 4, 5)))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("kind", list(PlaneKind))
def test_colours_are_never_blended(kind: PlaneKind) -> None:
    label_map = mask_samples.label_map()
    scan = phantoms.centred((61, 61, 61), (0.5, 0.5, 0.5))
    plane = standard_plane(kind, (2.0, 1.0, 2.0)).turned((0.6, 0.0, 0.8), 0.3)

    cut = OverlayScene(overlay_of(label_map, BOTH, 1.0)).cut(grid_of(scan, plane))

    colours = {tuple(one) for one in cut.reshape(-1, 4).tolist()}
    known = {(0, 0, 0, 0), *((*label.colour, 255) for label in label_map.labels)}
    assert colours <= known
    assert len(colours) > 1


def test_all_maps_of_all_masks_are_laid_over_each_other_without_a_copy() -> None:
    label_map = mask_samples.label_map()
    first = Mask(1, "a", (label_map, label_map), (), shown=BOTH, opacity=0.3)
    second = Mask(2, "b", (label_map,), (), shown=BOTH, opacity=0.8)

    overlays = overlays_of((first, second))

    assert [one.opacity for one in overlays] == [0.3, 0.3, 0.8]
    assert all(one.kind is Overlay.MASKS and one.has_labels for one in overlays)
    assert all(np.shares_memory(one.values, label_map.values) for one in overlays)
