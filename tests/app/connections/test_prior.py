"""A prior stands beside the scan while both are open."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.connections.companion_place import CompanionPlace
from app.connections.prior import PriorConnection
from app.controllers.open_prior import OpenPrior
from app.controllers.read_study import find_study, read_scan
from app.state.answers import Problem
from app.state.open_questions import FrameQuestion
from app.state.session import Loading, OpenScan, SessionState
from app.state.view import Layout, PlaneKind, ViewState
from app.theme import DARK
from app.windows.main_window import MainWindow
from app.windows.question_dialog import QuestionDialog
from medct_core.cancel import CancelToken
from tests import mask_samples, small_chest
from tests.app.stand_ins import FakeLoader

pytestmark = pytest.mark.gui


def opened(path: Path) -> OpenScan:
    return read_scan(find_study(path), None, CancelToken(), lambda _: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two chests, and a scan without Hounsfield units."""
    folder = tmp_path_factory.mktemp("priors")
    for seed, name in enumerate(("now.nii.gz", "then.nii.gz")):
        small_chest.write(folder / name, seed)
    values = np.random.default_rng(0).integers(0, 900, mask_samples.SHAPE).astype(np.int16)
    mask_samples.write_nifti(folder / "mr.nii.gz", values)
    return folder


class Beside:
    """A window with a scan, and a loader that answers when told."""

    def __init__(self, qtbot: QtBot, scan: OpenScan) -> None:
        self.session, self.prior, self.view = SessionState(), SessionState(), ViewState()
        self.window = MainWindow(self.view, DARK)
        qtbot.addWidget(self.window)
        self.loader = FakeLoader()
        self.open_prior = OpenPrior(self.session, self.prior, self.loader.as_loader())
        self.actions = {
            name: QAction(name) for name in ("open_prior", "open_prior_folder", "close_prior")
        }
        self.place = CompanionPlace(self.window.views, self.session, self.view)
        self.connection = PriorConnection(
            self.window,
            self.actions,
            (self.session, self.prior),
            self.open_prior,
            place=self.place,
        )
        self.session.scan_changed.connect(self._show)
        self.session.set_scan(scan)
        self.window.show()

    def _show(self, scan: OpenScan | None) -> None:
        self.window.views.show_volume(scan.volume if scan else None)

    def open(self, path: Path) -> None:
        """Open a prior to its last voxel."""
        done = len(self.loader.works)
        self.connection.open_path(path)
        while done < len(self.loader.works):
            done += 1
            self.loader.finish(done)

    @property
    def words(self) -> str:
        """What the bar over the prior says."""
        labels = self.place.companion.findChildren(QLabel)
        return " ".join(label.text() for label in labels)


@pytest.fixture
def beside(qtbot: QtBot, folder: Path) -> Beside:
    return Beside(qtbot, opened(folder / "now.nii.gz"))


def test_a_prior_stands_beside_the_scan_at_the_same_place(beside: Beside, folder: Path) -> None:
    beside.open(folder / "then.nii.gz")
    beside.window.views.views[PlaneKind.AXIAL].step(3)

    companion = beside.place.companion
    assert beside.view.layout is Layout.COMPARE
    assert companion.isVisible()
    assert companion.link.prior.crosshair_mm == pytest.approx(beside.view.crosshair_mm)
    assert beside.words == "PRIOR then.nii.gz same position, linked"
    assert beside.actions["close_prior"].isEnabled()


def test_closing_it_brings_the_layout_back(beside: Beside, folder: Path) -> None:
    beside.view.set_layout(Layout.AXIAL)
    beside.open(folder / "then.nii.gz")

    beside.actions["close_prior"].trigger()

    assert beside.view.layout is Layout.AXIAL
    assert not beside.place.companion.isVisible()
    assert not beside.actions["close_prior"].isEnabled()


def test_another_study_takes_it_away(beside: Beside, folder: Path) -> None:
    beside.open(folder / "then.nii.gz")

    beside.session.set_scan(opened(folder / "then.nii.gz"))

    assert not beside.place.companion.isVisible()


def test_a_prior_of_other_units_has_a_window_of_its_own(beside: Beside, folder: Path) -> None:
    beside.open(folder / "mr.nii.gz")

    link = beside.place.companion.link
    assert not link.is_window_linked
    assert link.prior.window != beside.view.window


def test_what_speaks_against_comparing_stands_in_the_picture(beside: Beside, folder: Path) -> None:
    beside.open(folder / "then.nii.gz")
    view = beside.place.companion.view
    view.resize(400, 400)
    before = view.snapshot()

    beside.open(folder / "now.nii.gz")

    assert [notice.code for notice in beside.open_prior.notices] == ["prior-same-scan"]
    assert view.snapshot() != before


def test_a_prior_that_does_not_open_is_told_and_the_scan_stays(beside: Beside) -> None:
    scan = beside.session.scan

    beside.prior.set_problem(Problem("It is no scan.", "Open another."))

    texts = " ".join(label.text() for label in beside.window.banner.findChildren(QLabel))
    assert "The prior was not opened. It is no scan." in texts
    assert beside.session.scan is scan


def test_reading_is_told_in_the_status_line(beside: Beside) -> None:
    beside.prior.set_loading(Loading("then.zip", 0.2))
    assert "then.zip" in beside.window.statusBar().currentMessage()

    beside.prior.set_loading(None)
    assert beside.window.statusBar().currentMessage() == ""


def test_a_prior_in_time_asks_which_volume(beside: Beside, qtbot: QtBot) -> None:
    beside.prior.set_question(FrameQuestion("then.nii.gz", 3))

    dialogs = beside.window.findChildren(QuestionDialog)
    assert len(dialogs) == 1
    beside.prior.set_question(None)


def test_it_is_maximised_and_comes_back(beside: Beside, folder: Path) -> None:
    beside.open(folder / "then.nii.gz")
    companion = beside.place.companion

    companion.maximise_asked.emit()
    assert not beside.window.views.views[PlaneKind.AXIAL].isVisible()

    companion.maximise_asked.emit()
    assert beside.window.views.views[PlaneKind.AXIAL].isVisible()
