"""The view turns what the mouse does into viewpoints and looks, and draws coarse before fine."""

from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.viewer.graphics import Graphics
from app.viewer.render_grid import RenderScan
from app.viewer.render_quality import Quality
from app.viewer.render_scan import prepare_scan
from app.viewer.transfer_functions import BONE, MIP
from app.viewer.viewpoint import Side
from app.viewer.volume_scene import VolumeScene
from app.viewer.volume_view import Look, VolumeView
from medct_core.errors import ResourceError
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume

pytestmark = pytest.mark.gui

_SOFTWARE = Graphics("llvmpipe", 2048)


class _RecordingScene:
    """Draws a plain picture and remembers how carefully; takes every other call in silence."""

    def __init__(self, graphics: Graphics) -> None:
        self.graphics = graphics
        self.drawn: list[tuple[int, int, Quality]] = []
        self.closed = 0
        self.fails = False

    def render(self, *, width: int, height: int, quality: Quality) -> npt.NDArray[np.uint8]:
        if self.fails:
            raise ResourceError("3D could not be drawn.", remedy="Update the graphics driver.")
        self.drawn.append((width, height, quality))
        return np.full((height, width, 3), 77, dtype=np.uint8)

    def close(self) -> None:
        self.closed += 1

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_arguments, **_named: None


@pytest.fixture
def scenes() -> list[_RecordingScene]:
    return []


@pytest.fixture
def view(qtbot: QtBot, scenes: list[_RecordingScene]) -> VolumeView:
    def make(graphics: Graphics) -> VolumeScene:
        scenes.append(_RecordingScene(graphics))
        return cast("VolumeScene", scenes[-1])

    view = VolumeView(make)
    qtbot.addWidget(view)
    view.resize(300, 200)
    return view


def _scan(unit: Unit = Unit.HU) -> RenderScan:
    values = np.full((12, 12, 12), -1000, dtype=np.int16)
    values[3:9, 3:9, 3:9] = 700
    volume = Volume(values, unit, Geometry((12, 12, 12), np.diag([10.0, 10.0, 10.0, 1.0])), "test")
    return prepare_scan(volume, _SOFTWARE)


def _shown(view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]) -> _RecordingScene:
    view.show()
    view.show_scan(_scan(), _SOFTWARE)
    qtbot.waitUntil(lambda: len(scenes[0].drawn) >= 2, timeout=20_000)
    return scenes[0]


def _drag(
    view: VolumeView,
    qtbot: QtBot,
    button: Qt.MouseButton,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QTest.mousePress(view, button, modifier, QPoint(100, 100))
    QTest.mouseMove(view, QPoint(100, 100))
    place = QPointF(130, 80)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        view.mapToGlobal(place),
        Qt.MouseButton.NoButton,
        button,
        modifier,
    )
    view.mouseMoveEvent(event)
    QTest.mouseRelease(view, button, modifier, QPoint(130, 80))


def test_a_coarse_picture_comes_before_a_fine_one(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    scene = _shown(view, qtbot, scenes)

    first, last = scene.drawn[0][2], scene.drawn[-1][2]
    assert first.ray_distance > last.ray_distance
    assert first.step > last.step


def test_a_hidden_view_draws_nothing_until_it_is_seen(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    view.show_scan(_scan(), _SOFTWARE)
    qtbot.wait(20)
    before = len(scenes[0].drawn)

    view.show()
    qtbot.waitUntil(lambda: len(scenes[0].drawn) > 0, timeout=20_000)

    assert before == 0


def test_left_drag_turns(view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]) -> None:
    _shown(view, qtbot, scenes)
    before = view.viewpoint

    _drag(view, qtbot, Qt.MouseButton.LeftButton)

    assert before is not None
    assert view.viewpoint is not None
    assert view.viewpoint.back != before.back
    assert view.viewpoint.height_mm == before.height_mm


def test_middle_drag_moves_the_scan_with_the_mouse(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    _shown(view, qtbot, scenes)
    before = view.viewpoint

    _drag(view, qtbot, Qt.MouseButton.MiddleButton)

    assert before is not None
    assert view.viewpoint is not None
    # Right and up by 30 and 20 pixels of 200, which show the picture's height.
    moved = np.subtract(before.centre_mm, view.viewpoint.centre_mm)
    expected = np.array([30.0, 0.0, 20.0]) * before.height_mm / 200
    np.testing.assert_allclose(moved, expected, atol=1e-6)


def test_ctrl_drag_upwards_is_more_opaque_and_to_the_right_denser(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    _shown(view, qtbot, scenes)

    with qtbot.waitSignal(view.look_changed):
        _drag(view, qtbot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)

    assert view.look.scale > 1
    assert view.look.shift_hu > 0


def test_keys_turn_and_enlarge(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    _shown(view, qtbot, scenes)
    before = view.viewpoint

    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Plus)

    assert before is not None
    assert view.viewpoint is not None
    assert view.viewpoint.back != before.back
    assert view.viewpoint.height_mm < before.height_mm


def test_showing_a_look_is_not_echoed(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    _shown(view, qtbot, scenes)

    with qtbot.assertNotEmitted(view.look_changed):
        view.show_look(Look(BONE))

    assert view.look.preset is BONE


def test_the_reason_for_no_3d_is_read_to_everyone(view: VolumeView) -> None:
    view.show_unavailable(ResourceError("3D cannot be shown.", remedy="Update the driver."))

    assert view.accessibleDescription() == "3D cannot be shown. Update the driver."
    assert view.picture().isNull()


def test_a_driver_that_fails_later_gives_its_reason_and_its_window_back(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    scene = _shown(view, qtbot, scenes)
    scene.fails = True

    view.show_side(Side.LEFT)
    qtbot.waitUntil(lambda: scene.closed > 0, timeout=20_000)

    assert "could not be drawn" in view.accessibleDescription()


def test_whoever_depends_on_the_picture_is_told_when_it_comes_and_goes(
    view: VolumeView, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(view.shown_changed):
        view.show_scan(_scan(), _SOFTWARE)
    has_scan = view.scan is not None
    with qtbot.waitSignal(view.shown_changed):
        view.show_unavailable(ResourceError("3D is switched off.", remedy="Switch it on."))

    assert has_scan
    assert view.scan is None
    assert view.message == ("3D is switched off.", "Switch it on.")


def test_arbitrary_units_are_shown_as_a_projection_only(view: VolumeView) -> None:
    view.show_scan(_scan(Unit.ARBITRARY), _SOFTWARE)

    menu = view.menu()

    assert view.look.preset is MIP
    assert [action.text() for action in menu.actions()[:1]] == ["MIP"]
    menu.deleteLater()


def test_the_menu_turns_to_a_side(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    _shown(view, qtbot, scenes)
    menu = view.menu()

    next(action for action in menu.actions() if action.text() == "From left").trigger()

    assert view.viewpoint is not None
    assert view.viewpoint.back == (1, 0, 0)
    menu.deleteLater()


def test_shutting_down_gives_the_window_back_once(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    scene = _shown(view, qtbot, scenes)

    view.shut_down()
    view.shut_down()

    assert scene.closed == 1
    assert view.picture().isNull()


def test_software_draws_no_more_pixels_than_it_can(
    view: VolumeView, qtbot: QtBot, scenes: list[_RecordingScene]
) -> None:
    view.resize(1600, 800)
    scene = _shown(view, qtbot, scenes)

    assert scene.drawn[-1][:2] == (640, 320)


def test_a_real_scene_is_painted(qtbot: QtBot) -> None:
    def make(graphics: Graphics) -> VolumeScene:
        return VolumeScene(graphics)

    view = VolumeView(make)
    qtbot.addWidget(view)
    view.resize(160, 160)
    view.show()
    view.show_look(Look(BONE))
    view.show_scan(_scan(), _SOFTWARE)
    qtbot.waitUntil(lambda: not view.picture().isNull(), timeout=60_000)

    grabbed = view.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)

    assert grabbed.pixelColor(grabbed.width() // 2, grabbed.height() // 2).value() > 60
    assert grabbed.pixelColor(2, 2).value() < 12
    view.shut_down()
