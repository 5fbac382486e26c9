"""Scans appear in 3D when they are ready, or it is said why not."""

from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from pytestqt.qtbot import QtBot

from app.connections.volume import VolumeConnection
from app.state.session import Loading
from app.state.view import Overlay
from app.viewer import graphics
from app.viewer.graphics import Graphics
from app.viewer.render_grid import RenderScan
from app.viewer.volume_scene import VolumeScene
from app.viewer.volume_view import VolumeView
from medct_core.errors import ResourceError
from tests.app.small_window import SmallWindow

pytestmark = pytest.mark.gui


class Scene:
    """Draws grey, and remembers what it was told."""

    def __init__(self) -> None:
        self.scans: list[RenderScan] = []
        self.crosshairs: list[object] = []
        self.is_closed = False

    def show_scan(self, scan: RenderScan) -> None:
        """Remember a scan."""
        self.scans.append(scan)

    def show_crosshair(self, point_mm: object) -> None:
        """Remember a point."""
        self.crosshairs.append(point_mm)

    def hide_crosshair(self) -> None:
        """Remember that there is none."""
        self.crosshairs.append(None)

    def close(self) -> None:
        """Give the window back."""
        self.is_closed = True

    def render(self, *, width: int, height: int, quality: object) -> npt.NDArray[np.uint8]:
        """Draw grey."""
        return np.full((height, width, 3), 77, dtype=np.uint8)

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_arguments, **_named: None


class Solid(SmallWindow):
    """A window with a picture in 3D, which is made ready when told."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.scenes: list[Scene] = []
        self.picture = VolumeView(self._scene)
        self.qtbot.addWidget(self.picture)
        self.picture.show()
        self.connection = VolumeConnection(
            self.session, self.view, self.picture, self.loader.as_loader(), parent=self.owner
        )

    def finish(self) -> None:
        """Let what was begun last be ready."""
        self.loader.finish(len(self.loader.works))

    def _scene(self, _graphics: Graphics) -> VolumeScene:
        self.scenes.append(Scene())
        return cast("VolumeScene", self.scenes[-1])


@pytest.fixture
def solid(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Solid:
    monkeypatch.setattr(graphics, "find_graphics", lambda: Graphics("llvmpipe", 2048))
    return Solid(qtbot)


def test_a_scan_is_shown_when_it_is_ready(solid: Solid) -> None:
    solid.open()
    meanwhile = solid.picture.message[0], solid.connection.is_preparing

    solid.finish()

    assert meanwhile == ("3D is being prepared.", True)
    assert solid.picture.scan is not None
    assert not solid.connection.is_preparing


def test_a_newer_scan_is_never_replaced_by_an_older_one(solid: Solid) -> None:
    solid.open()
    solid.open("b.nii.gz")

    solid.loader.finish(1)
    early = solid.picture.scan
    solid.loader.finish(2)

    assert solid.loader.stopped == [1]
    assert early is None
    assert solid.picture.scan is not None


def test_a_closed_scan_is_gone_and_does_not_come_back(solid: Solid) -> None:
    solid.open()

    solid.session.set_scan(None)
    solid.finish()

    assert solid.picture.scan is None
    assert solid.picture.message[0] == "No scan is open."


def test_a_scan_that_is_being_read_is_not_called_closed(solid: Solid) -> None:
    solid.session.set_loading(Loading("a.nii.gz", 0.5))
    while_reading = solid.picture.message[0]

    solid.session.set_loading(None)

    assert while_reading == "3D is being prepared."
    assert solid.picture.message[0] == "No scan is open."


def test_what_cannot_be_shown_in_3d_says_why(solid: Solid) -> None:
    solid.open()

    error = ResourceError("The scan does not fit.", remedy="Close other programs.")
    solid.loader.failed.emit(1, error)

    assert solid.picture.message == ("The scan does not fit.", "Close other programs.")


def test_the_crosshair_is_marked_while_it_is_shown(solid: Solid) -> None:
    solid.open()
    solid.finish()

    solid.view.set_crosshair((1.0, 2.0, 3.0))
    solid.view.hide_overlay(Overlay.CROSSHAIR)
    solid.view.set_crosshair((4.0, 5.0, 6.0))
    solid.view.show_overlay(Overlay.CROSSHAIR)

    marks = solid.scenes[0].crosshairs
    assert marks[-4:] == [(1.0, 2.0, 3.0), None, None, (4.0, 5.0, 6.0)]


def test_switched_off_it_spends_nothing_and_says_so(solid: Solid) -> None:
    solid.open()
    solid.finish()

    solid.connection.switch_off()
    solid.open("b.nii.gz")

    assert solid.scenes[0].is_closed
    assert solid.picture.message[0] == "3D is switched off."
    assert len(solid.loader.works) == 1


def test_switched_off_while_it_prepares_nothing_comes(solid: Solid) -> None:
    solid.open()

    solid.connection.switch_off()
    solid.finish()

    assert solid.loader.stopped == [1]
    assert solid.scenes == []


def test_switched_on_again_it_shows_the_scan_that_is_open(solid: Solid) -> None:
    solid.connection.switch_off()
    solid.open()

    solid.connection.switch_on()
    solid.connection.switch_on()
    solid.finish()

    assert len(solid.loader.works) == 1
    assert solid.picture.scan is not None


def test_switched_on_without_a_scan_it_waits_for_one(solid: Solid) -> None:
    solid.connection.switch_off()

    solid.connection.switch_on()

    assert solid.picture.message[0] == "No scan is open."


def test_closing_gives_the_graphics_back_and_takes_nothing_more(solid: Solid) -> None:
    solid.open()
    solid.finish()
    solid.open("b.nii.gz")

    solid.connection.close()
    solid.finish()

    assert solid.scenes[0].is_closed
    assert len(solid.scenes) == 1
    assert solid.picture.scan is None
