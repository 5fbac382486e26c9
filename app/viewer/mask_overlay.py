"""Masks as colours over the slices."""

from collections.abc import Sequence

import numpy as np

from app.state.masks import Mask
from app.state.view import Overlay
from app.viewer.overlay_image import ColourTable, OverlayImage
from medct_core.io.label_map import LabelMap


def overlays_of(masks: Sequence[Mask]) -> tuple[OverlayImage, ...]:
    """Colours of all masks, undermost first; voxels are read where they lie."""
    return tuple(
        overlay_of(label_map, mask.shown, mask.opacity) for mask in masks for label_map in mask.maps
    )


def overlay_of(label_map: LabelMap, shown: frozenset[int], opacity: float) -> OverlayImage:
    """Colours of one label map.

    Parameters
    ----------
    label_map
        On any grid of the patient; cut by the nearest voxel, never blended.
    shown
        Numbers of the labels that are shown; the others are transparent.
    opacity
        In [0, 1], of all labels.
    """
    return OverlayImage(
        kind=Overlay.MASKS,
        values=label_map.values,
        geometry=label_map.geometry,
        colours=_colours(label_map, shown),
        opacity=opacity,
    )


def _colours(label_map: LabelMap, shown: frozenset[int]) -> ColourTable:
    table = np.zeros((256, 4), dtype=np.uint8)
    for number, label in enumerate(label_map.labels, start=1):
        if label.value in shown:
            table[number] = (*label.colour, 255)
    return table
