"""The widget of one plane: it shows the scan, follows the state and reports the mouse."""

from datetime import date

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.state.view import Overlay, PlaneKind, Slab, SlabMode, ViewState
from app.viewer.frame import Frame
from app.viewer.mouse_profiles import RESEARCH
from app.viewer.overlay_text import Caption
from app.viewer.slice_order import SliceNumber
from app.viewer.slice_view import SliceView
from medct_core.io.study import PatientText
from medct_core.volume.window import LUNG, MEDIASTINUM
from tests import phantoms

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def state(qtbot: QtBot) -> ViewState:
    return ViewState()


@pytest.fixture
def view(qtbot: QtBot, state: ViewState) -> SliceView:
    """Axial view of the letter F, 400 x 400."""
    widget = SliceView(PlaneKind.AXIAL, state)
    qtbot.addWidget(widget)
    widget.resize(400, 400)
    widget.show()
    qtbot.waitExposed(widget)
    widget.show_volume(phantoms.letter_f(), Caption(file_name="letter.nii.gz"))
    return widget


def pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """``(rows, columns, 4)`` bytes of a picture."""
    shown = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(shown.constBits(), dtype=np.uint8)
    return raw.reshape(shown.height(), -1, 4)[:, : shown.width()].copy()


def place_of(view: SliceView, x_mm: float, y_mm: float) -> QPoint:
    x, y = view.frame.to_screen((x_mm, y_mm, 0.0))
    return QPoint(round(x), round(y))


def test_the_bar_of_the_letter_points_to_the_right_of_the_screen(
    view: SliceView, state: ViewState
) -> None:
    for overlay in Overlay:
        state.hide_overlay(overlay)
    state.set_crosshair((0.0, 0.0, 21.0))

    white = pixels(view.snapshot())[30:370, 30:370, 0] > 200

    # The upper bar reaches from 12 mm right to 12 mm left of the middle, voxels included.
    rows, columns = np.nonzero(white)
    x, _ = view.frame.to_screen((0.0, 0.0, 0.0))
    assert columns.mean() + 30 == pytest.approx(x, abs=6)
    assert columns.max() - columns.min() > 2 * (rows.max() - rows.min())


def test_scrolling_moves_the_crosshair_by_one_slice(view: SliceView, state: ViewState) -> None:
    view.go_to(1)
    top = state.crosshair_mm[2]

    view.step(1)

    assert state.crosshair_mm[2] == pytest.approx(top - 3.0)
    assert view.slice_shown() == SliceNumber(2, 24)


def test_a_new_slice_shows_another_picture(view: SliceView, state: ViewState) -> None:
    before = pixels(view.snapshot())

    view.go_to(3)

    assert (pixels(view.snapshot()) != before).any()


@pytest.mark.parametrize("change", ["window", "invert", "slab", "text", "crosshair"])
def test_the_picture_follows_the_state(view: SliceView, state: ViewState, change: str) -> None:
    before = pixels(view.snapshot())
    changes = {
        "window": lambda: state.set_window(LUNG),
        "invert": lambda: state.set_inverted(True),
        "slab": lambda: state.set_slab(Slab(SlabMode.MIP, 60.0)),
        "text": lambda: state.hide_overlay(Overlay.TEXT),
        "crosshair": lambda: state.hide_overlay(Overlay.CROSSHAIR),
    }

    changes[change]()

    assert (pixels(view.snapshot()) != before).any()


def test_a_click_takes_the_crosshair_there(qtbot: QtBot, view: SliceView, state: ViewState) -> None:
    QTest.mouseClick(view, LEFT, pos=place_of(view, 9.0, -12.0))

    assert state.crosshair_mm == pytest.approx((9.0, -12.0, 0.0), abs=0.2)


def test_a_click_beside_the_scan_stays_in_the_scan(
    qtbot: QtBot, view: SliceView, state: ViewState
) -> None:
    view.zoom_by(0.5)

    QTest.mouseClick(view, LEFT, pos=QPoint(2, 200))

    assert state.crosshair_mm[0] == pytest.approx(-30.0)


def test_a_double_click_asks_to_maximise_and_keeps_the_crosshair(
    qtbot: QtBot, view: SliceView, state: ViewState
) -> None:
    place = place_of(view, 9.0, -12.0)

    with qtbot.waitSignal(view.maximise_asked):
        QTest.mouseClick(view, LEFT, pos=place)
        QTest.mouseDClick(view, LEFT, pos=place)

    assert state.crosshair_mm == (0.0, 0.0, 0.0)


def test_dragging_changes_the_window_and_in_the_research_profile_the_crosshair(
    qtbot: QtBot, view: SliceView, state: ViewState
) -> None:
    drag(qtbot, view, QPoint(60, 60), QPoint(120, 60))
    windowed = state.window
    view.set_mouse_profile(RESEARCH)
    drag(qtbot, view, QPoint(60, 60), place_of(view, 9.0, -12.0))

    assert windowed != MEDIASTINUM
    assert state.window == windowed
    assert state.crosshair_mm == pytest.approx((9.0, -12.0, 0.0), abs=0.2)


def test_dragging_the_dot_of_a_line_turns_that_plane_only(
    qtbot: QtBot, view: SliceView, state: ViewState
) -> None:
    sagittal = state.plane(PlaneKind.SAGITTAL)
    centre = view.frame.to_screen(state.crosshair_mm)
    dot = QPoint(round(centre[0] + 120), round(centre[1]))

    drag(qtbot, view, dot, QPoint(round(centre[0] + 104), round(centre[1] + 60)))

    right = state.plane(PlaneKind.CORONAL).right
    assert right[:2] == pytest.approx((np.cos(np.pi / 6), np.sin(np.pi / 6)), abs=0.02)
    assert state.plane(PlaneKind.SAGITTAL) == sagittal
    assert state.window == MEDIASTINUM


def test_reset_makes_turned_planes_standard_and_fits(view: SliceView, state: ViewState) -> None:
    fitted = view.frame
    view.turn_plane(PlaneKind.CORONAL, 0.4)
    view.zoom_by(3.0)

    view.reset()

    assert state.plane(PlaneKind.CORONAL).right == (1.0, 0.0, 0.0)
    assert view.frame == fitted


def test_a_fitted_slice_stays_fitted_when_the_view_grows(view: SliceView) -> None:
    before = view.frame.scale

    view.resize(800, 800)

    assert view.frame.scale == pytest.approx(2 * before)


def test_a_magnification_that_was_chosen_is_kept_when_the_view_grows(view: SliceView) -> None:
    view.zoom_by(2.0)
    chosen = view.frame.scale

    view.resize(800, 800)

    assert view.frame.scale == chosen


def test_the_probe_tells_the_value_under_the_cursor(qtbot: QtBot, view: SliceView) -> None:
    with qtbot.waitSignal(view.probe_moved) as told:
        QTest.mouseMove(view, place_of(view, -7.5, 1.5))

    assert told.args is not None
    assert told.args[0].startswith("300 HU  R 7.")


def test_a_rough_oblique_picture_becomes_fine_when_the_hand_rests(
    qtbot: QtBot, view: SliceView, state: ViewState
) -> None:
    state.set_plane(PlaneKind.AXIAL, view.plane.turned((1.0, 0.0, 0.0), 0.3))
    fine = pixels(view.snapshot())

    qtbot.waitUntil(lambda: bool((pixels(view.grab().toImage()) == fine).mean() > 0.99))


def test_patient_text_is_painted_only_while_its_switch_is_on(
    view: SliceView, state: ViewState
) -> None:
    view.show_patient(PatientText("Doe, Jane", "4711", date(1960, 2, 3), "F"))
    hidden = pixels(view.grab().toImage())

    state.show_overlay(Overlay.PATIENT_TEXT)
    shown = pixels(view.grab().toImage())
    saved = pixels(view.snapshot())
    state.hide_overlay(Overlay.PATIENT_TEXT)

    assert (shown[:60, :150] != hidden[:60, :150]).any()
    np.testing.assert_array_equal(saved[:60, :150], pixels(view.snapshot())[:60, :150])


def test_a_snapshot_at_twice_the_density_shows_the_same_at_twice_the_size(
    view: SliceView,
) -> None:
    once, twice = pixels(view.snapshot()), pixels(view.snapshot(2.0))

    assert twice.shape[:2] == (800, 800)
    halved = twice.reshape(400, 2, 400, 2, 4).mean(axis=(1, 3))
    assert np.abs(halved - once).mean() < 6


def test_layers_are_painted_with_the_frame_of_the_view(view: SliceView) -> None:
    frames: list[Frame] = []

    class Layer:
        """Remembers frames."""

        def paint(self, painter: QPainter, frame: Frame) -> None:
            """Draw nothing."""
            frames.append(frame)

    view.add_layer(Layer())
    view.snapshot()

    assert frames[-1] == view.frame


def test_without_a_scan_there_is_a_message_and_nothing_fails(
    qtbot: QtBot, state: ViewState
) -> None:
    view = SliceView(PlaneKind.CORONAL, state)
    qtbot.addWidget(view)
    empty = pixels(view.snapshot())

    view.show_message("Loading chest.nii.gz")
    view.step(1)
    view.go_to(5)
    view.set_crosshair((1.0, 2.0, 3.0))
    view.reset()

    assert (pixels(view.snapshot()) != empty).any()
    assert state.crosshair_mm == (0.0, 0.0, 0.0)
    assert view.slice_shown() == SliceNumber(0, 0)


@pytest.mark.parametrize("kind", PlaneKind)
def test_every_view_has_a_name_for_a_screen_reader(
    qtbot: QtBot, state: ViewState, kind: PlaneKind
) -> None:
    view = SliceView(kind, state)
    qtbot.addWidget(view)

    assert kind.value in view.accessibleName().lower()


def drag(qtbot: QtBot, view: SliceView, start: QPoint, end: QPoint) -> None:
    """Drag with the left button, with a stop half way."""
    QTest.mousePress(view, LEFT, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, pos=end)
