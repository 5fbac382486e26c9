"""Screenshots show what is on the screen, but never who was examined."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.state.view import Overlay, PlaneKind, ViewState
from app.viewer.overlay_text import Caption
from app.viewer.screenshot import copy_picture, picture_of_window, png_of, save_picture
from app.viewer.slice_view import SliceView
from medct_core.errors import OutOfDiskError
from medct_core.io.study import PatientText
from tests import phantoms

pytestmark = pytest.mark.gui

ANYBODY = PatientText("Doe, Jane", "4711", date(1960, 2, 3), "F")


class Window(QWidget):
    """A view of the letter F, and the name of its file below it."""

    def __init__(self, state: ViewState) -> None:
        super().__init__()
        self.view = SliceView(PlaneKind.AXIAL, state)
        self.name = QLabel("Doe_Jane.nii.gz")
        layout = QVBoxLayout(self)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.name)
        self.resize(400, 440)
        self.view.show_volume(phantoms.letter_f(), Caption())
        self.view.show_patient(ANYBODY)


@pytest.fixture
def state(qtbot: QtBot) -> ViewState:
    return ViewState()


@pytest.fixture
def window(qtbot: QtBot, state: ViewState) -> Window:
    shown = Window(state)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def red() -> QImage:
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(QColor(255, 0, 0))
    return picture


def test_the_patient_is_hidden_while_the_picture_is_taken(window: Window, state: ViewState) -> None:
    nobody = picture_of_window(window, state)
    state.show_overlay(Overlay.PATIENT_TEXT)

    named = picture_of_window(window, state)

    assert window.grab().toImage() != nobody
    assert named == nobody
    assert Overlay.PATIENT_TEXT in state.overlays


def test_a_text_that_was_hidden_stays_hidden(window: Window, state: ViewState) -> None:
    picture_of_window(window, state)

    assert Overlay.PATIENT_TEXT not in state.overlays


def test_the_patient_is_back_even_if_the_picture_fails(
    window: Window, state: ViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> None:
        raise RuntimeError

    state.show_overlay(Overlay.PATIENT_TEXT)
    monkeypatch.setattr(window, "grab", failing)

    with pytest.raises(RuntimeError):
        picture_of_window(window, state)
    assert Overlay.PATIENT_TEXT in state.overlays


def test_a_widget_that_may_name_somebody_is_covered(window: Window, state: ViewState) -> None:
    picture = picture_of_window(window, state, covered=[window.name])

    area = window.name.geometry()
    colours = {
        picture.pixelColor(x, y).rgb()
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    }
    assert len(colours) == 1


def test_a_covered_widget_that_is_not_shown_hides_nothing(window: Window, state: ViewState) -> None:
    window.name.hide()

    assert picture_of_window(window, state, covered=[window.name]) == picture_of_window(
        window, state
    )


def test_a_picture_is_on_the_clipboard(qtbot: QtBot) -> None:
    copy_picture(red())

    assert QGuiApplication.clipboard().image().size() == red().size()


@pytest.mark.parametrize(("name", "written"), [("a.png", "a.png"), ("b.v2", "b.v2.png")])
def test_a_picture_is_written_whole(qtbot: QtBot, tmp_path: Path, name: str, written: str) -> None:
    path = save_picture(red(), tmp_path / name)

    assert [one.name for one in tmp_path.iterdir()] == [written]
    assert QImage(str(path)).pixelColor(3, 3) == QColor(255, 0, 0)
    assert png_of(red()).startswith(b"\x89PNG")


def test_a_folder_that_is_not_there_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    with pytest.raises(OutOfDiskError, match="gone"):
        save_picture(red(), tmp_path / "gone" / "a.png")
