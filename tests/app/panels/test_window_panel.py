"""Window, presets and slab."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.panels.window_panel import SLAB_NAMES, WindowPanel, preset_tip
from app.state.view import Slab, SlabMode
from medct_core.volume.window import BONE, LUNG, PRESETS, Window

pytestmark = pytest.mark.gui


@pytest.fixture
def panel(qtbot: QtBot) -> WindowPanel:
    shown = WindowPanel()
    qtbot.addWidget(shown)
    return shown


def spin(panel: WindowPanel, name: str) -> QSpinBox:
    return next(one for one in panel.findChildren(QSpinBox) if one.accessibleName() == name)


def buttons(panel: WindowPanel) -> dict[str, QPushButton]:
    return {one.accessibleName(): one for one in panel.findChildren(QPushButton)}


def test_the_tooltip_of_a_preset_has_its_numbers_and_its_key() -> None:
    assert preset_tip(PRESETS[0]) == "Lung: width 1500, level -600 HU (key 1)"


def test_every_preset_of_the_table_has_a_button(panel: WindowPanel) -> None:
    assert list(buttons(panel)) == [preset.name for preset in PRESETS]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_reports_its_window(qtbot: QtBot, panel: WindowPanel, preset: object) -> None:
    chosen = next(one for one in PRESETS if one is preset)

    with qtbot.waitSignal(panel.window_picked) as told:
        buttons(panel)[chosen.name].click()

    assert told.args == [chosen.window]
    assert buttons(panel)[chosen.name].isChecked()


def test_showing_reports_nothing(qtbot: QtBot, panel: WindowPanel) -> None:
    with (
        qtbot.assertNotEmitted(panel.window_picked),
        qtbot.assertNotEmitted(panel.inverted_picked),
        qtbot.assertNotEmitted(panel.slab_picked),
    ):
        panel.show_window(BONE)
        panel.show_inverted(is_inverted=True)
        panel.show_slab(Slab(SlabMode.MIP, 12.0))

    assert spin(panel, "Window level").value() == 400
    assert spin(panel, "Window width").value() == 1800
    assert panel.findChildren(QCheckBox)[0].isChecked()
    assert panel.findChildren(QDoubleSpinBox)[0].value() == 12.0


def test_a_window_of_other_values_than_hu_is_shown_as_it_is(panel: WindowPanel) -> None:
    panel.show_window(Window(centre_hu=15_000, width_hu=30_000))

    assert spin(panel, "Window level").value() == 15_000
    assert spin(panel, "Window width").value() == 30_000


def test_only_the_preset_that_is_shown_is_marked(panel: WindowPanel) -> None:
    panel.show_window(LUNG)
    panel.show_window(Window(centre_hu=-599, width_hu=1500))
    none = [name for name, button in buttons(panel).items() if button.isChecked()]
    panel.show_window(LUNG)

    assert none == []
    assert [name for name, button in buttons(panel).items() if button.isChecked()] == ["Lung"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(level=st.integers(-65_536, 65_536), width=st.integers(2, 65_536))
def test_a_typed_window_is_reported_as_typed(panel: WindowPanel, level: int, width: int) -> None:
    told: list[Window] = []
    panel.window_picked.connect(told.append)

    spin(panel, "Window level").setValue(level)
    spin(panel, "Window width").setValue(width)

    assert told == [] or told[-1] == Window(centre_hu=level, width_hu=width)
    shown = (spin(panel, "Window level").value(), spin(panel, "Window width").value())
    assert shown == (level, width)


def test_inverting_is_reported(qtbot: QtBot, panel: WindowPanel) -> None:
    with qtbot.waitSignal(panel.inverted_picked) as told:
        panel.findChildren(QCheckBox)[0].click()

    assert told.args == [True]


def test_a_slab_has_a_mode_and_a_thickness(qtbot: QtBot, panel: WindowPanel) -> None:
    mode = panel.findChildren(QComboBox)[0]

    with qtbot.waitSignal(panel.slab_picked) as first:
        mode.setCurrentIndex(mode.findData(SlabMode.MINIP))
    with qtbot.waitSignal(panel.slab_picked) as second:
        panel.findChildren(QDoubleSpinBox)[0].setValue(25.0)

    assert first.args == [Slab(SlabMode.MINIP, 10.0)]
    assert second.args == [Slab(SlabMode.MINIP, 25.0)]


def test_one_slice_has_no_thickness(qtbot: QtBot, panel: WindowPanel) -> None:
    panel.show_slab(Slab(SlabMode.MEAN, 5.0))
    mode = panel.findChildren(QComboBox)[0]

    with qtbot.waitSignal(panel.slab_picked) as told:
        mode.setCurrentIndex(mode.findData(SlabMode.NONE))

    assert told.args == [Slab()]
    assert not panel.findChildren(QDoubleSpinBox)[0].isEnabled()


def test_every_way_to_show_a_slab_has_a_name() -> None:
    assert set(SLAB_NAMES) == set(SlabMode)


def test_it_fits_into_a_narrow_dock(panel: WindowPanel) -> None:
    assert panel.minimumSizeHint().width() <= 280
