"""All scores beside their thresholds and known cases."""

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.chart_canvas import ChartCanvas
from app.panels.score_chart import References, ReferenceSpread, ScoreChart
from app.theme import LIGHT
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt

pytestmark = pytest.mark.gui

LONG = "Coronary artery wall calcification"
CALIBRATED = Finding(
    Prompt(LONG, ("x",)), 0.9, calibrated=0.7, threshold=0.4, verdict=Verdict.PRESENT
)
RAW = Finding(Prompt("Emphysema", ("x",)), 0.2)
SPREAD = ReferenceSpread(0.1, 0.2, 0.3, 0.5, 0.8)


@pytest.fixture
def chart(qtbot: QtBot) -> ScoreChart:
    shown = ScoreChart()
    qtbot.addWidget(shown)
    shown.resize(280, 200)
    shown.show()
    return shown


def plot(chart: ScoreChart) -> Any:  # noqa: ANN401 - pyqtgraph has no types
    return chart.findChildren(ChartCanvas)[0].plot


def bars(chart: ScoreChart) -> list[Any]:
    return [item for item in plot(chart).getPlotItem().items if hasattr(item, "opts")]


def widths(chart: ScoreChart) -> list[float]:
    return [item.opts["width"][0] for item in bars(chart) if "height" in item.opts]


def lines(chart: ScoreChart) -> list[list[float]]:
    return [
        list(map(float, item.getData()[0]))
        for item in plot(chart).listDataItems()
        if hasattr(item, "curve")
    ]


def texts(chart: ScoreChart) -> str:
    return " ".join(label.text() for label in chart.findChildren(QLabel) if label.isVisible())


def test_a_bar_is_as_long_as_the_score_that_is_shown(chart: ScoreChart) -> None:
    chart.show_scores((CALIBRATED, RAW))

    assert widths(chart) == [0.7, 0.2]


def test_the_threshold_is_a_line_at_its_place(chart: ScoreChart) -> None:
    chart.show_scores((CALIBRATED, RAW))

    assert lines(chart) == [[0.4, 0.4], [0.4, 0.4]]


def test_known_cases_are_drawn_for_those_that_have_some(chart: ScoreChart) -> None:
    without = ReferenceSpread(0.01, 0.02, 0.03, 0.04, 0.05)

    chart.show_scores(
        (RAW, CALIBRATED),
        References({"Emphysema": SPREAD}, {"Emphysema": without}, "synthetic scans"),
    )

    drawn = {value for line in lines(chart) for value in line}
    assert {0.1, 0.2, 0.3, 0.5, 0.8} <= drawn
    assert {0.01, 0.02, 0.03, 0.04, 0.05} <= drawn
    assert "synthetic scans with the finding (upper) and without it (lower)" in texts(chart)


def test_known_cases_without_a_name_are_called_so(chart: ScoreChart) -> None:
    chart.show_scores((RAW,), References({"Emphysema": SPREAD}))

    assert "known cases" in texts(chart)


def test_the_legend_explains_only_what_is_drawn(chart: ScoreChart) -> None:
    chart.show_scores((RAW,))

    assert "uncalibrated" in texts(chart)
    assert "threshold" not in texts(chart)
    assert "known cases" not in texts(chart)


def test_long_names_are_cut_in_a_narrow_chart_and_whole_in_a_wide_one(
    chart: ScoreChart,
) -> None:
    def shown_name() -> str:
        ticks: list[list[tuple[int, str]]] = plot(chart).getAxis("left")._tickLevels
        return ticks[0][0][1]

    chart.show_scores((CALIBRATED,))
    narrow = shown_name()
    chart.resize(900, 200)

    assert narrow.endswith("…")
    assert shown_name() == LONG


def test_a_click_on_a_bar_chooses_its_finding(qtbot: QtBot, chart: ScoreChart) -> None:
    chart.show_scores((CALIBRATED, RAW))
    view = plot(chart).getPlotItem().getViewBox()
    place = view.mapViewToScene(QPointF(0.5, 1.0))

    with qtbot.waitSignal(chart.finding_chosen) as told:
        plot(chart).scene().sigMouseClicked.emit(SimpleNamespace(scenePos=lambda: place))

    assert told.args == ["Emphysema"]


def test_without_scores_there_is_no_chart(chart: ScoreChart) -> None:
    chart.show_scores((CALIBRATED,))

    chart.show_scores(())

    assert "No scores" in texts(chart)
    assert not plot(chart).isVisible()


def test_quantiles_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="rise"):
        ReferenceSpread(0.5, 0.2, 0.3, 0.4, 0.8)


def test_a_light_window_gets_a_light_chart(chart: ScoreChart) -> None:
    chart.show_scores((CALIBRATED, RAW))
    before = chart.grab().toImage()

    chart.show_theme(LIGHT)

    assert chart.grab().toImage() != before
