"""One window joins opening, scoring and keeping; settings reach it, and closing ends it all."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton, QToolButton

from app.connections.case_window import CaseWindow
from app.settings import MouseProfile, Settings, Theme
from app.state.case_folder import CaseFolder
from app.state.view import Layout, Overlay
from medct_core.errors import OutOfDiskError
from medct_core.measurement.shapes import Length
from tests.app.case_windows import FLAT, Case, FileDialogs, Workplace
from tests.app.stand_ins import facts
from tests.drawn_samples import AXIAL

pytestmark = pytest.mark.gui

LINE = Length("line", "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))


def kept(workplace: Workplace, case: Case) -> list[str]:
    """Names of what lies on disk about the scan of a window."""
    assert case.session.volume is not None
    record = CaseFolder(workplace.folder / "cases").load(case.session.volume.content_sha256).record
    return [one.id for one in record.measurements]


def test_a_scan_that_is_dropped_is_shown_and_scored(case: Case, chests: tuple[Path, Path]) -> None:
    case.open(chests[0])
    case.wait(lambda: case.results.scored is not None)

    assert case.window.windowTitle() == "now.nii.gz - MedCT"


def test_a_scan_opened_before_the_model_is_loaded_is_scored_afterwards(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    workplace.desk.open_gate.clear()
    case.open(chests[0])
    assert case.results.scored is None

    workplace.desk.open_gate.set()

    case.wait(lambda: case.results.scored is not None)


def test_scoring_can_be_stopped_and_begun_again(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    workplace.desk.open_gate.clear()
    case.open(chests[0])
    case.wait(lambda: case.results.stage is not None)

    case.trigger("stop")
    assert case.results.stage is None
    assert case.results.scored is None
    workplace.desk.open_gate.set()
    case.trigger("score")

    case.wait(lambda: case.results.scored is not None)


def test_two_windows_score_with_one_model_each_its_own_scan(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    case.wait(lambda: case.results.model is not None)
    other = workplace.open_window(model=case.results.model)
    assert other.results.model == facts()

    case.open(chests[0])
    other.open(chests[1])
    case.wait(lambda: case.results.scored is not None)
    other.wait(lambda: other.results.scored is not None)

    assert case.results.scored is not None
    assert other.results.scored is not None
    assert case.results.scored.findings[0].prompt.name == "now.nii.gz"
    assert other.results.scored.findings[0].prompt.name == "then.nii.gz"


def test_a_window_that_closes_leaves_the_other_at_work(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    other = workplace.open_window()
    workplace.desk.open_gate.clear()
    case.open(chests[0])
    other.open(chests[1])

    case.window.close()
    workplace.desk.open_gate.set()

    other.wait(lambda: other.results.scored is not None)


def test_closing_keeps_what_was_drawn_and_removes_what_is_only_for_a_crash(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    closed = list[CaseWindow]()
    case.shown.closed.connect(closed.append)
    case.open(chests[0])
    case.shown.states.lists.measurements.add(LINE)
    case.shown.keep_session.autosave()
    case.wait(lambda: bool(list(workplace.services.autosaves.path.glob("*.medct"))))

    case.window.close()

    assert closed == [case.shown]
    assert kept(workplace, case) == ["line"]
    assert list(workplace.services.autosaves.path.glob("*.medct")) == []


def test_closing_while_a_scan_is_read_stops_reading(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    case.window.paths_dropped.emit((chests[0],))

    case.window.close()

    assert case.session.loading is None
    workplace.services.loader.stop()
    assert case.session.scan is None


@pytest.mark.parametrize("answer", ["Stay", "Close and lose them"])
def test_a_window_with_work_that_cannot_be_kept_asks_before_it_closes(
    case: Case, chests: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    case.open(chests[0])
    case.wait(lambda: case.shown.controllers.keep_case.is_loaded)
    asked = list[str]()

    def refuse(*_given: object, **_named: object) -> None:
        raise OutOfDiskError("The disk is full.", remedy="Free some space.")

    def press(box: QMessageBox) -> int:
        asked.append(box.text())
        button = next(one for one in box.findChildren(QPushButton) if one.text() == answer)
        button.click()
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(CaseFolder, "save_changes", refuse)
        patch.setattr(QMessageBox, "exec", press)
        case.shown.states.lists.measurements.add(LINE)

        assert case.window.close() is (answer != "Stay")

    assert "The disk is full." in asked[0]
    assert case.window.isVisible() is (answer == "Stay")


def test_settings_change_what_they_name_and_nothing_else(case: Case) -> None:
    case.view.show_overlay(Overlay.PATIENT_TEXT)
    case.view.set_smooth(False)

    case.shown.apply(replace(FLAT, mouse=MouseProfile.RESEARCH, theme=Theme.LIGHT))

    # Both were switched in the window itself.
    assert Overlay.PATIENT_TEXT in case.view.overlays
    assert not case.view.smooth
    assert case.shown.actions["mouse_research"].isChecked()


def test_settings_are_used_at_once(case: Case, chests: tuple[Path, Path]) -> None:
    keys = {"open_file": "Ctrl+Alt+7"}
    case.shown.apply(
        replace(FLAT, patient_text=True, interpolate=False, score_on_open=False, shortcuts=keys)
    )

    assert Overlay.PATIENT_TEXT in case.view.overlays
    assert not case.view.smooth
    assert case.shown.actions["open_file"].shortcut().toString() == "Ctrl+Alt+7"
    case.open(chests[0])
    case.settle()
    assert case.results.scored is None

    case.shown.apply(FLAT)
    assert Overlay.PATIENT_TEXT not in case.view.overlays
    assert case.view.smooth


def test_a_window_begins_as_settings_say(workplace: Workplace) -> None:
    chosen = replace(FLAT, patient_text=True, interpolate=False, mouse=MouseProfile.RESEARCH)

    case = workplace.open_window(chosen)

    assert Overlay.PATIENT_TEXT in case.view.overlays
    assert not case.view.smooth
    assert case.shown.actions["mouse_research"].isChecked()


def test_3d_is_switched_off_and_on(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    case.open(chests[0])
    assert not case.shown.volume.is_preparing

    case.shown.apply(Settings())
    assert case.shown.volume.is_preparing

    case.shown.apply(FLAT)
    assert not case.shown.volume.is_preparing


def test_the_mouse_is_chosen_in_the_menu_and_kept(case: Case) -> None:
    chosen = list[Settings]()
    case.shown.settings_chosen.connect(chosen.append)

    case.trigger("mouse_research")

    assert chosen == [replace(FLAT, mouse=MouseProfile.RESEARCH)]


def test_wishes_about_the_program_are_handed_on(case: Case) -> None:
    told = list[str]()
    case.shown.window_wanted.connect(lambda: told.append("window"))
    case.shown.quit_wanted.connect(lambda: told.append("quit"))

    case.trigger("new_window")
    case.trigger("quit")

    assert told == ["window", "quit"]


def test_the_whole_screen_is_used_and_given_back(case: Case) -> None:
    case.trigger("full_screen")
    assert case.window.isFullScreen()
    assert case.shown.actions["full_screen"].isChecked()

    case.trigger("full_screen")
    assert not case.window.isFullScreen()
    assert not case.shown.actions["full_screen"].isChecked()


def test_a_prior_is_opened_beside_the_scan_and_the_layout_comes_back(
    case: Case, files: FileDialogs, chests: tuple[Path, Path]
) -> None:
    case.open(chests[0])
    case.view.set_layout(Layout.AXIAL)
    files.answer = chests[1]

    case.trigger("open_prior")
    case.wait(lambda: case.view.layout is Layout.COMPARE)
    assert case.window.windowTitle() == "now.nii.gz - MedCT"

    case.trigger("close_prior")

    case.wait(lambda: case.view.layout is Layout.AXIAL)


def test_the_header_of_the_scan_is_shown(case: Case, chests: tuple[Path, Path]) -> None:
    case.open(chests[0])

    case.trigger("header")

    case.wait(case.shown.header.dialog.isVisible)
    case.shown.header.dialog.close()


def test_the_bar_names_the_window_that_is_shown(case: Case, chests: tuple[Path, Path]) -> None:
    case.open(chests[0])

    case.trigger("preset_1")

    assert "Lung" in [one.text() for one in case.shown.tool_bar.findChildren(QToolButton)]


def test_a_window_closes_while_its_picture_in_3d_is_made(
    workplace: Workplace, chests: tuple[Path, Path]
) -> None:
    case = workplace.open_window(Settings())
    case.open(chests[0])
    assert case.shown.volume.is_preparing

    case.window.close()

    assert not case.shown.volume.is_preparing
    workplace.services.loader.stop()
    assert case.window.volume_view.picture().isNull()


def test_3d_is_shown_beside_the_slices(workplace: Workplace, chests: tuple[Path, Path]) -> None:
    case = workplace.open_window(Settings())

    case.open(chests[0])
    case.settle()

    assert case.window.volume_view.isVisible()
