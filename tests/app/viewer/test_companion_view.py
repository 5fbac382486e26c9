"""The prior on the screen: named, at its place, and never taken for another level."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.state.view import Layout, Overlay, PlaneKind, ViewState
from app.theme import LIGHT, contrast, palette_of
from app.viewer.companion_view import CompanionView
from app.viewer.linked_views import LinkedViews
from app.viewer.mouse_profiles import RESEARCH, DragAction
from app.viewer.overlay_text import Caption
from medct_core.io.study import PatientText
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Volume
from medct_core.volume.window import LUNG
from tests import phantoms

pytestmark = pytest.mark.gui


@pytest.fixture
def state(qtbot: QtBot) -> ViewState:
    return ViewState()


@pytest.fixture
def views(qtbot: QtBot, state: ViewState) -> LinkedViews:
    """Show the letter F as the current scan."""
    widget = LinkedViews(state)
    qtbot.addWidget(widget)
    widget.resize(900, 450)
    widget.show_volume(phantoms.letter_f())
    state.set_layout(Layout.COMPARE)
    widget.show()
    return widget


@pytest.fixture
def companion(qtbot: QtBot, state: ViewState, views: LinkedViews) -> CompanionView:
    """Show the same letter beside it, stored along other axes."""
    shown = CompanionView(state)
    current = phantoms.letter_f()
    shown.show_prior(turned(current), Caption(), current=current.geometry, name="2024-03-02")
    views.set_companion(shown)
    return shown


def turned(volume: Volume) -> Volume:
    """Store a scan with its axes in another order and direction: the patient lies the same."""
    values = volume.values.transpose(2, 0, 1)[::-1]
    affine = volume.geometry.affine[:, [2, 0, 1, 3]].copy()
    affine[:, 3] += affine[:, 0] * (values.shape[0] - 1)
    affine[:, 0] *= -1
    geometry = Geometry(values.shape, affine)
    return Volume(np.asfortranarray(values), volume.unit, geometry, "prior")


def button(companion: CompanionView, text: str) -> QToolButton:
    return next(one for one in companion.findChildren(QToolButton) if one.text() == text)


def texts(companion: CompanionView) -> list[str]:
    return [one.text() for one in companion.findChildren(QLabel)]


def wheel(companion: CompanionView, modifiers: Qt.KeyboardModifier, delta: QPoint) -> None:
    event = QWheelEvent(
        QPointF(50, 50),
        QPointF(50, 50),
        QPoint(),
        delta,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    companion.view.wheelEvent(event)


def picture(companion: CompanionView, views: LinkedViews) -> tuple[bytes, bytes]:
    """Both slices without words and of one size."""
    for view in (companion.view, views.views[PlaneKind.AXIAL]):
        view.resize(300, 300)
        view.fit()
    shots = (companion.view.snapshot(), views.views[PlaneKind.AXIAL].snapshot())
    return bytes(shots[0].constBits()), bytes(shots[1].constBits())


@pytest.mark.parametrize("height_mm", [-21.0, -3.0, 3.0, 21.0])
def test_a_prior_stored_along_other_axes_shows_the_same_slice(
    companion: CompanionView, views: LinkedViews, state: ViewState, height_mm: float
) -> None:
    state.hide_overlay(Overlay.TEXT)
    state.hide_overlay(Overlay.CROSSHAIR)
    state.set_crosshair((0.0, 0.0, height_mm))

    prior, current = picture(companion, views)

    assert prior == current
    assert len(set(prior)) > 2


def test_bar_and_picture_say_that_it_is_a_prior_and_where_it_lies(
    companion: CompanionView,
) -> None:
    assert texts(companion) == ["PRIOR 2024-03-02", "same position, linked"]

    companion.link.unlink()
    companion.link.step_offset(-1)

    assert texts(companion)[1] == "offset S 3.0 mm, not linked"


def test_the_offset_stands_in_the_corner_of_the_picture(
    companion: CompanionView, state: ViewState
) -> None:
    companion.view.resize(400, 400)
    before = companion.view.snapshot()

    companion.link.step_offset(-1)
    state.set_crosshair((0.0, 0.0, state.crosshair_mm[2]))

    width, height = before.width(), before.height()
    corner = (width // 2, 0, width // 2, height // 4)
    assert companion.view.snapshot().copy(*corner) != before.copy(*corner)


def test_alt_and_wheel_scroll_the_prior_alone(companion: CompanionView, state: ViewState) -> None:
    here = state.crosshair_mm

    wheel(companion, Qt.KeyboardModifier.AltModifier, QPoint(0, -240))
    two_down = companion.link.offset_mm
    wheel(companion, Qt.KeyboardModifier.AltModifier, QPoint(120, 0))

    assert state.crosshair_mm == here
    assert abs(two_down) == pytest.approx(2 * abs(companion.link.offset_mm))


def test_the_wheel_scrolls_both(companion: CompanionView, state: ViewState) -> None:
    here = state.crosshair_mm

    wheel(companion, Qt.KeyboardModifier.NoModifier, QPoint(0, -120))

    assert state.crosshair_mm != here
    assert companion.link.prior.crosshair_mm == pytest.approx(state.crosshair_mm)
    assert companion.link.offset_mm == 0.0


def test_where_the_prior_ends_no_slice_is_shown(companion: CompanionView, state: ViewState) -> None:
    companion.view.resize(300, 300)
    companion.view.fit()

    state.set_crosshair((0.0, 0.0, 500.0))
    far = companion.view.snapshot()
    state.set_crosshair((0.0, 0.0, 600.0))

    assert companion.link.is_beyond
    assert companion.view.snapshot() == far


def test_buttons_link_and_reset(companion: CompanionView, state: ViewState) -> None:
    button(companion, "Link").click()
    assert not companion.link.is_linked
    companion.link.step_offset(2)
    button(companion, "Link").click()
    assert companion.link.is_linked
    assert companion.link.offset_mm != 0.0

    button(companion, "Reset").click()
    assert companion.link.offset_mm == 0.0

    button(companion, "W/L").click()
    state.set_window(LUNG)
    assert companion.link.prior.window != LUNG
    button(companion, "W/L").click()
    assert companion.link.prior.window == LUNG


def test_the_bar_offers_a_reset_only_where_there_is_one(companion: CompanionView) -> None:
    before = button(companion, "Reset").isHidden()

    companion.link.step_offset(1)

    assert before
    assert not button(companion, "Reset").isHidden()


@pytest.mark.parametrize("width", [600, 1300])
def test_the_middle_of_the_prior_is_as_high_as_that_of_the_current_scan(
    companion: CompanionView, views: LinkedViews, width: int
) -> None:
    views.resize(width, 400)
    QApplication.sendPostedEvents()
    views.layout().activate()  # type: ignore[union-attr]

    prior = companion.view.mapTo(views, companion.view.rect().center())
    axial = views.views[PlaneKind.AXIAL]
    assert prior.y() == pytest.approx(axial.mapTo(views, axial.rect().center()).y(), abs=1)
    assert all(label.isVisible() for label in companion.findChildren(QLabel))


def test_the_bar_can_be_read_under_a_light_theme(qtbot: QtBot, state: ViewState) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setPalette(palette_of(LIGHT))
    companion = CompanionView(state, parent=parent)
    companion.resize(600, 300)
    companion.show_prior(None, name="2024-03-02")
    parent.show()

    bar = companion.grab().toImage().copy(0, 0, 200, 30)

    colours = {bar.pixelColor(x, y).name() for x in range(200) for y in range(30)}
    darkest, lightest = (
        pick(colours, key=lambda one: contrast(one, "#000000")) for pick in (min, max)
    )
    assert contrast(darkest, lightest) > 7


def test_a_window_of_its_own_is_marked(companion: CompanionView) -> None:
    companion.show_own_window(LUNG)

    assert companion.link.prior.window == LUNG
    assert not button(companion, "W/L").isChecked()


def test_a_prior_far_away_is_said_to_be_laid_by_the_middle(
    companion: CompanionView, state: ViewState
) -> None:
    scan = phantoms.letter_f()
    affine = scan.geometry.affine.copy()
    affine[2, 3] += 900.0
    far = Volume(scan.values, scan.unit, Geometry(scan.geometry.shape, affine), "far")

    companion.show_prior(far, current=scan.geometry)

    assert texts(companion) == ["PRIOR", "offset S 900.0 mm, linked"]


def test_it_asks_to_be_closed_and_maximised(qtbot: QtBot, companion: CompanionView) -> None:
    with qtbot.waitSignal(companion.close_requested):
        button(companion, "\N{MULTIPLICATION SIGN}").click()
    with qtbot.waitSignal(companion.maximise_asked):
        companion.view.maximise_asked.emit()


def test_patient_text_of_the_prior_has_the_same_switch(
    companion: CompanionView, state: ViewState
) -> None:
    companion.view.resize(300, 300)
    companion.show_patient(PatientText(name="Musterfrau, Erika"))
    hidden = companion.view.grab().toImage()

    state.show_overlay(Overlay.PATIENT_TEXT)

    assert companion.view.grab().toImage() != hidden


def test_without_a_prior_a_message_stands_there(companion: CompanionView) -> None:
    companion.view.resize(300, 300)
    companion.show_prior(None)
    empty = companion.view.snapshot()

    companion.show_message("Opening the prior…")

    assert companion.view.snapshot() != empty


def test_buttons_of_the_mouse_are_those_of_the_other_views(companion: CompanionView) -> None:
    companion.set_mouse_profile(RESEARCH)
    companion.set_left_action(DragAction.PAN)

    assert companion.view.kind is PlaneKind.AXIAL


def test_a_similar_case_at_another_level_says_how_far_apart_the_two_are(
    companion: CompanionView,
) -> None:
    current = phantoms.letter_f()
    companion.show_similar(
        turned(current), Caption(), current=current.geometry, name="like.nii.gz", alike="2 of 4"
    )

    companion.link.step_offset(-1)
    linked = texts(companion)[1]
    companion.link.unlink()

    assert linked == "2 of 4 · 3.0 mm apart (S), linked"
    assert texts(companion)[1] == "2 of 4 · 3.0 mm apart (S), not linked"


def test_a_similar_case_says_so_in_title_names_and_where_it_ends(
    companion: CompanionView, state: ViewState, views: LinkedViews
) -> None:
    current = phantoms.letter_f()

    companion.show_similar(
        turned(current),
        Caption(),
        current=current.geometry,
        name="like.nii.gz",
        alike="2 of 4",
    )

    view = companion.view
    words = [companion.accessibleName(), view.accessibleName(), view.whatsThis()]
    words += [*texts(companion), *(one.toolTip() for one in companion.findChildren(QToolButton))]
    assert texts(companion) == ["SIMILAR CASE like.nii.gz", "2 of 4 · middle on middle, linked"]
    assert not any("prior" in text.lower() for text in words)
