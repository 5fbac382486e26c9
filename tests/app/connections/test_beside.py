"""A similar case stands beside the scan under its own name, and gives way to a prior."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from app.connections.beside import BesideConnection
from app.connections.companion_place import CompanionPlace
from app.connections.prior import PriorConnection
from app.controllers.open_beside import OpenBeside
from app.controllers.open_prior import OpenPrior
from app.controllers.read_study import find_study, read_scan
from app.panels.similar_panel import SimilarPanel
from app.state.answers import Problem
from app.state.beside import BesideState
from app.state.library_place import PHANTOMS_VARIABLE
from app.state.open_questions import FrameQuestion
from app.state.scan_places import ScanPlace, ScanPlaces
from app.state.session import Loading, OpenScan, SessionState
from app.state.similar import SimilarState
from app.state.similar_page import SimilarPage
from app.state.view import Layout, ViewState
from app.theme import DARK
from app.viewer.companion_view import Companion
from app.windows.main_window import MainWindow
from app.windows.question_dialog import QuestionDialog
from medct_core.cancel import CancelToken
from medct_core.retrieval.library_case import case_id_of
from medct_core.retrieval.search import SimilarCase
from tests import library_samples, small_chest
from tests.app.case_windows import FileDialogs
from tests.app.stand_ins import FakeLoader
from tests.library_samples import STAMP

pytestmark = pytest.mark.gui


def opened(path: Path) -> OpenScan:
    return read_scan(find_study(path), None, CancelToken(), lambda _: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three chests."""
    folder = tmp_path_factory.mktemp("cases")
    for seed, name in enumerate(("now.nii.gz", "like.nii.gz", "then.nii.gz")):
        small_chest.write(folder / name, seed)
    return folder


def similar_to(path: Path) -> SimilarCase:
    sha256 = opened(path).volume.content_sha256
    case = library_samples.case(
        case_id=case_id_of(sha256, STAMP), scan_sha256=sha256, source=path.name
    )
    return SimilarCase(case, 0.5, 97.4, 1, 60)


class Beside:
    """A window with a scan and a list of one similar case; its loader answers when told."""

    def __init__(self, qtbot: QtBot, folder: Path, places: ScanPlaces) -> None:
        self.session, self.prior, self.view = SessionState(), SessionState(), ViewState()
        self.similar, self.state = SimilarState(), BesideState()
        self.window, self.panel = MainWindow(self.view, DARK), SimilarPanel()
        for widget in (self.window, self.panel):
            qtbot.addWidget(widget)
        self.places, self.loader, self.done = places, FakeLoader(), 0
        loader = self.loader.as_loader()
        self.open_prior = OpenPrior(self.session, self.prior, loader)
        self.open_beside = OpenBeside(self.session, self.state, places, loader)
        self.place = CompanionPlace(self.window.views, self.session, self.view, self.session)
        actions = {name: QAction(name) for name in ("open_prior", "open_prior_folder")}
        self.actions = {**actions, "close_prior": QAction("close_prior")}
        self.connections = (
            PriorConnection(
                self.window,
                self.actions,
                (self.session, self.prior),
                self.open_prior,
                place=self.place,
            ),
            BesideConnection(
                self.window,
                self.panel,
                (self.similar, self.state, self.prior),
                (self.open_beside, self.open_prior),
                place=self.place,
            ),
        )
        self.session.set_scan(opened(folder / "now.nii.gz"))
        self.found = similar_to(folder / "like.nii.gz")
        self.similar.show(SimilarPage("mine", "tiny", 1, cases=(self.found,)))
        self.window.show()

    def finish(self) -> None:
        """Do all work that was given away, also what comes of it."""
        while self.done < len(self.loader.works):
            self.done += 1
            self.loader.finish(self.done)

    def open_case(self) -> None:
        """Ask in the panel for the case beside the scan."""
        self.panel.open_beside_wanted.emit(self.found.case.case_id)
        self.finish()

    def open_prior_at(self, path: Path) -> None:
        """Open a prior to its last voxel."""
        self.open_prior.open_path(path)
        self.finish()

    @property
    def words(self) -> str:
        """What stands around the picture of the companion, its title first."""
        return " ".join(label.text() for label in self.place.companion.findChildren(QLabel))


@pytest.fixture
def beside(qtbot: QtBot, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Beside:
    monkeypatch.setenv(PHANTOMS_VARIABLE, str(tmp_path / "phantoms"))
    return Beside(qtbot, folder, ScanPlaces(tmp_path / "places.json"))


@pytest.fixture
def known(beside: Beside, folder: Path) -> Beside:
    """Let this machine know where the case lies."""
    beside.places.note(beside.found.case.scan_sha256, ScanPlace(folder / "like.nii.gz"))
    return beside


def test_a_case_stands_beside_the_scan_with_its_source_and_percentile(known: Beside) -> None:
    known.open_case()

    assert known.words.startswith(
        "SIMILAR CASE like.nii.gz 1. More alike than 97% of pairs · middle on middle, linked"
    )
    assert known.view.layout is Layout.COMPARE
    assert known.place.companion.link.is_linked
    assert known.place.companion.link.is_window_linked


def test_its_button_closes_it_and_no_prior_is_told_of(known: Beside) -> None:
    known.open_case()

    known.place.companion.close_requested.emit()

    assert known.state.shown is None
    assert known.place.role is None
    assert not known.place.companion.isVisible()


def test_a_prior_takes_its_place(known: Beside, folder: Path) -> None:
    known.open_case()

    known.open_prior_at(folder / "then.nii.gz")

    assert known.words.startswith("PRIOR then.nii.gz same position")
    assert known.place.role is Companion.PRIOR
    assert known.state.shown is None


def test_it_takes_the_place_of_a_prior(known: Beside, folder: Path) -> None:
    known.open_prior_at(folder / "then.nii.gz")

    known.open_case()

    assert known.words.startswith("SIMILAR CASE")
    assert known.prior.scan is None
    assert known.state.shown is not None
    assert known.place.companion.isVisible()


def test_an_unknown_place_is_asked_for(
    beside: Beside, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialogs = FileDialogs(answer=folder / "like.nii.gz")
    dialogs.take_the_place(monkeypatch)

    beside.open_case()

    assert [title for title, _ in dialogs.proposed] == ["Where is like.nii.gz?"]
    assert beside.state.shown is not None


def test_a_folder_is_asked_for_where_the_source_was_one(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialogs = FileDialogs(answer=None)
    dialogs.take_the_place(monkeypatch)
    # No files are asked for: this would fail.
    monkeypatch.delattr(QFileDialog, "getOpenFileName")
    case = replace(beside.found.case, source="study 4")
    beside.similar.show(SimilarPage("mine", "tiny", 1, cases=(replace(beside.found, case=case),)))

    beside.open_case()

    assert [title for title, _ in dialogs.proposed] == ["Where is study 4?"]
    assert beside.state.shown is None


def test_a_case_that_is_no_longer_listed_is_not_opened(beside: Beside) -> None:
    beside.panel.open_beside_wanted.emit("gone")

    assert beside.loader.works == []


def test_why_it_did_not_open_is_told(beside: Beside) -> None:
    beside.open_beside.reading.set_problem(Problem("It is no scan.", "Open another."))

    texts = " ".join(label.text() for label in beside.window.banner.findChildren(QLabel))
    assert "The similar case was not opened. It is no scan." in texts


def test_reading_is_told_in_the_status_line(beside: Beside) -> None:
    beside.open_beside.reading.set_loading(Loading("like.nii.gz", 0.2))
    assert "similar case like.nii.gz" in beside.window.statusBar().currentMessage()

    beside.open_beside.reading.set_loading(None)
    assert beside.window.statusBar().currentMessage() == ""


def test_a_case_in_time_asks_which_volume(beside: Beside) -> None:
    beside.open_beside.reading.set_question(FrameQuestion("like.nii.gz", 3))

    assert len(beside.window.findChildren(QuestionDialog)) == 1
    beside.open_beside.reading.set_question(None)
