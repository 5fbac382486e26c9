"""The map of the results is what slices and 3D get, and never an older one."""

import numpy as np
import pytest

from app.state.results import ResultsState
from app.viewer.heatmap_display import HeatmapDisplay
from app.viewer.overlay_image import OverlayImage
from app.viewer.render_grid import RenderGrid
from tests.app.stand_ins import FakeLoader, relevance

pytestmark = pytest.mark.gui


class Shown:
    """A display and what it told."""

    def __init__(self) -> None:
        self.results, self.loader = ResultsState(), FakeLoader()
        self.display = HeatmapDisplay(self.results, self.loader.as_loader())
        self.overlays: list[tuple[OverlayImage, ...]] = []
        self.grids: list[RenderGrid | None] = []
        self.display.overlays_changed.connect(self.overlays.append)
        self.display.grid_changed.connect(self.grids.append)


@pytest.fixture
def shown(qapp: object) -> Shown:
    """Build a display without a map."""
    return Shown()


def test_a_map_is_shown_over_slices_at_once_and_in_3d_when_ready(shown: Shown) -> None:
    shown.results.set_heatmap(relevance())
    before = shown.display.grid
    shown.loader.finish(1)

    assert len(shown.overlays[-1]) == 1
    assert shown.display.overlays == shown.overlays[-1]
    assert before is None
    grid = shown.display.grid
    assert grid is shown.grids[-1]
    assert grid is not None
    assert np.count_nonzero(grid.values) == 1


def test_a_map_that_was_hidden_meanwhile_never_shows(shown: Shown) -> None:
    shown.results.set_heatmap(relevance())
    shown.results.set_heatmap(None)
    shown.loader.finish(1)

    assert shown.loader.stopped == [1]
    assert shown.display.overlays == ()
    assert shown.grids == [None, None]


def test_work_for_others_is_none_of_its_business(shown: Shown) -> None:
    shown.results.set_heatmap(relevance())

    shown.loader.done.emit(7, "a study")

    assert shown.display.grid is None
