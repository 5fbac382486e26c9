"""What is selected is searched for by its corners; nothing else is."""

from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.connections.similar_region import NO_REGION, SimilarRegionConnection, corners_of
from app.controllers.similar_region import Corners, SimilarRegion
from app.state.answers import Problem
from app.viewer.measure_desk import MeasureDesk
from tests.app.small_window import SmallWindow
from tests.drawn_samples import ellipse, nodule

pytestmark = pytest.mark.gui


class Searched(QObject):
    """Notes what is searched for."""

    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.corners: list[Corners] = []

    def search(self, corners_mm: Corners) -> None:
        """Note a region."""
        self.corners.append(corners_mm)


class Drawing(SmallWindow):
    """A window in which regions are drawn."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.desk = MeasureDesk(self.lists.measurements, self.view, self.owner)
        self.search = Searched()
        self.connection = SimilarRegionConnection(
            self.window,
            self.actions,
            (self.lists.measurements, self.desk),
            cast("SimilarRegion", self.search),
            self.owner,
        )
        self.desk.show_volume(self.open().volume)


@pytest.fixture
def drawing(qtbot: QtBot) -> Drawing:
    return Drawing(qtbot)


def test_the_selected_region_is_searched_for(drawing: Drawing) -> None:
    region = ellipse(20.0, 10.0)
    drawing.lists.measurements.add(region)
    drawing.desk.select(region.id)

    drawing.actions["similar_region"].trigger()

    assert drawing.search.corners == [corners_of(region)]


@pytest.mark.parametrize("is_line", [True, False])
def test_without_a_region_it_is_said_what_to_do(drawing: Drawing, is_line: bool) -> None:
    if is_line:
        line = nodule(12.0, 8.0)
        drawing.lists.measurements.add(line)
        drawing.desk.select(line.id)

    drawing.actions["similar_region"].trigger()

    assert NO_REGION.summary in drawing.banner
    assert drawing.search.corners == []


def test_what_goes_wrong_stands_in_the_banner(drawing: Drawing) -> None:
    drawing.search.failed.emit(Problem("It keeps no parts.", "Take another model."))

    assert "It keeps no parts." in drawing.banner


def test_corners_lie_around_a_region_in_its_plane() -> None:
    region = ellipse(20.0, 10.0)

    corners = np.array(corners_of(region))

    sides = np.linalg.norm(corners[[1, 2]] - corners[0], axis=1)
    assert sorted(sides) == pytest.approx([10.0, 20.0])
    np.testing.assert_allclose(corners[3], region.opposite_mm)
    np.testing.assert_allclose(corners.mean(axis=0), region.centre_mm)
