"""The header's window shows the file of the slice that is seen, names hidden until asked."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QSpinBox, QTableView
from pytestqt.qtbot import QtBot

from app.connections.header import HeaderConnection
from app.controllers.read_header import ReadHeader
from app.controllers.read_study import find_study, read_scan
from app.state.session import OpenScan, SessionState
from app.state.view import Overlay, ViewState, as_vector
from app.theme import DARK
from app.windows.main_window import MainWindow
from medct_core.cancel import CancelToken
from medct_core.errors import NotAnImageError
from tests.app.stand_ins import FakeLoader
from tests.medct_core.io import making

pytestmark = pytest.mark.gui


@pytest.fixture
def scan(tmp_path: Path) -> OpenScan:
    """Series of four slices."""
    volume = making.chest_volume()
    for k in range(4):
        making.save(making.ct_slice(volume, k), tmp_path / f"{k}.dcm")
    return read_scan(find_study(tmp_path), None, CancelToken(), lambda _: None)


class Header:
    """A window with a loader that answers when told."""

    def __init__(self, qtbot: QtBot, scan: OpenScan | None) -> None:
        self.session, self.view, self.loader = SessionState(), ViewState(), FakeLoader()
        self.window = MainWindow(self.view, DARK)
        qtbot.addWidget(self.window)
        self.action = QAction("header")
        self.connection = HeaderConnection(
            self.window,
            {"header": self.action},
            (self.session, self.view),
            ReadHeader(self.session, self.loader.as_loader()),
            theme=DARK,
        )
        self.session.set_scan(scan)

    def finish(self) -> None:
        """Answer the newest wish."""
        self.loader.finish(len(self.loader.works))

    @property
    def file(self) -> int:
        """Number of the file shown."""
        return self.connection.dialog.findChildren(QSpinBox)[0].value()

    @property
    def values(self) -> set[str]:
        """All values shown."""
        model = self.connection.dialog.findChildren(QTableView)[0].model()
        return {str(model.index(at, 3).data()) for at in range(model.rowCount())}

    @property
    def words(self) -> str:
        """All labels that can be seen."""
        labels = self.connection.dialog.findChildren(QLabel)
        return " ".join(label.text() for label in labels if label.isVisible())


@pytest.fixture
def header(qtbot: QtBot, scan: OpenScan) -> Header:
    return Header(qtbot, scan)


@pytest.mark.parametrize("k", [0, 2, 3])
def test_the_file_of_the_slice_that_is_seen_comes_first(
    header: Header, scan: OpenScan, k: int
) -> None:
    header.view.set_crosshair(as_vector(scan.volume.geometry.to_patient([3, 3, k])))

    header.action.trigger()
    header.finish()

    assert header.connection.dialog.isVisible()
    assert header.file == k + 1
    height = f"{scan.volume.geometry.to_patient([0, 0, k])[2]:.1f}"
    assert any(height in value for value in header.values)


def test_another_file_is_read_when_picked(header: Header) -> None:
    header.action.trigger()
    header.finish()

    header.connection.dialog.findChildren(QSpinBox)[0].setValue(4)
    header.finish()

    assert header.file == 4


def test_names_follow_the_switch_of_patient_text(header: Header) -> None:
    header.action.trigger()
    header.finish()
    assert making.PATIENT_ID not in header.values

    header.view.show_overlay(Overlay.PATIENT_TEXT)
    assert making.PATIENT_ID in header.values

    header.view.hide_overlay(Overlay.PATIENT_TEXT)
    assert making.PATIENT_ID not in header.values


def test_with_another_scan_its_header_is_read(header: Header, scan: OpenScan) -> None:
    header.action.trigger()
    header.finish()
    count = len(header.loader.works)

    header.session.set_scan(None)
    assert "No scan open" in header.words
    header.session.set_scan(scan)

    assert len(header.loader.works) == count + 1


def test_nothing_is_read_while_the_window_is_closed(header: Header) -> None:
    header.session.set_scan(None)

    assert header.loader.works == []


def test_a_file_that_is_gone_is_told(header: Header) -> None:
    header.action.trigger()
    header.loader.failed.emit(1, NotAnImageError("It is gone.", remedy="Copy it again."))

    assert "It is gone." in header.words
