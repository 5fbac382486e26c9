"""What means nothing without a scan cannot be chosen without one."""

import pytest
from pytestqt.qtbot import QtBot

from app.connections.availability import NEED_SCAN, Availability
from tests.app.small_window import SmallWindow

pytestmark = pytest.mark.gui


@pytest.fixture
def shown(qtbot: QtBot) -> SmallWindow:
    made = SmallWindow(qtbot)
    Availability(made.actions, made.session, parent=made.owner)
    return made


def enabled(shown: SmallWindow) -> set[str]:
    return {name for name, action in shown.actions.items() if action.isEnabled()}


def test_they_come_with_a_scan_and_go_with_it(shown: SmallWindow) -> None:
    seen = [enabled(shown)]

    for scan in (shown.open(), None):
        shown.session.set_scan(scan)
        seen.append(enabled(shown))

    assert seen[1] - seen[0] == set(NEED_SCAN)
    assert seen[2] == seen[0]


def test_another_scan_leaves_them_as_they_are(shown: SmallWindow) -> None:
    shown.open()
    before = enabled(shown)

    shown.open("b.nii.gz")

    assert enabled(shown) == before


def test_a_window_can_be_arranged_and_left_before_a_scan_is_open(shown: SmallWindow) -> None:
    always = {"open_file", "quit", "stop", "settings", "copy", "layout_axial", "preset_1", "invert"}

    assert always <= enabled(shown)


def test_a_key_of_what_cannot_be_chosen_does_nothing(qtbot: QtBot, shown: SmallWindow) -> None:
    with qtbot.assertNotEmitted(shown.actions["export"].triggered):
        shown.actions["export"].trigger()
