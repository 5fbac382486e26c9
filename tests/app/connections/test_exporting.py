"""What leaves the program is what was shown, and names nobody unless it was asked to."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.connections.exporting import ExportConnection, selected_text
from app.connections.overlays import OverlayConnection
from app.connections.scan import ScanConnection
from app.controllers.export_report import ExportReport
from app.controllers.show_masks import ShowMasks
from app.state.answers import Problem
from app.state.case_record import Decision
from app.state.view import Overlay, PlaneKind
from app.viewer.heatmap_display import HeatmapDisplay
from app.windows.export_dialog import ExportDialog
from tests.app.small_window import EFFUSION, SmallWindow
from tests.app.stand_ins import relevance

pytestmark = pytest.mark.gui

Answer = Callable[[Callable[[ExportDialog], int]], None]
"""Sets what a person does with the dialog: choose in it, then accept (1) or close it (0)."""


class Exporting(SmallWindow):
    """A window from which things leave."""

    def __post_init__(self) -> None:
        super().__post_init__()
        loader = self.loader.as_loader()
        masks = ShowMasks(self.session, self.states.masks, self.view, loader, self.owner)
        display = HeatmapDisplay(self.results, loader, self.owner)
        self.overlays = OverlayConnection(
            self.window, self.states.masks, masks, display, parent=self.owner
        )
        ScanConnection(self.window, self.session, self.view, self.open_study, parent=self.owner)
        self.export = ExportReport(self.session, self.results, loader, self.owner)
        self.connection = ExportConnection(
            self.window,
            (self.session, self.results, self.view),
            self.lists,
            self.export,
            overlays=self.overlays,
            parent=self.owner,
        )
        self.connection.connect_actions(self.actions)
        self.window.show()

    def trigger(self, name: str) -> None:
        """Choose an entry of the menu."""
        self.actions[name].trigger()

    def finish(self) -> None:
        """Let what was begun last be done."""
        self.loader.finish(len(self.loader.works))


@pytest.fixture
def exporting(qtbot: QtBot) -> Exporting:
    QGuiApplication.clipboard().clear()
    made = Exporting(qtbot)
    made.open_scored()
    return made


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Answer the dialog of reports with a function."""

    def set_answer(chosen: Callable[[ExportDialog], int]) -> None:
        monkeypatch.setattr(ExportDialog, "exec", chosen)

    return set_answer


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the file that every dialog for pictures chooses."""
    path = tmp_path / "shown.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(path), ""))
    return path


def choose(folder: Path) -> Callable[[ExportDialog], int]:
    def accept(dialog: ExportDialog) -> int:
        dialog.findChildren(QLineEdit)[0].setText(str(folder))
        return 1

    return accept


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def copied() -> QImage:
    return QGuiApplication.clipboard().image()


def take_keys(qtbot: QtBot, widget: QWidget) -> None:
    widget.window().show()
    widget.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


def test_a_report_is_written_and_its_folder_remembered(
    qtbot: QtBot,
    exporting: Exporting,
    answer: Answer,
    tmp_path: Path,
) -> None:
    exporting.lists.reviews.decide("Lung nodule", Decision.ACCEPTED)
    answer(choose(tmp_path))

    with qtbot.waitSignal(exporting.connection.folder_chosen) as told:
        exporting.trigger("export")
    exporting.finish()

    assert told.args == [tmp_path]
    assert {path.suffix for path in tmp_path.iterdir()} == {".pdf", ".csv", ".json"}
    assert str(tmp_path) in exporting.status
    assert exporting.banner == ""


def test_a_dialog_that_is_closed_writes_nothing(exporting: Exporting, answer: Answer) -> None:
    before = len(exporting.loader.works)
    answer(lambda _dialog: 0)

    exporting.trigger("export")

    assert len(exporting.loader.works) == before


def test_what_cannot_be_exported_is_said_before_anything_is_asked(
    qtbot: QtBot, answer: Answer
) -> None:
    exporting = Exporting(qtbot)
    asked: list[object] = []

    def note(dialog: ExportDialog) -> int:
        asked.append(dialog)
        return 0

    answer(note)
    exporting.open()

    exporting.trigger("export")

    assert asked == []
    assert "nothing to export yet" in exporting.banner


def test_a_scan_that_came_meanwhile_is_not_exported_in_the_place_of_the_one_chosen(
    exporting: Exporting,
    answer: Answer,
    tmp_path: Path,
) -> None:
    def choose_slowly(dialog: ExportDialog) -> int:
        exporting.open("b.nii.gz")
        exporting.score()
        return choose(tmp_path)(dialog)

    answer(choose_slowly)
    before = len(exporting.loader.works)

    exporting.trigger("export")

    assert "nothing was exported" in exporting.banner
    assert len(exporting.loader.works) == before
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_could_not_be_written_is_told(exporting: Exporting) -> None:
    exporting.export.failed.emit(Problem("The disk is full.", "Free some room."))

    assert "The disk is full." in exporting.banner


def test_marked_pictures_are_offered_in_the_dialog(exporting: Exporting, answer: Answer) -> None:
    offered: list[int] = []

    def look(dialog: ExportDialog) -> int:
        offered.append(len(dialog.wish.images))
        return 0

    answer(look)
    exporting.trigger("mark_image")
    said = exporting.status
    exporting.window.views.set_active(PlaneKind.CORONAL)
    exporting.trigger("mark_image")

    exporting.trigger("export")

    assert said == "Picture 1 is kept for the report."
    assert exporting.status == "Picture 2 is kept for the report."
    assert offered == [2]


def test_a_marked_picture_keeps_its_heatmap_when_another_one_is_shown(
    exporting: Exporting, answer: Answer
) -> None:
    heatmaps: list[str] = []

    def look(dialog: ExportDialog) -> int:
        heatmaps.extend(image.heatmap_finding for image in dialog.wish.images)
        return 0

    answer(look)
    exporting.view.show_overlay(Overlay.HEATMAP)
    exporting.results.set_heatmap(relevance())
    exporting.trigger("mark_image")
    exporting.results.set_heatmap(relevance(EFFUSION))

    exporting.trigger("export")

    assert heatmaps == ["Lung nodule"]


def test_pictures_of_one_scan_are_none_of_the_next(exporting: Exporting, answer: Answer) -> None:
    heatmaps: list[str] = []

    def look(dialog: ExportDialog) -> int:
        heatmaps.extend(image.heatmap_finding for image in dialog.wish.images)
        return 0

    answer(look)
    exporting.view.show_overlay(Overlay.HEATMAP)
    exporting.results.set_heatmap(relevance())
    exporting.trigger("mark_image")

    exporting.open("b.nii.gz")
    exporting.score()
    exporting.trigger("export")

    # The list is emptied by whoever keeps cases; a drawing of the scan before is gone by itself.
    assert heatmaps == [""]


def test_findings_are_copied_as_text(exporting: Exporting) -> None:
    exporting.lists.reviews.word("Lung nodule", "Small nodule in the left apex.")
    exporting.lists.reviews.decide("Lung nodule", Decision.ACCEPTED)

    exporting.trigger("copy_findings")

    assert "Small nodule in the left apex." in clipboard()
    assert exporting.status == "Findings are on the clipboard."


def test_the_active_view_is_copied_without_the_patient(exporting: Exporting) -> None:
    exporting.trigger("copy_view")
    nobody = copied()
    exporting.view.show_overlay(Overlay.PATIENT_TEXT)

    exporting.trigger("copy_view")

    view = exporting.window.views.active_view
    assert nobody.size() == view.size() * view.devicePixelRatioF()
    assert copied() == nobody
    assert Overlay.PATIENT_TEXT in exporting.view.overlays


def test_copy_takes_the_selected_text_and_else_the_picture(
    qtbot: QtBot, exporting: Exporting
) -> None:
    field = exporting.window.prompt_panel.findChildren(QLineEdit)[0]
    field.setText("azygos lobe")
    take_keys(qtbot, field)

    exporting.trigger("copy")
    without_selection = not copied().isNull()
    field.selectAll()
    exporting.trigger("copy")

    assert without_selection
    assert clipboard() == "azygos lobe"


def test_lines_of_a_selected_report_stay_lines(qtbot: QtBot) -> None:
    report = QPlainTextEdit("No effusion.\nNo nodule.")
    qtbot.addWidget(report)
    take_keys(qtbot, report)
    report.selectAll()

    assert selected_text() == "No effusion.\nNo nodule."


def test_without_a_selection_no_text_is_meant(qtbot: QtBot) -> None:
    label = QLabel("Lung nodule")
    qtbot.addWidget(label)
    take_keys(qtbot, label)

    assert selected_text() == ""


def test_a_picture_of_the_view_is_saved_and_its_folder_proposed_next(
    exporting: Exporting, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporting.trigger("screenshot_view")
    said = exporting.status
    proposed: list[str] = []

    def note(_parent: object, _title: str, place: str, _kinds: str) -> tuple[str, str]:
        proposed.append(place)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", note)

    exporting.trigger("screenshot_view")

    assert QImage(str(saved)).size() == exporting.window.views.active_view.size()
    assert said == "Saved shown.png."
    assert proposed == [str(saved.parent / "picture.png")]


def test_a_picture_of_the_window_hides_what_may_name_a_patient(
    exporting: Exporting, saved: Path
) -> None:
    exporting.window.resize(QSize(1280, 800))
    exporting.view.show_overlay(Overlay.PATIENT_TEXT)

    exporting.trigger("screenshot_window")

    picture = QImage(str(saved))
    panel = exporting.window.study_panel
    corner = panel.mapTo(exporting.window, panel.rect().topLeft())
    ratio = exporting.window.devicePixelRatioF()
    inside = [
        picture.pixelColor(int((corner.x() + x) * ratio), int((corner.y() + y) * ratio))
        for x in range(2, panel.width() - 2, 3)
        for y in range(2, panel.height() - 2, 3)
    ]
    assert len({colour.name() for colour in inside}) == 1
    assert Overlay.PATIENT_TEXT in exporting.view.overlays


def test_a_picture_that_cannot_be_saved_is_told(
    exporting: Exporting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone" / "a.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(gone), ""))

    exporting.trigger("screenshot_view")

    assert "The picture cannot be written" in exporting.banner
    assert exporting.status == ""


@pytest.mark.parametrize("name", ["export", "mark_image", "copy_findings", "copy_view"])
def test_without_a_scan_nothing_leaves(qtbot: QtBot, name: str) -> None:
    QGuiApplication.clipboard().clear()
    exporting = Exporting(qtbot)

    exporting.trigger(name)

    assert exporting.status == exporting.banner == ""
    assert clipboard() == ""
    assert copied().isNull()
    assert exporting.lists.images.items == ()
