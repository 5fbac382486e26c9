"""A range along one axis of the patient, in mm and letters."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.axis_range import AxisRange
from app.panels.range_slider import RangeHandle

pytestmark = pytest.mark.gui


@pytest.fixture
def axis(qtbot: QtBot) -> AxisRange:
    shown = AxisRange("Front to back", "A", "P")
    qtbot.addWidget(shown)
    return shown


def words(axis: AxisRange) -> list[str]:
    return [label.text() for label in axis.findChildren(QLabel)]


def test_ends_are_named_by_the_side_they_lie_on(axis: AxisRange) -> None:
    axis.show_limits(-160, 170)
    across = words(axis)
    axis.show_limits(20, 310)

    assert across == ["A 160 mm", "P 170 mm"]
    assert words(axis) == ["P 20 mm", "P 310 mm"]


def test_what_is_picked_is_reported_and_said(qtbot: QtBot, axis: AxisRange) -> None:
    axis.show_limits(-160, 170)

    with qtbot.waitSignal(axis.range_picked):
        axis.findChildren(RangeHandle)[0].setValue(-20)

    assert axis.chosen == (-20, 170)
    assert not axis.is_whole
    assert words(axis) == ["A 20 mm", "P 170 mm"]


def test_showing_reports_nothing(qtbot: QtBot, axis: AxisRange) -> None:
    with qtbot.assertNotEmitted(axis.range_picked):
        axis.show_limits(-5, 5)

    assert axis.is_whole
    assert axis.limits == axis.chosen == (-5, 5)


def test_each_handle_says_its_axis(axis: AxisRange) -> None:
    names = [handle.accessibleName() for handle in axis.findChildren(RangeHandle)]

    assert names == ["Front to back, lowest", "Front to back, highest"]
