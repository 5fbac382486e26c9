"""Two handles that can be dragged, typed and heard, and never cross."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.panels.range_slider import RangeHandle, RangeSlider

pytestmark = pytest.mark.gui

_LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def slider(qtbot: QtBot) -> RangeSlider:
    shown = RangeSlider("Lowest", "Highest")
    qtbot.addWidget(shown)
    # A track of 100 pixels between two handles of 12.
    shown.resize(124, 22)
    shown.show()
    return shown


def handles(slider: RangeSlider) -> tuple[RangeHandle, RangeHandle]:
    low, high = slider.findChildren(RangeHandle)
    return low, high


def drag(handle: RangeHandle, by: int) -> None:
    QTest.mousePress(handle, _LEFT, pos=QPoint(6, 11))
    place = QPointF(6 + by, 11)
    move = QMouseEvent(
        QMouseEvent.Type.MouseMove,
        place,
        handle.mapToGlobal(place),
        Qt.MouseButton.NoButton,
        _LEFT,
        Qt.KeyboardModifier.NoModifier,
    )
    handle.mouseMoveEvent(move)
    QTest.mouseRelease(handle, _LEFT, pos=QPoint(6, 11))


def test_a_new_track_is_chosen_altogether(slider: RangeSlider) -> None:
    slider.show_limits(-170, 180)

    assert slider.chosen == slider.limits == (-170, 180)
    assert slider.is_whole


def test_a_track_without_length_is_a_mistake_of_the_caller(slider: RangeSlider) -> None:
    with pytest.raises(ValueError, match="no range from 5 to 5"):
        slider.show_limits(5, 5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    first=st.integers(-2000, 2000),
    length=st.integers(1, 2000),
    low=st.integers(-5000, 5000),
    high=st.integers(-5000, 5000),
)
def test_a_range_is_never_empty_nor_beyond_its_limits(
    slider: RangeSlider, first: int, length: int, low: int, high: int
) -> None:
    slider.show_limits(first, first + length)

    slider.show_range(low, high)

    lowest, highest = slider.chosen
    assert first <= lowest < highest <= first + length


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(length=st.integers(1, 2000), ends=st.tuples(st.integers(0, 2000), st.integers(0, 2000)))
def test_a_range_within_the_limits_is_shown_as_it_is(
    slider: RangeSlider, length: int, ends: tuple[int, int]
) -> None:
    low, high = sorted(end % (length + 1) for end in ends)
    slider.show_limits(0, length)

    slider.show_range(low, high)

    assert low == high or slider.chosen == (low, high)


def test_showing_reports_nothing(qtbot: QtBot, slider: RangeSlider) -> None:
    with qtbot.assertNotEmitted(slider.range_picked):
        slider.show_limits(-10, 10)
        slider.show_range(-5, 5)

    assert slider.chosen == (-5, 5)
    assert not slider.is_whole


def test_dragging_a_handle_reports_the_range(qtbot: QtBot, slider: RangeSlider) -> None:
    low, high = handles(slider)

    with qtbot.waitSignal(slider.range_picked) as first:
        drag(low, 20)
    with qtbot.waitSignal(slider.range_picked) as second:
        drag(high, -30)

    assert first.args == [20, 100]
    assert second.args == [20, 70]


def test_a_handle_stops_at_the_other_one(slider: RangeSlider) -> None:
    low, high = handles(slider)
    slider.show_range(30, 60)

    drag(low, 90)
    met = slider.chosen
    drag(high, -90)

    assert met == (59, 60)
    assert slider.chosen == (59, 60)
    assert low.geometry().right() < high.geometry().left()


def test_a_click_on_the_track_brings_the_nearer_handle(slider: RangeSlider) -> None:
    slider.show_range(40, 60)

    QTest.mouseClick(slider, _LEFT, pos=QPoint(12 + 10, 11))
    QTest.mouseClick(slider, _LEFT, pos=QPoint(12 + 90, 11))

    assert slider.chosen == (10, 90)


def test_another_button_moves_nothing(slider: RangeSlider) -> None:
    slider.show_range(40, 60)
    low, _high = handles(slider)

    QTest.mouseClick(slider, Qt.MouseButton.RightButton, pos=QPoint(20, 11))
    QTest.mousePress(low, Qt.MouseButton.RightButton)

    assert slider.chosen == (40, 60)
    assert not low.isSliderDown()


def test_keys_move_the_handle_that_has_focus(qtbot: QtBot, slider: RangeSlider) -> None:
    low, high = handles(slider)

    QTest.keyClick(low, Qt.Key.Key_Right)
    QTest.keyClick(low, Qt.Key.Key_PageUp)
    QTest.keyClick(high, Qt.Key.Key_Left)
    first = slider.chosen
    QTest.keyClick(low, Qt.Key.Key_Home)
    QTest.keyClick(high, Qt.Key.Key_End)

    assert first == (11, 99)
    assert slider.chosen == (0, 100)


def test_both_handles_are_reached_by_tab(qtbot: QtBot, slider: RangeSlider) -> None:
    low, high = handles(slider)

    assert low.focusPolicy() is Qt.FocusPolicy.StrongFocus
    assert high.focusPolicy() is Qt.FocusPolicy.StrongFocus
    assert low.nextInFocusChain() is high


def test_the_screen_reader_says_name_role_and_value(slider: RangeSlider) -> None:
    slider.show_range(40, 60)

    said = [QAccessible.queryAccessibleInterface(handle) for handle in handles(slider)]

    assert [one.text(QAccessible.Text.Name) for one in said] == ["Lowest", "Highest"]
    assert {one.role() for one in said} == {QAccessible.Role.Slider}
    assert [one.valueInterface().currentValue() for one in said] == [40, 60]


def test_only_what_is_chosen_is_painted_bright(slider: RangeSlider) -> None:
    slider.show_range(40, 60)
    palette = slider.palette()

    picture = slider.grab().toImage()

    assert picture.pixelColor(12 + 50, 11) == palette.color(palette.ColorRole.Accent)
    assert picture.pixelColor(12 + 10, 11) == palette.color(palette.ColorRole.Button)


def test_it_has_a_size_of_its_own(slider: RangeSlider) -> None:
    holder: QWidget = slider

    assert holder.minimumSizeHint().width() < holder.sizeHint().width() < 200
