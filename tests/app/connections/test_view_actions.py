"""Menus and keys change how the scan is looked at, and show what is on."""

import pytest
from pytestqt.qtbot import QtBot

from app.connections.view_actions import ViewActions
from app.state.view import Layout, Overlay, PlaneKind, Slab, SlabMode
from medct_core.volume.window import PRESETS, Window, WindowPreset
from tests.app.small_window import SmallWindow

pytestmark = pytest.mark.gui

LAYOUTS = {
    "layout_grid": Layout.GRID,
    "layout_one_and_three": Layout.ONE_AND_THREE,
    "layout_axial": Layout.AXIAL,
    "layout_single": Layout.SINGLE,
    "layout_compare": Layout.COMPARE,
}


@pytest.fixture
def shown(qtbot: QtBot) -> SmallWindow:
    made = SmallWindow(qtbot)
    connect(made)
    return made


def connect(made: SmallWindow) -> ViewActions:
    views = made.window.views
    made.session.scan_changed.connect(lambda scan: views.show_volume(scan.volume))
    return ViewActions(made.actions, made.session, made.view, views, parent=made.owner)


def trigger(shown: SmallWindow, *names: str) -> None:
    for name in names:
        shown.actions[name].trigger()


def number(shown: SmallWindow) -> int:
    return shown.window.views.active_view.slice_shown().number


def checked(shown: SmallWindow, *names: str) -> list[bool]:
    return [shown.actions[name].isChecked() for name in names]


@pytest.mark.parametrize(("name", "layout"), LAYOUTS.items())
def test_a_layout_is_chosen_and_marked_alone(shown: SmallWindow, name: str, layout: Layout) -> None:
    trigger(shown, name)

    assert shown.view.layout is layout
    assert [one for one in LAYOUTS if shown.actions[one].isChecked()] == [name]


def test_a_layout_chosen_elsewhere_is_marked(shown: SmallWindow) -> None:
    shown.view.set_layout(Layout.AXIAL)

    assert checked(shown, "layout_axial", "layout_grid") == [True, False]


@pytest.mark.parametrize(
    ("name", "overlay"),
    [
        ("crosshair", Overlay.CROSSHAIR),
        ("overlay_text", Overlay.TEXT),
        ("patient_text", Overlay.PATIENT_TEXT),
        ("measurements", Overlay.MEASUREMENTS),
        ("masks", Overlay.MASKS),
    ],
)
def test_what_lies_over_a_slice_is_switched_and_marked(
    shown: SmallWindow, name: str, overlay: Overlay
) -> None:
    before = overlay in shown.view.overlays, shown.actions[name].isChecked()

    trigger(shown, name)

    assert before[0] == before[1]
    assert (overlay in shown.view.overlays) is not before[0]
    assert shown.actions[name].isChecked() is not before[0]


def test_slices_are_gone_through_by_keys(shown: SmallWindow) -> None:
    shown.open()
    trigger(shown, "first_slice")
    seen = [number(shown)]

    for name in ("next_slice", "ten_next", "previous_slice", "last_slice", "ten_previous"):
        trigger(shown, name)
        seen.append(number(shown))

    assert seen == [1, 2, 12, 11, 30, 20]


def test_keys_act_on_the_view_that_was_chosen(shown: SmallWindow) -> None:
    shown.open()
    views = shown.window.views
    seen = []

    for name in ("view_sagittal", "view_coronal", "next_view", "previous_view", "view_axial"):
        trigger(shown, name)
        seen.append(views.active_view)

    axial, coronal, sagittal = (views.views[kind] for kind in PlaneKind)
    assert seen == [sagittal, coronal, sagittal, coronal, axial]


def test_every_key_is_harmless_without_a_scan(shown: SmallWindow) -> None:
    before = shown.view.window

    for name in ("last_slice", "next_slice", "zoom_in", "fit", "reset_view", "cine", "preset_0"):
        trigger(shown, name)

    assert shown.view.window == before
    assert checked(shown, "cine") == [False]


def test_zoom_is_undone_by_its_opposite_and_by_fit(shown: SmallWindow) -> None:
    shown.open()
    view = shown.window.views.active_view
    fitted = view.frame.scale

    trigger(shown, "zoom_in")
    enlarged = view.frame.scale
    trigger(shown, "zoom_out")
    back = view.frame.scale
    trigger(shown, "zoom_in", "fit")

    assert enlarged == pytest.approx(1.25 * fitted)
    assert back == pytest.approx(fitted)
    assert view.frame.scale == pytest.approx(fitted)


def test_a_view_is_shown_alone_and_all_are_back(shown: SmallWindow) -> None:
    shown.open()
    others = [shown.window.views.views[kind] for kind in (PlaneKind.CORONAL, PlaneKind.SAGITTAL)]

    trigger(shown, "maximise_view")
    alone = [one.isHidden() for one in others]
    trigger(shown, "maximise_view")

    assert alone == [True, True]
    assert [one.isHidden() for one in others] == [False, False]


def test_cine_runs_and_stops_and_is_marked_while_it_runs(shown: SmallWindow) -> None:
    shown.open()

    trigger(shown, "cine")
    running = shown.window.views.is_cine_running, checked(shown, "cine")
    shown.window.views.stop_cine()

    assert running == (True, [True])
    assert checked(shown, "cine") == [False]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_digits_choose_the_presets(shown: SmallWindow, preset: WindowPreset) -> None:
    trigger(shown, f"preset_{preset.key}")

    assert shown.view.window == preset.window


def test_zero_shows_every_value_of_the_scan(shown: SmallWindow) -> None:
    values = shown.open().volume.values

    trigger(shown, "preset_0")

    window = shown.view.window
    low, high = window.centre_hu - window.width_hu / 2, window.centre_hu + window.width_hu / 2
    assert (low, high) == (values.min(), values.max())


def test_grey_and_pixels_are_switched_and_marked(shown: SmallWindow) -> None:
    before = shown.view.inverted, shown.view.smooth

    trigger(shown, "invert", "interpolate")
    after = shown.view.inverted, shown.view.smooth

    assert after == (not before[0], not before[1])
    assert checked(shown, "invert", "interpolate") == list(after)


def test_a_slab_keeps_the_thickness_it_had(shown: SmallWindow) -> None:
    trigger(shown, "slab_mip", "slab_thicker", "slab_none", "slab_mean")

    assert shown.view.slab == Slab(SlabMode.MEAN, 12.0)
    assert checked(shown, "slab_mean", "slab_mip", "slab_none") == [True, False, False]


def test_one_slice_has_no_thickness_to_change(shown: SmallWindow) -> None:
    trigger(shown, "slab_thicker", "slab_thinner")

    assert shown.view.slab == Slab()


def test_a_slab_stays_within_its_limits(shown: SmallWindow) -> None:
    trigger(shown, "slab_mip", *["slab_thicker"] * 60)
    thickest = shown.view.slab
    trigger(shown, *["slab_thinner"] * 60)

    assert thickest == Slab(SlabMode.MIP, 100.0)
    assert shown.view.slab == Slab(SlabMode.MIP, 1.0)


def test_an_entry_that_is_on_stays_on_when_it_is_chosen_again(shown: SmallWindow) -> None:
    trigger(shown, "layout_grid", "layout_grid", "slab_none", "slab_none")

    assert checked(shown, "layout_grid", "slab_none") == [True, True]


def test_the_window_stays_whatever_the_layout(shown: SmallWindow) -> None:
    shown.view.set_window(Window(-600, 1500))

    trigger(shown, *LAYOUTS)

    assert shown.view.window == Window(-600, 1500)
