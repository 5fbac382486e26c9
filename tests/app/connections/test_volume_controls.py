"""Panel and picture of 3D say the same; cuts follow the slice views."""

from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from app.connections.volume_controls import VolumeControls
from app.panels.range_slider import RangeHandle
from app.panels.text_label import TextLabel
from app.panels.volume_panel import Box, PlaneCut, ShownLook, VolumePanel
from app.state.view import PlaneKind, ViewState
from app.viewer.cuts import NO_CUT, Cut
from app.viewer.graphics import Graphics
from app.viewer.render_grid import RenderScan
from app.viewer.render_scan import prepare_scan
from app.viewer.transfer_functions import AIRWAYS, BONE, LUNG, MIP, PRESETS
from app.viewer.volume_scene import VolumeScene
from app.viewer.volume_view import Look, VolumeView
from medct_core.errors import ResourceError
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("controls")]

_SOFTWARE = Graphics("llvmpipe", 2048)


class _CutScene:
    """Remembers what is cut away; draws grey, and takes every other call in silence."""

    def __init__(self) -> None:
        self.cuts: list[Cut] = []

    def cut(self, cut: Cut) -> None:
        self.cuts.append(cut)

    def render(self, *, width: int, height: int, quality: object) -> npt.NDArray[np.uint8]:
        return np.full((height, width, 3), 77, dtype=np.uint8)

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_arguments, **_named: None


def _scan(unit: Unit = Unit.HU) -> RenderScan:
    """Give a cube from -40 to 70 mm along every axis."""
    affine = np.diag([10.0, 10.0, 10.0, 1.0])
    affine[:3, 3] = -40
    values = np.zeros((12, 12, 12), dtype=np.int16)
    values[4:8, 4:8, 4:8] = 300
    return prepare_scan(Volume(values, unit, Geometry((12, 12, 12), affine), "test"), _SOFTWARE)


@pytest.fixture
def scene() -> _CutScene:
    return _CutScene()


@pytest.fixture
def view(qtbot: QtBot, scene: _CutScene) -> VolumeView:
    shown = VolumeView(lambda _graphics: cast("VolumeScene", scene))
    qtbot.addWidget(shown)
    shown.show()
    return shown


@pytest.fixture
def panel(qtbot: QtBot) -> VolumePanel:
    shown = VolumePanel()
    qtbot.addWidget(shown)
    return shown


@pytest.fixture
def state() -> ViewState:
    return ViewState()


@pytest.fixture
def controls(panel: VolumePanel, view: VolumeView, state: ViewState) -> VolumeControls:
    return VolumeControls(panel, view, state)


def combo(panel: VolumePanel, name: str) -> QComboBox:
    return next(one for one in panel.findChildren(QComboBox) if one.accessibleName() == name)


def offered(panel: VolumePanel) -> list[str]:
    presets = combo(panel, "Preset of 3D")
    return [presets.itemText(at) for at in range(presets.count())]


def reason(panel: VolumePanel) -> str:
    return panel.findChildren(TextLabel)[0].text()


def ends(panel: VolumePanel) -> list[tuple[int, int]]:
    values = [handle.value() for handle in panel.findChildren(RangeHandle)]
    return list(zip(values[::2], values[1::2], strict=True))


def test_without_a_scan_the_panel_says_why_nothing_can_be_changed(
    panel: VolumePanel, view: VolumeView
) -> None:
    before = reason(panel), combo(panel, "Preset of 3D").isEnabled()

    view.show_unavailable(ResourceError("3D is switched off.", remedy="Switch it on."))

    assert before == ("No scan is open.", False)
    assert reason(panel) == "3D is switched off. Switch it on."


def test_a_scan_in_3d_can_be_changed(panel: VolumePanel, view: VolumeView) -> None:
    view.show_scan(_scan(), _SOFTWARE)

    assert combo(panel, "Preset of 3D").isEnabled()
    assert reason(panel) == ""
    assert offered(panel) == [preset.name for preset in PRESETS]
    assert combo(panel, "Preset of 3D").currentText() == "Soft tissue"
    assert ends(panel) == [(-40, 70)] * 3


def test_a_layout_without_3d_is_the_reason(panel: VolumePanel, view: VolumeView) -> None:
    view.show_scan(_scan(), _SOFTWARE)

    view.setVisible(False)
    hidden = reason(panel), combo(panel, "Preset of 3D").isEnabled()
    view.setVisible(True)

    assert "not part of this layout" in hidden[0]
    assert not hidden[1]
    assert combo(panel, "Preset of 3D").isEnabled()


def test_what_is_picked_is_what_the_picture_is_looked_at_through(
    panel: VolumePanel, view: VolumeView
) -> None:
    view.show_scan(_scan(), _SOFTWARE)

    panel.look_picked.emit(ShownLook("Airways", 2.0, -30.0))

    assert view.look == Look(AIRWAYS, 2.0, -30.0)


def test_what_the_picture_changes_by_itself_is_shown(panel: VolumePanel, view: VolumeView) -> None:
    view.show_scan(_scan(), _SOFTWARE)

    view.look_changed.emit(Look(LUNG, 20.0, 200.0))

    assert combo(panel, "Preset of 3D").currentText() == "Lung"
    assert [slider.value() for slider in panel.findChildren(QSlider)] == [100, 200]
    assert "+200 HU" in [label.text() for label in panel.findChildren(QLabel)]


@pytest.mark.parametrize(
    ("letter", "towards_reader"),
    [
        ("A", (0, -1, 0)),
        ("P", (0, 1, 0)),
        ("L", (1, 0, 0)),
        ("R", (-1, 0, 0)),
        ("S", (0, 0, 1)),
        ("I", (0, 0, -1)),
    ],
)
def test_a_letter_turns_that_side_to_the_reader(
    panel: VolumePanel,
    view: VolumeView,
    letter: str,
    towards_reader: tuple[int, int, int],
) -> None:
    view.show_scan(_scan(), _SOFTWARE)

    next(one for one in panel.findChildren(QPushButton) if one.text() == letter).click()

    assert view.viewpoint is not None
    assert view.viewpoint.back == towards_reader


def test_a_box_is_cut_and_brought_back(
    panel: VolumePanel, view: VolumeView, scene: _CutScene
) -> None:
    view.show_scan(_scan(), _SOFTWARE)

    panel.box_picked.emit(Box((-10.0, -40.0, 0.0), (70.0, 30.0, 70.0)))
    panel.box_picked.emit(None)

    assert scene.cuts[-2] == Cut((-10.0, -40.0, 0.0), (70.0, 30.0, 70.0))
    assert scene.cuts[-1] == NO_CUT


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        (PlaneKind.AXIAL, (0, 0, 1)),
        (PlaneKind.CORONAL, (0, 1, 0)),
        (PlaneKind.SAGITTAL, (-1, 0, 0)),
    ],
)
def test_a_plane_takes_away_what_lies_between_reader_and_slice(
    panel: VolumePanel,
    view: VolumeView,
    scene: _CutScene,
    state: ViewState,
    kind: PlaneKind,
    kept: tuple[int, int, int],
) -> None:
    view.show_scan(_scan(), _SOFTWARE)
    state.set_crosshair((5.0, 6.0, 7.0))

    panel.plane_picked.emit(PlaneCut(kind))
    panel.plane_picked.emit(PlaneCut(kind, is_flipped=True))

    planes = [cut.plane for cut in scene.cuts[-2:]]
    assert [plane.point_mm for plane in planes if plane] == [(5.0, 6.0, 7.0)] * 2
    np.testing.assert_array_equal(
        [plane.normal for plane in planes if plane], [kept, -np.array(kept)]
    )


def test_the_plane_follows_the_crosshair_and_turns_with_its_view(
    panel: VolumePanel,
    view: VolumeView,
    scene: _CutScene,
    state: ViewState,
) -> None:
    view.show_scan(_scan(), _SOFTWARE)
    panel.plane_picked.emit(PlaneCut(PlaneKind.CORONAL))

    state.set_crosshair((1.0, 2.0, 3.0))
    turned = state.plane(PlaneKind.CORONAL).turned((0.0, 0.0, 1.0), np.pi / 2)
    state.set_plane(PlaneKind.CORONAL, turned)

    plane = scene.cuts[-1].plane
    assert plane is not None
    assert plane.point_mm == (1.0, 2.0, 3.0)
    np.testing.assert_allclose(plane.normal, [-1, 0, 0], atol=1e-12)


def test_without_a_plane_the_crosshair_cuts_nothing(
    view: VolumeView, scene: _CutScene, state: ViewState
) -> None:
    view.show_scan(_scan(), _SOFTWARE)
    before = len(scene.cuts)

    state.set_crosshair((1.0, 2.0, 3.0))

    assert len(scene.cuts) == before


def test_box_and_plane_cut_together(panel: VolumePanel, view: VolumeView, scene: _CutScene) -> None:
    view.show_scan(_scan(), _SOFTWARE)

    panel.plane_picked.emit(PlaneCut(PlaneKind.AXIAL))
    panel.box_picked.emit(Box((-10.0, -40.0, 0.0), (70.0, 30.0, 70.0)))

    assert len(scene.cuts[-1].planes()) == 7


def test_another_scan_is_whole_again(
    panel: VolumePanel,
    view: VolumeView,
    scene: _CutScene,
    state: ViewState,
) -> None:
    view.show_scan(_scan(), _SOFTWARE)
    panel.plane_picked.emit(PlaneCut(PlaneKind.AXIAL))
    panel.findChildren(RangeHandle)[0].setValue(0)

    view.show_scan(_scan(), _SOFTWARE)
    state.set_crosshair((1.0, 2.0, 3.0))

    assert ends(panel) == [(-40, 70)] * 3
    assert scene.cuts[-1] == NO_CUT


def test_arbitrary_units_have_a_projection_only(panel: VolumePanel, view: VolumeView) -> None:
    view.show_look(Look(BONE))

    view.show_scan(_scan(Unit.ARBITRARY), _SOFTWARE)

    assert offered(panel) == [MIP.name]
    assert combo(panel, "Preset of 3D").currentText() == MIP.name


def test_every_side_and_preset_of_the_panel_is_known_to_the_picture(
    panel: VolumePanel, view: VolumeView
) -> None:
    view.show_scan(_scan(), _SOFTWARE)
    presets = combo(panel, "Preset of 3D")
    seen = []

    for at in range(presets.count()):
        presets.setCurrentIndex(at)
        presets.activated.emit(at)
        seen.append(view.look)

    assert seen == [Look(preset) for preset in PRESETS]
