"""The masks over the scan: what is shown, how clearly, how large it is, and where."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QSlider, QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from app.panels.masks_panel import MasksPanel, volume_text
from app.state.masks import Mask, MaskLabel, MasksState
from app.theme import LIGHT
from medct_core.io.label_map import Label, LabelFacts
from medct_core.volume.notice import Notice
from tests import mask_samples

pytestmark = pytest.mark.gui

LABELS = (
    MaskLabel(Label(1, "Left lung", (230, 159, 0)), LabelFacts(4310.2, (1.0, 2.0, 3.0))),
    MaskLabel(Label(7, "<b>Nodule</b>", (0, 158, 115)), LabelFacts(0.53, (4.0, 5.0, 6.0))),
    MaskLabel(Label(9, "Airway", (86, 180, 233)), LabelFacts(0.0, None)),
)


@pytest.fixture
def state(qtbot: QtBot) -> MasksState:
    return MasksState()


@pytest.fixture
def panel(qtbot: QtBot, state: MasksState) -> MasksPanel:
    shown = MasksPanel()
    qtbot.addWidget(shown)
    shown.resize(300, 400)
    shown.show()
    state.masks_changed.connect(shown.show_masks)
    return shown


def add(state: MasksState, name: str = "mask.nii.gz", *notices: Notice) -> Mask:
    return state.add(name, (mask_samples.label_map(),), LABELS, notices)


def tree(panel: MasksPanel) -> QTreeWidget:
    return panel.findChildren(QTreeWidget)[0]


def row(panel: MasksPanel, name: str, at: int = 0) -> QTreeWidgetItem:
    match = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
    return tree(panel).findItems(name, match)[at]


def button(panel: MasksPanel, text: str) -> QPushButton:
    found = [one for one in panel.findChildren(QPushButton) if one.text() == text]
    return next(one for one in found if one.isVisible())


def texts(panel: MasksPanel) -> str:
    return " ".join(one.text() for one in panel.findChildren(QLabel) if one.isVisible())


def test_without_a_mask_the_panel_offers_to_open_one(qtbot: QtBot, panel: MasksPanel) -> None:
    assert "No mask open" in texts(panel)

    with qtbot.waitSignal(panel.open_requested):
        button(panel, "Open mask…").click()


def test_every_structure_has_a_row_with_name_colour_volume_and_tick(
    panel: MasksPanel, state: MasksState
) -> None:
    mask = add(state)
    state.show(mask.identity, frozenset({1}))

    lung, nodule = row(panel, "Left lung"), row(panel, "<b>Nodule</b>")
    assert (lung.text(1), nodule.text(1)) == ("4\N{NARROW NO-BREAK SPACE}310 ml", "0.53 ml")
    assert lung.checkState(0) is Qt.CheckState.Checked
    assert nodule.checkState(0) is Qt.CheckState.Unchecked
    colour = lung.icon(0).pixmap(14, 14).toImage().pixelColor(7, 7)
    assert colour.name() == "#e69f00"
    assert row(panel, "mask.nii.gz").checkState(0) is Qt.CheckState.PartiallyChecked


def test_a_tick_reports_what_is_to_be_shown(panel: MasksPanel, state: MasksState) -> None:
    mask = add(state)
    told = list[object]()
    panel.labels_picked.connect(lambda identity, values: told.append((identity, values)))

    row(panel, "Left lung").setCheckState(0, Qt.CheckState.Unchecked)
    row(panel, "mask.nii.gz").setCheckState(0, Qt.CheckState.Unchecked)

    assert told == [(mask.identity, frozenset({7, 9})), (mask.identity, frozenset())]


def test_showing_reports_nothing(panel: MasksPanel, state: MasksState) -> None:
    told = list[object]()
    panel.labels_picked.connect(lambda *values: told.append(values))
    panel.opacity_picked.connect(lambda *values: told.append(values))

    mask = add(state)
    state.show(mask.identity, frozenset({7}))
    state.set_opacity(mask.identity, 0.2)

    assert told == []


def test_the_slider_is_that_of_the_mask_in_use(panel: MasksPanel, state: MasksState) -> None:
    first, second = add(state), add(state, "b.nii")
    state.set_opacity(first.identity, 0.2)
    slider = panel.findChildren(QSlider)[0]
    told = list[object]()
    panel.opacity_picked.connect(lambda identity, value: told.append((identity, value)))

    assert slider.value() == 50
    tree(panel).setCurrentItem(row(panel, "Left lung"))
    assert slider.value() == 20
    slider.setValue(80)

    assert told == [(first.identity, 0.8)]
    assert second.opacity == 0.5


def test_a_change_keeps_the_row_in_use(panel: MasksPanel, state: MasksState) -> None:
    mask = add(state)
    tree(panel).setCurrentItem(row(panel, "<b>Nodule</b>"))

    state.set_opacity(mask.identity, 0.3)
    panel.show_theme(LIGHT)

    current = tree(panel).currentItem()
    assert current is not None
    assert current.text(0) == "<b>Nodule</b>"


def test_a_structure_is_gone_to_by_button_and_by_enter(
    panel: MasksPanel, state: MasksState
) -> None:
    mask = add(state)
    told = list[object]()
    panel.go_to_requested.connect(lambda identity, value: told.append((identity, value)))

    tree(panel).setCurrentItem(row(panel, "<b>Nodule</b>"))
    button(panel, "Go to").click()
    QTest.keyClick(tree(panel), Qt.Key.Key_Return)

    assert told == [(mask.identity, 7)] * 2


def test_a_structure_without_voxels_and_a_whole_mask_are_nowhere_to_go(
    panel: MasksPanel, state: MasksState
) -> None:
    add(state)

    for name in ("Airway", "mask.nii.gz"):
        tree(panel).setCurrentItem(row(panel, name))
        assert not button(panel, "Go to").isEnabled()


def test_a_mask_is_closed_by_button_and_by_delete(panel: MasksPanel, state: MasksState) -> None:
    mask = add(state)
    told = list[int]()
    panel.close_requested.connect(told.append)

    button(panel, "Close mask").click()
    QTest.keyClick(tree(panel), Qt.Key.Key_Delete)

    assert told == [mask.identity] * 2


def test_notices_of_the_mask_in_use_are_read(panel: MasksPanel, state: MasksState) -> None:
    add(state, "a.dcm", Notice("x", "It holds fractions."))
    assert "It holds fractions." in texts(panel)

    add(state, "b.nii")
    assert "It holds fractions." not in texts(panel)


def test_a_problem_stands_above_the_masks_until_it_is_over(
    panel: MasksPanel, state: MasksState
) -> None:
    add(state)

    panel.show_problem("It is no mask.", "Open another.")
    assert "It is no mask. Open another." in texts(panel)
    assert row(panel, "Left lung")

    panel.show_nothing_wrong()
    assert "no mask" not in texts(panel)


def test_a_file_that_is_read_is_named(panel: MasksPanel, state: MasksState) -> None:
    add(state)
    panel.show_loading("big.dcm")
    assert "Opening big.dcm…" in texts(panel)
    assert not button(panel, "Open mask…").isEnabled()

    panel.show_loading("")
    assert "big.dcm" not in texts(panel)


def test_a_new_mask_comes_into_use_and_its_notices_are_read(
    panel: MasksPanel, state: MasksState
) -> None:
    add(state)
    tree(panel).setCurrentItem(row(panel, "Left lung"))

    add(state, "b.dcm", Notice("x", "It holds fractions."))

    assert "It holds fractions." in texts(panel)


def test_closing_the_last_mask_brings_the_offer_back(panel: MasksPanel, state: MasksState) -> None:
    state.remove(add(state).identity)

    assert "No mask open" in texts(panel)


def test_another_theme_keeps_ticks(panel: MasksPanel, state: MasksState) -> None:
    state.show(add(state).identity, frozenset({7}))

    panel.show_theme(LIGHT)

    assert row(panel, "Left lung").checkState(0) is Qt.CheckState.Unchecked
    assert row(panel, "<b>Nodule</b>").checkState(0) is Qt.CheckState.Checked


@pytest.mark.parametrize(
    ("volume_ml", "text"),
    [
        (0.0, "0.00 ml"),
        (0.532, "0.53 ml"),
        (70.36, "70.4 ml"),
        (4310.2, "4\N{NARROW NO-BREAK SPACE}310 ml"),
    ],
)
def test_volumes_have_the_digits_that_mean_something(volume_ml: float, text: str) -> None:
    assert volume_text(volume_ml) == text
