"""State, controls and histogram say the same about grey levels and slabs."""

from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from app.connections.grey import GreyConnection
from app.panels.histogram_chart import HistogramChart
from app.state.view import Slab, SlabMode
from medct_core.errors import UsageError
from medct_core.measurement.plane import DrawingPlane
from medct_core.measurement.shapes import RectangleRoi
from medct_core.volume.window import LUNG, Window
from tests.app.small_window import SmallWindow
from tests.drawn_samples import AXIAL

pytestmark = pytest.mark.gui

_Control = TypeVar("_Control", bound=QWidget)


class Grey(SmallWindow):
    """A window whose grey levels are shown and chosen."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.connection = GreyConnection(
            self.window, self.session, self.view, self.loader.as_loader(), parent=self.owner
        )
        self.panel = self.window.window_panel

    def control(self, name: str, kind: type[_Control]) -> _Control:
        """Find a control of the panel."""
        controls: list[_Control] = self.panel.findChildren(kind)
        return next(one for one in controls if one.accessibleName() == name)

    def number(self, name: str) -> int:
        """Read a number field."""
        return self.control(name, QSpinBox).value()

    def show_chart(self) -> HistogramChart:
        """Bring the charts to the front, which makes them."""
        self.window.show()
        self.window.show_dock("charts")
        self.qtbot.waitUntil(lambda: self.window.chart_dock.histogram is not None)
        assert self.window.chart_dock.histogram is not None
        return self.window.chart_dock.histogram

    def finish(self) -> None:
        """Let the newest counting be done."""
        self.loader.finish(len(self.loader.works))


@pytest.fixture
def grey(qtbot: QtBot) -> Grey:
    return Grey(qtbot)


def region(half_mm: float = 6.0, at_mm: float = 0.0) -> RectangleRoi:
    plane = DrawingPlane((at_mm, 0.0, 0.0), AXIAL.right, AXIAL.down)
    corners = (at_mm - half_mm, -half_mm, 0.0), (at_mm + half_mm, half_mm, 0.0)
    return RectangleRoi("r", "", plane, *corners)


def counted(chart: HistogramChart) -> str:
    return chart.accessibleDescription()


def test_the_panel_shows_the_window_from_the_start(grey: Grey) -> None:
    shown = grey.view.window

    assert (grey.number("Window level"), grey.number("Window width")) == (
        shown.centre_hu,
        shown.width_hu,
    )


def test_what_changes_elsewhere_is_shown(grey: Grey) -> None:
    grey.view.set_window(LUNG)
    grey.view.set_inverted(True)
    grey.view.set_slab(Slab(SlabMode.MIP, 20.0))

    assert grey.number("Window width") == LUNG.width_hu
    assert grey.control("Slab", QComboBox).currentData() is SlabMode.MIP
    assert grey.control("Invert grey", QCheckBox).isChecked()


def test_what_is_picked_is_how_the_scan_is_looked_at(grey: Grey) -> None:
    grey.panel.window_picked.emit(Window(10, 100))
    grey.panel.inverted_picked.emit(True)
    grey.panel.slab_picked.emit(Slab(SlabMode.MEAN, 5.0))

    assert grey.view.window == Window(10, 100)
    assert grey.view.inverted
    assert grey.view.slab == Slab(SlabMode.MEAN, 5.0)


def test_nothing_is_counted_while_nobody_looks(grey: Grey) -> None:
    grey.open()

    assert grey.loader.works == []


def test_the_scan_is_counted_when_somebody_looks(grey: Grey) -> None:
    scan = grey.open()

    chart = grey.show_chart()
    grey.finish()

    assert counted(chart).startswith(f"Whole scan: {scan.volume.values.size} voxels")


def test_the_chart_shows_and_changes_the_window(grey: Grey) -> None:
    grey.view.set_window(LUNG)
    chart = grey.show_chart()

    chart.window_picked.emit(Window(0, 500))

    assert grey.view.window == Window(0, 500)
    assert grey.number("Window width") == 500


def test_a_selected_region_is_counted_in_the_place_of_the_scan(grey: Grey) -> None:
    grey.open()
    chart = grey.show_chart()
    grey.finish()

    grey.connection.show_region(region())
    grey.finish()
    of_region = counted(chart)
    grey.connection.show_region(None)
    grey.finish()

    assert of_region.startswith("Selected region")
    assert counted(chart).startswith("Whole scan")


def test_the_same_region_is_not_counted_twice(grey: Grey) -> None:
    grey.open()
    grey.show_chart()
    grey.connection.show_region(region())
    before = len(grey.loader.works)

    grey.connection.show_region(region())

    assert len(grey.loader.works) == before


def test_another_scan_is_counted_as_a_whole_and_stops_the_one_before(grey: Grey) -> None:
    grey.open()
    chart = grey.show_chart()
    grey.connection.show_region(region())
    before = len(grey.loader.works)

    grey.open("b.nii.gz")
    grey.loader.finish(before)
    late = counted(chart)
    grey.finish()

    assert before in grey.loader.stopped
    assert late == ""
    assert counted(chart).startswith("Whole scan")


def test_a_closed_scan_leaves_no_histogram(grey: Grey) -> None:
    grey.open()
    chart = grey.show_chart()
    grey.finish()

    grey.session.set_scan(None)

    assert counted(chart) == ""


def test_a_region_without_values_shows_none_of_others(grey: Grey) -> None:
    grey.open()
    chart = grey.show_chart()
    grey.finish()

    grey.connection.show_region(region(at_mm=900.0))
    with pytest.raises(UsageError) as outside:
        grey.finish()
    grey.loader.failed.emit(len(grey.loader.works), outside.value)

    assert counted(chart) == ""


def test_counts_are_those_of_the_voxels(grey: Grey) -> None:
    volume = grey.open().volume
    chart = grey.show_chart()

    grey.finish()

    low, high = int(volume.values.min()), int(volume.values.max()) + 1
    assert counted(chart).endswith(f"from {low} to {high} HU")
    assert np.ptp(volume.values) == high - 1 - low
