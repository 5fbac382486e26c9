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
from app.state.scan_places import ScanPlaces
from app.state.session import Loading, OpenScan, SessionState
from app.state.similar import SimilarState
from app.state.similar_page import SimilarPage
from app.state.view import Layout, Overlay, ViewState
from app.theme import DARK
from app.viewer.companion_view import Companion
from app.windows.main_window import MainWindow
from app.windows.question_dialog import QuestionDialog
from medct_core.cancel import CancelToken
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase, case_id_of
from medct_core.retrieval.scan_place import ScanPlace
from medct_core.retrieval.search import SimilarCase
from tests import library_samples, small_chest
from tests.app.case_windows import Case, FileDialogs, Workplace
from tests.app.stand_ins import FakeLoader, facts
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
        PriorConnection(
            self.window,
            self.actions,
            (self.session, self.prior),
            self.open_prior,
            place=self.place,
            parent=self.session,
        )
        BesideConnection(
            self.window,
            self.panel,
            (self.similar, self.state, self.prior),
            (self.open_beside, self.open_prior),
            place=self.place,
            parent=self.session,
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


@pytest.fixture
def kept(tmp_path: Path, chests: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> LibraryCase:
    """Make a library of three cases; one of them is the second chest."""
    path, stamp = chests[1], facts().stamp
    sha256 = opened(path).volume.content_sha256
    case = library_samples.case(
        1,
        stamp=stamp,
        case_id=case_id_of(sha256, stamp),
        scan_sha256=sha256,
        source=path.name,
    )
    library = CaseLibrary.create(str(tmp_path / "library"))
    library.add([case, library_samples.case(2, stamp=stamp), library_samples.case(3, stamp=stamp)])
    monkeypatch.setenv("MEDCT_LIBRARY", str(tmp_path / "library"))
    return case


@pytest.fixture
def shown(kept: LibraryCase, workplace: Workplace, chests: tuple[Path, Path]) -> Case:
    """Open the first chest, and wait for the cases like it."""
    workplace.services.places.note(kept.scan_sha256, ScanPlace(chests[1]))
    case = workplace.open_window()
    case.open(chests[0])
    case.wait(lambda: case.shown.states.similar.page is not None)
    return case


def page_of(case: Case) -> SimilarPage:
    page = case.shown.states.similar.page
    assert page is not None
    return page


def test_both_scans_show_what_they_share(shown: Case, kept: LibraryCase) -> None:
    panel, states = shown.window.similar_panel, shown.shown.states

    panel.open_beside_wanted.emit(kept.case_id)
    shown.wait(lambda: states.beside.shown is not None)
    panel.why_wanted.emit(kept.case_id)
    shown.wait(lambda: states.beside.likeness is not None and states.results.heatmap is not None)

    assert shown.shown.place.role is Companion.SIMILAR
    assert states.view.layout is Layout.COMPARE
    assert Overlay.HEATMAP in states.view.overlays
    assert Overlay.HEATMAP in shown.shown.place.companion.link.prior.overlays


def test_another_scan_takes_the_case_beside_away(
    shown: Case, kept: LibraryCase, chests: tuple[Path, Path]
) -> None:
    states = shown.shown.states
    shown.window.similar_panel.open_beside_wanted.emit(kept.case_id)
    shown.wait(lambda: states.beside.shown is not None)

    shown.open(chests[1])

    assert states.beside.shown is None
    assert not shown.shown.place.companion.isVisible()


def test_a_mark_orders_anew_and_comes_back_with_the_scan(
    shown: Case, kept: LibraryCase, workplace: Workplace, chests: tuple[Path, Path]
) -> None:
    before = [one.case.case_id for one in page_of(shown).cases]
    shown.wait(lambda: shown.shown.controllers.keep_case.is_loaded)

    shown.window.similar_panel.not_similar_toggled.emit(before[0], True)
    shown.wait(lambda: bool(page_of(shown).not_similar))
    marked = [one.case.case_id for one in page_of(shown).cases]
    shown.window.close()
    again = workplace.open_window()
    again.open(chests[0])
    again.wait(lambda: bool(again.shown.states.lists.not_similar.items))

    assert marked[-1] == before[0]
    assert again.shown.states.lists.not_similar.items == (before[0],)


def test_a_scan_that_was_opened_is_found_without_a_question(
    shown: Case, workplace: Workplace, chests: tuple[Path, Path]
) -> None:
    scan = shown.session.scan
    assert scan is not None
    places, name = workplace.services.places, scan.volume.content_sha256

    shown.wait(lambda: places.find(name) is not None)

    place = places.find(name)
    assert place is not None
    assert place.path == chests[0]
