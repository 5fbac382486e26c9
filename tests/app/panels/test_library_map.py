"""The map of a library: where cases lie, who has what, and which one is meant."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.chart_canvas import ChartCanvas
from app.panels.library_map import LibraryMap
from app.state.similar_page import CaseMap
from app.theme import LIGHT

pytestmark = pytest.mark.gui

POINTS = np.array([[0, 0], [4, 0], [0, 2], [4, 2]], dtype="f4")
DRAWN = CaseMap(
    ("a", "b", "c", "d"),
    POINTS,
    ("A", "B", "C", "<b>D"),
    present={"Emphysema": np.array([1, 0, 0, 0], np.bool_)},
    absent={"Emphysema": np.array([0, 1, 1, 0], np.bool_)},
    query=np.array([3.5, 0.2], dtype="f4"),
    note="2 directions show 31% of the spread.",
)
SHOWN = frozenset({"Emphysema"})


@pytest.fixture
def drawn(qtbot: QtBot) -> LibraryMap:
    shown = LibraryMap()
    qtbot.addWidget(shown)
    shown.resize(400, 400)
    shown.show()
    shown.show_map(DRAWN)
    return shown


def plot(drawn: LibraryMap) -> Any:  # noqa: ANN401 - pyqtgraph has no types
    return drawn.findChildren(ChartCanvas)[0].plot


def spots(drawn: LibraryMap) -> list[list[tuple[float, float]]]:
    """List the spots of every layer, from the lowest to the highest."""
    layers = [item.getData() for item in plot(drawn).getPlotItem().items]
    return [sorted(zip(map(float, x), map(float, y), strict=True)) for x, y in layers]


def on_screen(drawn: LibraryMap, number: int) -> QPointF:
    view = plot(drawn).getPlotItem().getViewBox()
    place: QPointF = view.mapViewToScene(QPointF(*map(float, POINTS[number])))
    return place


def click(drawn: LibraryMap, place: QPointF) -> None:
    at = plot(drawn).mapFromScene(place)
    QTest.mouseClick(plot(drawn).viewport(), Qt.MouseButton.LeftButton, pos=at)


def words(drawn: LibraryMap) -> str:
    return "\n".join(one.text() for one in drawn.findChildren(QLabel) if one.isVisible())


def box(drawn: LibraryMap) -> QComboBox:
    return drawn.findChildren(QComboBox)[0]


def test_every_case_is_drawn_once_and_what_was_asked_with_is_a_cross(drawn: LibraryMap) -> None:
    unknown, absent, present, similar, selected, query = spots(drawn)

    assert unknown == sorted(map(tuple, POINTS.tolist()))
    assert absent == present == similar == selected == []
    assert query == [pytest.approx((3.5, 0.2))]


def test_a_finding_that_may_be_shown_sorts_the_cases(drawn: LibraryMap) -> None:
    drawn.show_shown_findings(SHOWN)
    box(drawn).setCurrentText("Emphysema")

    unknown, absent, present, *_ = spots(drawn)

    assert (unknown, absent, present) == ([(4, 2)], [(0, 2), (4, 0)], [(0, 0)])
    assert "● has it, ○ does not" in words(drawn)


def test_a_finding_that_is_hidden_again_is_no_choice_any_more(drawn: LibraryMap) -> None:
    drawn.show_shown_findings(SHOWN)
    box(drawn).setCurrentText("Emphysema")

    drawn.show_shown_findings(frozenset())

    assert box(drawn).count() == 1
    assert len(spots(drawn)[0]) == 4
    assert "has it" not in words(drawn)


def test_similar_cases_are_circled(drawn: LibraryMap) -> None:
    drawn.show_similar(frozenset({"b", "x"}))

    assert spots(drawn)[3] == [(4, 0)]
    assert "Circled: the similar cases." in words(drawn)


def test_a_click_selects_the_case_under_it(drawn: LibraryMap, qtbot: QtBot) -> None:
    with qtbot.waitSignal(drawn.case_selected) as chosen:
        click(drawn, on_screen(drawn, 2) + QPointF(4, -4))

    assert chosen.args == ["c"]
    assert spots(drawn)[4] == [(0, 2)]
    assert "\nC" in words(drawn)


def test_a_click_beside_all_cases_selects_none(drawn: LibraryMap, qtbot: QtBot) -> None:
    middle = (on_screen(drawn, 0) + on_screen(drawn, 3)) / 2

    with qtbot.assertNotEmitted(drawn.case_selected):
        click(drawn, middle)


def test_pointing_at_a_case_says_it_but_no_hidden_finding(drawn: LibraryMap) -> None:
    scene = plot(drawn).scene()

    scene.sigMouseMoved.emit(on_screen(drawn, 0))
    before = words(drawn)
    drawn.show_shown_findings(SHOWN)
    scene.sigMouseMoved.emit(on_screen(drawn, 1))
    scene.sigMouseMoved.emit(on_screen(drawn, 0))

    assert before.endswith("\nA")
    assert words(drawn).endswith("\nA\nEmphysema")


def test_the_arrow_keys_go_from_the_nearest_case_outwards(drawn: LibraryMap, qtbot: QtBot) -> None:
    chosen: list[str] = []
    drawn.case_selected.connect(chosen.append)

    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left):
        QTest.keyClick(drawn, key)

    assert chosen == ["b", "d", "b", "c"]
    assert drawn.accessibleDescription() == "C\n2 directions show 31% of the spread."


def test_what_is_shown_is_not_reported(drawn: LibraryMap, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(drawn.case_selected):
        drawn.show_selected("d")
        drawn.show_selected("nobody")

    assert spots(drawn)[4] == []


def test_the_whole_map_comes_back_after_zooming(drawn: LibraryMap) -> None:
    plot(drawn).setRange(xRange=(0.0, 0.1), yRange=(0.0, 0.1))

    next(one for one in drawn.findChildren(QPushButton) if one.text() == "Fit").click()

    (left, right), (bottom, top) = plot(drawn).getPlotItem().viewRange()
    assert (left < 0, right > 4, bottom < 0, top > 2) == (True, True, True, True)


def test_one_case_alone_and_none_are_drawn_too(drawn: LibraryMap) -> None:
    drawn.show_map(CaseMap(("a",), POINTS[:1], ("A",)))
    assert spots(drawn)[0] == [(0, 0)]

    drawn.show_map(CaseMap((), np.empty((0, 2), "f4"), ()))

    assert "There are no cases to draw." in words(drawn)


def test_circles_around_all_cases_are_left_out(drawn: LibraryMap) -> None:
    drawn.show_similar(frozenset({"a", "b", "c", "d"}))

    assert spots(drawn)[3] == []
    assert "Circled" not in words(drawn)


def test_a_map_that_cannot_be_drawn_says_why(drawn: LibraryMap) -> None:
    drawn.show_failure("The drive is gone.", "Connect it.")

    assert "The drive is gone. Connect it." in words(drawn)
    assert "being made" not in words(drawn)


def test_a_light_theme_has_a_light_ground(drawn: LibraryMap) -> None:
    drawn.show_theme(LIGHT)

    assert plot(drawn).backgroundBrush().color().lightness() > 200
