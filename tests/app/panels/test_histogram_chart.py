"""How often each value occurs, and the window on it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.panels.chart_canvas import ChartCanvas
from app.panels.histogram_chart import HistogramChart, range_shown, tallest_shown
from app.theme import LIGHT
from medct_core.volume.window import LUNG, PRESETS, Window, WindowPreset

pytestmark = pytest.mark.gui

EDGES = np.linspace(-1000.0, 1000.0, 5)
COUNTS = np.array([400, 0, 25, 1])


@pytest.fixture
def chart(qtbot: QtBot) -> HistogramChart:
    shown = HistogramChart()
    qtbot.addWidget(shown)
    shown.resize(280, 220)
    return shown


def items(chart: HistogramChart, kind: str) -> list[Any]:
    plot = chart.findChildren(ChartCanvas)[0].plot
    return [item for item in plot.getPlotItem().items if type(item).__name__ == kind]


def test_the_curve_is_the_root_of_the_counts(chart: HistogramChart) -> None:
    chart.show_histogram(COUNTS, EDGES, title="Whole scan")

    x, y = items(chart, "PlotCurveItem")[0].getData()
    np.testing.assert_array_equal(x, EDGES)
    np.testing.assert_allclose(y, [20, 0, 5, 1])


def test_a_screen_reader_hears_what_was_counted(chart: HistogramChart) -> None:
    chart.show_histogram(COUNTS, EDGES, title="Whole scan")

    assert chart.accessibleDescription() == "Whole scan: 426 voxels from -1000 to 1000 HU"


def test_edges_that_do_not_fit_the_counts_are_refused(chart: HistogramChart) -> None:
    with pytest.raises(ValueError, match="5 edges"):
        chart.show_histogram(COUNTS, EDGES[:-1], title="Whole scan")


def test_an_empty_region_is_no_error(chart: HistogramChart) -> None:
    chart.show_histogram(np.zeros(4, dtype=np.int64), EDGES, title="Region")

    assert chart.accessibleDescription().startswith("Region: 0 voxels")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_the_band_spans_the_window_and_is_not_reported(
    qtbot: QtBot, chart: HistogramChart, preset: WindowPreset
) -> None:
    window = preset.window

    with qtbot.assertNotEmitted(chart.window_picked):
        chart.show_window(window)

    low, high = items(chart, "LinearRegionItem")[0].getRegion()
    assert (low + high) / 2 == window.centre_hu
    assert high - low == window.width_hu


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(low=st.integers(-1000, 1000), width=st.integers(1, 2000).map(lambda half: 2 * half))
def test_dragging_the_band_picks_its_window(chart: HistogramChart, low: int, width: int) -> None:
    told: list[Window] = []
    chart.show_window(LUNG)
    chart.window_picked.connect(told.append)

    items(chart, "LinearRegionItem")[0].setRegion((float(low), float(low + width)))

    assert told == [] or told[-1] == Window(centre_hu=low + width // 2, width_hu=width)


def test_a_band_dragged_shut_is_still_a_window(chart: HistogramChart) -> None:
    told: list[Window] = []
    chart.window_picked.connect(told.append)

    items(chart, "LinearRegionItem")[0].setRegion((40.0, 40.0))

    assert told[-1] == Window(centre_hu=40, width_hu=2)


def test_a_closed_scan_leaves_no_histogram(chart: HistogramChart) -> None:
    chart.show_histogram(COUNTS, EDGES, title="Whole scan")

    chart.show_empty()

    assert chart.accessibleDescription() == ""
    assert not chart.findChildren(ChartCanvas)[0].plot.isVisibleTo(chart)


def test_a_light_window_gets_a_light_chart(chart: HistogramChart) -> None:
    chart.show_histogram(COUNTS, EDGES, title="Whole scan")
    before = chart.grab().toImage()

    chart.show_theme(LIGHT)

    assert chart.grab().toImage() != before


def test_a_peak_of_air_is_cut_off_and_not_what_others_are_measured_by() -> None:
    assert tallest_shown(COUNTS, EDGES) == 25


def test_air_alone_is_shown_in_full() -> None:
    assert tallest_shown(np.array([400, 0]), np.array([-1000.0, -950.0, -900.0])) == 400


def test_padding_below_air_and_a_few_stray_voxels_do_not_stretch_the_axis() -> None:
    edges = np.array([-3024.0, -3023.0, -1000.0, 0.0, 100.0, 3000.0, 3001.0])
    counts = np.array([5000, 0, 4000, 6000, 0, 1])

    low, high = range_shown(counts, edges)

    assert (low, high) == (-1100.0, 100.0)


def test_the_range_has_a_width_where_all_voxels_are_alike() -> None:
    low, high = range_shown(np.array([7]), np.array([-3024.0, -3023.0]))

    assert high > low
