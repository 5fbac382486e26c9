"""Look, box and plane of 3D."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from app.panels.range_slider import RangeHandle
from app.panels.text_label import TextLabel
from app.panels.volume_panel import LARGEST_SCALE, Box, PlaneCut, ShownLook, VolumePanel
from app.state.view import PlaneKind

pytestmark = pytest.mark.gui

_CHEST = Box((-170.3, -158.2, -310.0), (180.4, 170.2, -20.0))


@pytest.fixture
def panel(qtbot: QtBot) -> VolumePanel:
    shown = VolumePanel()
    qtbot.addWidget(shown)
    shown.show_presets(("Lung", "Bone", "MIP"))
    shown.show_look(ShownLook("Bone"))
    shown.show_no_cut(_CHEST)
    shown.show_available()
    return shown


def combo(panel: VolumePanel, name: str) -> QComboBox:
    return next(one for one in panel.findChildren(QComboBox) if one.accessibleName() == name)


def slider(panel: VolumePanel, name: str) -> QSlider:
    return next(one for one in panel.findChildren(QSlider) if one.accessibleName() == name)


def button(panel: VolumePanel, text: str) -> QPushButton:
    return next(one for one in panel.findChildren(QPushButton) if one.text() == text)


def choose(box: QComboBox, at: int) -> None:
    """Choose an entry as a click does."""
    box.setCurrentIndex(at)
    box.activated.emit(at)


def test_showing_reports_nothing(qtbot: QtBot, panel: VolumePanel) -> None:
    with (
        qtbot.assertNotEmitted(panel.look_picked),
        qtbot.assertNotEmitted(panel.box_picked),
        qtbot.assertNotEmitted(panel.plane_picked),
    ):
        panel.show_presets(("Lung", "MIP"))
        panel.show_look(ShownLook("MIP", 2.0, 150.0))
        panel.show_no_cut(_CHEST)

    assert combo(panel, "Preset of 3D").currentText() == "MIP"
    assert slider(panel, "Threshold in 3D").value() == 150


def test_a_preset_starts_as_it_was_made(qtbot: QtBot, panel: VolumePanel) -> None:
    panel.show_look(ShownLook("Bone", 3.0, 80.0))

    with qtbot.waitSignal(panel.look_picked) as told:
        choose(combo(panel, "Preset of 3D"), 0)

    assert told.args == [ShownLook("Lung")]
    assert slider(panel, "Opacity in 3D").value() == 0


def test_opacity_grows_by_factors(qtbot: QtBot, panel: VolumePanel) -> None:
    told: list[ShownLook] = []
    panel.look_picked.connect(told.append)

    for place in (-100, -50, 50, 100):
        slider(panel, "Opacity in 3D").setValue(place)

    root = math.sqrt(LARGEST_SCALE)
    scales = [look.scale for look in told]
    assert scales == pytest.approx([1 / LARGEST_SCALE, 1 / root, root, LARGEST_SCALE])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(scale=st.floats(0.05, 20.0), shift=st.integers(-1000, 1000))
def test_a_shown_look_is_reported_as_it_was(panel: VolumePanel, scale: float, shift: int) -> None:
    told: list[ShownLook] = []
    panel.show_look(ShownLook("Bone", scale, 0.0 if shift else 1.0))
    panel.look_picked.connect(told.append)

    slider(panel, "Threshold in 3D").setValue(shift)

    panel.look_picked.disconnect(told.append)
    # The slider knows steps of three in a hundred.
    assert told[-1].scale == pytest.approx(scale, rel=0.02)
    assert told[-1].shift_hu == shift


def test_numbers_stand_beside_the_sliders(panel: VolumePanel) -> None:
    panel.show_look(ShownLook("Bone", 2.5, -120.0))

    words = [label.text() for label in panel.findChildren(QLabel)]

    assert "250%" in words
    assert "-120 HU" in words


def test_reset_brings_the_preset_back(qtbot: QtBot, panel: VolumePanel) -> None:
    usual = button(panel, "Reset")
    before = usual.isEnabled()
    slider(panel, "Threshold in 3D").setValue(200)

    with qtbot.waitSignal(panel.look_picked) as told:
        usual.click()

    assert not before
    assert told.args == [ShownLook("Bone")]
    assert not usual.isEnabled()


def test_every_side_has_a_button(panel: VolumePanel) -> None:
    told: list[str] = []
    panel.side_picked.connect(told.append)

    for letter in "APLRSI":
        button(panel, letter).click()

    assert "".join(told) == "APLRSI"


def test_a_box_is_reported_in_mm_and_none_once_it_is_whole_again(
    qtbot: QtBot, panel: VolumePanel
) -> None:
    handles = panel.findChildren(RangeHandle)
    told: list[Box | None] = []
    panel.box_picked.connect(told.append)

    handles[0].setValue(-60)
    handles[3].setValue(90)
    button(panel, "Reset box").click()

    assert told == [
        Box((-60.0, -159.0, -310.0), (181.0, 171.0, -20.0)),
        Box((-60.0, -159.0, -310.0), (181.0, 90.0, -20.0)),
        None,
    ]
    assert not button(panel, "Reset box").isEnabled()


def test_a_scan_thinner_than_a_millimetre_still_has_a_box(panel: VolumePanel) -> None:
    panel.show_no_cut(Box((0.0, 0.0, 0.0), (40.0, 40.0, 0.0)))

    assert [handle.value() for handle in panel.findChildren(RangeHandle)[4:]] == [0, 1]


def test_a_plane_has_a_view_and_a_side(qtbot: QtBot, panel: VolumePanel) -> None:
    other_side = panel.findChildren(QCheckBox)[0]
    before = other_side.isEnabled()
    told: list[PlaneCut | None] = []
    panel.plane_picked.connect(told.append)

    combo(panel, "Cutting plane").setCurrentIndex(2)
    other_side.click()
    combo(panel, "Cutting plane").setCurrentIndex(0)

    assert not before
    assert told == [
        PlaneCut(PlaneKind.CORONAL),
        PlaneCut(PlaneKind.CORONAL, is_flipped=True),
        None,
    ]
    assert not other_side.isEnabled()


def test_every_view_can_cut(panel: VolumePanel) -> None:
    planes = combo(panel, "Cutting plane")

    offered = [planes.itemData(at) for at in range(planes.count())]

    assert offered == [None, *PlaneKind]


def test_another_scan_takes_box_and_plane_away(panel: VolumePanel) -> None:
    combo(panel, "Cutting plane").setCurrentIndex(1)
    panel.findChildren(RangeHandle)[0].setValue(0)

    panel.show_no_cut(_CHEST)

    assert combo(panel, "Cutting plane").currentIndex() == 0
    assert not button(panel, "Reset box").isEnabled()


def test_without_3d_the_reason_stands_there_and_nothing_can_be_changed(
    panel: VolumePanel,
) -> None:
    panel.show_unavailable("The driver is too old. Update it.")
    controls: list[QWidget] = [
        *panel.findChildren(QComboBox),
        *panel.findChildren(QSlider),
        *panel.findChildren(RangeHandle),
        *panel.findChildren(QCheckBox),
    ]
    dead = not any(control.isEnabled() for control in controls)
    reason = panel.findChildren(TextLabel)[0].text()
    panel.show_available()

    assert dead
    assert reason == "The driver is too old. Update it."
    assert combo(panel, "Preset of 3D").isEnabled()
    assert panel.findChildren(TextLabel)[0].text() == ""


def test_it_fits_into_a_narrow_dock_and_never_makes_the_window_taller(panel: VolumePanel) -> None:
    page = panel.widget()

    assert page is not None
    assert page.minimumSizeHint().width() <= 280
    assert panel.minimumSizeHint().height() < 200


def test_every_control_has_a_name(panel: VolumePanel) -> None:
    controls: list[QWidget] = [
        *panel.findChildren(QComboBox),
        *panel.findChildren(QSlider),
        *panel.findChildren(RangeHandle),
        *panel.findChildren(QCheckBox),
    ]

    assert all(control.accessibleName() for control in controls)
