"""Masks lie below the heatmap in all views, and their panel is true to them."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.connections.overlays import OverlayConnection
from app.controllers.show_masks import ShowMasks
from app.state.answers import Problem
from app.state.masks import Mask, MaskLabel
from app.state.view import Overlay
from app.viewer.heatmap_display import HeatmapDisplay
from app.viewer.overlay_image import OverlayImage
from medct_core.io.label_map import facts_of
from tests import mask_samples
from tests.app.small_window import SmallWindow, seen_words
from tests.app.stand_ins import relevance

pytestmark = pytest.mark.gui


class Layers(SmallWindow):
    """A window that notes what lies over its slices."""

    def __post_init__(self) -> None:
        super().__post_init__()
        loader = self.loader.as_loader()
        self.masks = self.states.masks
        controller = ShowMasks(self.session, self.masks, self.view, loader, self.owner)
        display = HeatmapDisplay(self.results, loader, self.owner)
        self.laid: list[tuple[OverlayImage, ...]] = []
        self.window.views.show_overlays = self.laid.append  # type: ignore[assignment, method-assign]
        self.connection = OverlayConnection(
            self.window, self.masks, controller, display, parent=self.owner
        )
        self.panel = self.window.masks_panel
        self.open()

    def add(self) -> Mask:
        """Lay a mask of two structures over the scan."""
        one = mask_samples.label_map()
        facts = zip(one.labels, facts_of(one), strict=True)
        return self.masks.add("mask.nii.gz", (one,), tuple(MaskLabel(*each) for each in facts), ())

    @property
    def kinds(self) -> list[Overlay]:
        """Kinds of what lies over the slices, undermost first."""
        return [one.kind for one in self.laid[-1]]

    def is_in_front(self, dock: str) -> bool:
        """Whether a dock can be seen."""
        return not self.window.docks[dock].visibleRegion().isEmpty()


@pytest.fixture
def layers(qtbot: QtBot) -> Layers:
    return Layers(qtbot)


def test_the_heatmap_lies_above_the_masks_whichever_came_first(layers: Layers) -> None:
    layers.results.set_heatmap(relevance())
    layers.add()

    assert layers.kinds == [Overlay.MASKS, Overlay.HEATMAP]
    assert [one.kind for one in layers.connection.overlays] == layers.kinds


def test_each_goes_without_the_other(layers: Layers) -> None:
    mask = layers.add()
    layers.results.set_heatmap(relevance())
    layers.results.set_heatmap(None)
    without_map = layers.kinds
    layers.results.set_heatmap(relevance())

    layers.panel.close_requested.emit(mask.identity)

    assert without_map == [Overlay.MASKS]
    assert layers.kinds == [Overlay.HEATMAP]


def test_a_heatmap_comes_and_goes_by_itself(layers: Layers) -> None:
    layers.results.set_heatmap(relevance())
    shown = layers.kinds

    layers.results.set_heatmap(None)

    assert shown == [Overlay.HEATMAP]
    assert layers.kinds == []


def test_another_scan_takes_the_masks_away(layers: Layers) -> None:
    layers.add()

    layers.open("b.nii.gz")

    assert layers.laid[-1] == ()
    assert layers.masks.masks == ()


def test_what_is_picked_in_the_panel_is_what_is_laid(layers: Layers) -> None:
    mask = layers.add()

    layers.panel.labels_picked.emit(mask.identity, frozenset({3}))
    layers.panel.opacity_picked.emit(mask.identity, 0.25)

    (laid,) = layers.laid[-1]
    assert laid.opacity == 0.25
    np.testing.assert_array_equal(np.asarray(laid.colours)[1:3, 3], [0, 255])


def test_a_structure_is_gone_to(layers: Layers) -> None:
    mask = layers.add()
    layers.view.hide_overlay(Overlay.MASKS)

    layers.panel.go_to_requested.emit(mask.identity, 3)

    place = layers.view.crosshair_mm
    shown = mask.maps[0].geometry.to_index(place)
    assert Overlay.MASKS in layers.view.overlays
    np.testing.assert_allclose(shown, (7, 4.5, 5), atol=0.6)


def test_a_new_mask_is_shown_with_what_must_be_known_of_it(layers: Layers) -> None:
    layers.window.show()
    before = layers.is_in_front("masks")

    layers.add()

    assert not before
    assert layers.is_in_front("masks")


def test_changing_or_closing_a_mask_brings_nothing_to_the_front(layers: Layers) -> None:
    layers.window.show()
    mask = layers.add()
    layers.window.show_dock("study")

    layers.panel.opacity_picked.emit(mask.identity, 0.25)
    layers.panel.close_requested.emit(mask.identity)

    assert layers.is_in_front("study")


def test_a_mask_that_does_not_open_is_told_where_masks_are(layers: Layers) -> None:
    layers.window.show()

    layers.masks.set_problem(Problem("It overlaps nothing.", "Choose another mask."))
    said = seen_words(layers.panel)
    in_front = layers.is_in_front("masks")
    layers.masks.set_problem(None)

    assert any("It overlaps nothing." in words for words in said)
    assert in_front
    assert not any("It overlaps nothing." in words for words in seen_words(layers.panel))


def test_a_mask_that_is_being_read_is_named(layers: Layers) -> None:
    layers.masks.set_loading("lungs.nii.gz")

    assert any("lungs.nii.gz" in words for words in seen_words(layers.panel))
