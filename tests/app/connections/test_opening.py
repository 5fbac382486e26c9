"""A wish to open something is carried out wherever it comes from; questions wait for an answer."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QRadioButton

from app.windows.question_dialog import QuestionDialog
from medct_core.io import size
from tests import small_chest
from tests.app.case_windows import Case, FileDialogs, Workplace, study_of_two
from tests.medct_core.io import making

pytestmark = pytest.mark.gui

_AFFINE = np.diag([-1.0, -1.0, 1.0, 1.0]) @ small_chest.geometry().affine


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Give a folder with a DICOM series."""
    return making.write_series(tmp_path / "series", making.chest_volume())


@pytest.fixture
def in_time(tmp_path: Path) -> Path:
    """Give a scan of three volumes."""
    frames = np.stack([small_chest.voxels(seed) for seed in (1, 2, 3)], axis=3)
    nibabel.save(nibabel.Nifti1Image(frames, _AFFINE), tmp_path / "time.nii.gz")
    return tmp_path / "time.nii.gz"


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    """Give a label map on the grid of the chests."""
    values = np.zeros(small_chest.SHAPE, np.uint8)
    values[30:40, 20:30, 10:20] = 1
    nibabel.save(nibabel.Nifti1Image(values, _AFFINE), tmp_path / "lesion.nii.gz")
    return tmp_path / "lesion.nii.gz"


def recent(case: Case) -> dict[str, QAction]:
    entries = case.shown.menus["recent"].actions()
    return {one.text(): one for one in entries if not one.isSeparator()}


def answer(dialog: QuestionDialog, place: int) -> None:
    dialog.findChildren(QRadioButton)[place].setChecked(True)
    buttons = dialog.findChildren(QDialogButtonBox)[0]
    take = next(
        one
        for one in buttons.buttons()
        if buttons.buttonRole(one) is QDialogButtonBox.ButtonRole.AcceptRole
    )
    take.click()


def opened(case: Case, ask: Callable[[], None]) -> Path:
    """Give the path of the scan that opens once it is asked for."""
    before = case.session.scan
    ask()
    case.wait(lambda: case.session.scan is not before)
    assert case.session.scan is not None
    return case.session.scan.path


def test_a_file_is_chosen_in_a_dialog_that_remembers_the_folder(
    case: Case, files: FileDialogs, chests: tuple[Path, Path]
) -> None:
    files.answer = chests[0]
    assert opened(case, lambda: case.trigger("open_file")) == chests[0]

    files.answer = None
    case.trigger("open_file")

    assert files.proposed == [("Open scan", ""), ("Open scan", str(chests[0].parent))]
    assert case.session.loading is None


def test_a_folder_is_chosen_in_a_dialog(case: Case, files: FileDialogs, series: Path) -> None:
    files.answer = series

    assert opened(case, lambda: case.trigger("open_folder")) == series


def test_an_empty_window_offers_the_dialog(
    case: Case, files: FileDialogs, chests: tuple[Path, Path]
) -> None:
    files.answer = chests[1]

    assert opened(case, case.window.study_panel.open_requested.emit) == chests[1]


def test_files_of_one_series_that_are_dropped_together_open_the_series(
    case: Case, series: Path
) -> None:
    scan = case.open(*sorted(series.iterdir()))

    assert scan.path == series
    assert scan.volume.geometry.shape[2] == 10


def test_several_scans_that_are_dropped_at_once_are_too_many(
    case: Case, chests: tuple[Path, Path]
) -> None:
    scan = case.open(chests[0])

    case.window.paths_dropped.emit(chests)
    case.wait(lambda: case.session.problem is not None)

    assert case.session.scan is scan
    assert "2 things were dropped at once" in case.banner


def test_a_mask_that_is_dropped_is_laid_over_the_scan(
    case: Case, chests: tuple[Path, Path], mask: Path
) -> None:
    scan = case.open(chests[0])

    case.window.paths_dropped.emit((mask,))
    case.wait(lambda: bool(case.shown.states.masks.masks))

    assert case.session.scan is scan
    assert [one.name for one in case.shown.states.masks.masks] == ["lesion.nii.gz"]


@pytest.mark.parametrize("way", ["menu", "panel"])
def test_a_mask_is_chosen_in_a_dialog(
    case: Case, files: FileDialogs, chests: tuple[Path, Path], mask: Path, way: str
) -> None:
    case.open(chests[0])
    files.answer = mask

    if way == "menu":
        case.trigger("open_mask")
    else:
        case.window.masks_panel.open_requested.emit()

    case.wait(lambda: bool(case.shown.states.masks.masks))
    files.answer = None
    case.trigger("open_mask")
    assert case.shown.states.masks.loading == ""


def test_scans_that_were_opened_come_back_from_the_menu_of_any_window(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    other = workplace.open_window()
    case.open(chests[0])
    case.open(chests[1])
    assert list(recent(other)) == ["then.nii.gz", "now.nii.gz", "Forget these"]
    assert recent(other)["now.nii.gz"].toolTip() == str(chests[0])
    assert other.shown.menus["recent"].toolTipsVisible()

    assert opened(other, recent(other)["now.nii.gz"].trigger) == chests[0]

    assert list(recent(case)) == ["now.nii.gz", "then.nii.gz", "Forget these"]


def test_scans_that_were_opened_can_be_forgotten(case: Case, chests: tuple[Path, Path]) -> None:
    assert not recent(case)["Forget these"].isEnabled()
    case.open(chests[0])

    recent(case)["Forget these"].trigger()

    assert list(recent(case)) == ["Forget these"]


def test_a_name_is_written_in_the_menu_as_it_is(case: Case, chests: tuple[Path, Path]) -> None:
    odd = chests[0].with_name("a&b.nii.gz")
    shutil.copy(chests[0], odd)

    case.open(odd)

    assert "a&&b.nii.gz" in recent(case)


def test_a_recent_scan_that_is_gone_says_so(
    case: Case, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    moved = Path(shutil.copy(chests[0], tmp_path / "moved.nii.gz"))
    case.open(moved)
    case.trigger("close_scan")
    moved.unlink()

    recent(case)["moved.nii.gz"].trigger()
    case.wait(lambda: case.session.problem is not None)

    assert "moved.nii.gz" in case.banner


def test_of_a_scan_in_time_the_volume_that_is_chosen_is_read(case: Case, in_time: Path) -> None:
    case.window.paths_dropped.emit((in_time,))
    dialog = case.dialog(QuestionDialog)
    assert [one.text() for one in dialog.findChildren(QRadioButton)] == [
        "Volume 1",
        "Volume 2",
        "Volume 3",
    ]

    answer(dialog, 1)
    case.wait(lambda: case.session.scan is not None)

    assert case.session.scan is not None
    assert case.session.scan.frame == 2
    assert not case.has_dialog()


def test_a_question_that_is_closed_leaves_the_open_scan(
    case: Case, chests: tuple[Path, Path], in_time: Path
) -> None:
    scan = case.open(chests[0])
    case.window.paths_dropped.emit((in_time,))

    case.dialog(QuestionDialog).reject()

    assert case.session.scan is scan
    assert case.session.question is None
    case.wait(lambda: not case.has_dialog())


def test_a_question_goes_when_another_scan_is_opened(
    case: Case, chests: tuple[Path, Path], in_time: Path
) -> None:
    case.window.paths_dropped.emit((in_time,))
    case.dialog(QuestionDialog)

    scan = case.open(chests[0])

    assert scan.path == chests[0]
    case.wait(lambda: not case.has_dialog())


def test_a_very_large_scan_is_read_as_it_is_chosen(
    case: Case, chests: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size, "LARGE_BYTES", 1)
    case.window.paths_dropped.emit((chests[0],))
    dialog = case.dialog(QuestionDialog)
    texts = [one.text() for one in dialog.findChildren(QRadioButton)]
    half = next(at for at, text in enumerate(texts) if "36 x 30 x 24" in text)

    answer(dialog, half)
    case.wait(lambda: case.session.scan is not None)

    assert case.session.volume is not None
    assert case.session.volume.geometry.shape == (36, 30, 24)
    # Nobody may take it for the whole scan.
    assert case.session.notices


def test_series_follow_each_other_by_key(case: Case, tmp_path: Path) -> None:
    case.open(study_of_two(tmp_path / "study"))

    def is_shown(number: int) -> bool:
        series = case.session.series
        return series is not None and series.number == number

    case.wait(lambda: is_shown(1))
    case.trigger("next_series")
    case.wait(lambda: is_shown(2))
    case.trigger("previous_series")
    case.wait(lambda: is_shown(1))
    case.trigger("previous_series")

    assert case.session.loading is None


def test_an_entry_may_empty_the_menu_it_stands_in(case: Case, chests: tuple[Path, Path]) -> None:
    case.open(chests[0])
    menu = case.shown.menus["recent"]
    forget = recent(case)["Forget these"]
    menu.popup(case.window.mapToGlobal(QPoint(5, 5)))

    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(forget).center())

    case.wait(lambda: list(recent(case)) == ["Forget these"])
    assert not menu.isVisible()


def test_a_window_may_close_while_it_asks(workplace: Workplace, case: Case, in_time: Path) -> None:
    other = workplace.open_window()
    case.window.paths_dropped.emit((in_time,))
    case.dialog(QuestionDialog)

    assert case.window.close()

    assert case.session.question is None
    case.wait(lambda: not case.has_dialog())
    assert other.window.isVisible()
