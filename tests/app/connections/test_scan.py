"""The window shows one scan, whole or not at all, and says why where there is none."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QImage

from app.connections.scan import NOT_SCORED, caption_of
from app.panels.series_list import SeriesList
from app.state.answers import Problem
from app.state.session import OpenScan
from app.state.view import PlaneKind
from app.viewer.slice_view import SliceView
from medct_core.io.study import HeaderWindow
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit, Volume
from medct_core.volume.window import BONE, LUNG, MEDIASTINUM
from tests import small_chest
from tests.app.case_windows import Case, study_of_two, words_of

pytestmark = pytest.mark.gui


def axial(case: Case) -> SliceView:
    return case.window.views.views[PlaneKind.AXIAL]


def series_of(case: Case) -> SeriesList:
    return case.window.study_panel.findChildren(SeriesList)[0]


def test_the_title_the_list_and_the_pictures_are_of_the_scan(
    case: Case, chests: tuple[Path, Path]
) -> None:
    case.open(chests[0])

    assert case.window.windowTitle() == "now.nii.gz - MedCT"
    assert all(view.has_scan for view in case.window.views.views.values())
    assert series_of(case).model().rowCount() == 1
    assert series_of(case).currentIndex().data() == "now"


def test_of_two_scans_opened_at_once_the_last_one_is_shown_and_nothing_of_the_other(
    case: Case, chests: tuple[Path, Path]
) -> None:
    shown = list[OpenScan]()
    case.session.scan_changed.connect(shown.append)
    now, then = chests

    for path in (now, then, now, then):
        case.window.paths_dropped.emit((path,))
    case.wait(lambda: bool(shown) and case.results.scored is not None)
    case.settle()

    assert [scan.path for scan in shown] == [then]
    assert case.window.windowTitle() == "then.nii.gz - MedCT"
    assert series_of(case).currentIndex().data() == "then"
    assert case.results.scored is not None
    assert case.results.scored.findings[0].prompt.name == "then.nii.gz"


def test_another_scan_takes_the_place_of_the_first_only_when_it_is_whole(
    case: Case, chests: tuple[Path, Path]
) -> None:
    first = case.open(chests[0])
    before = axial(case).snapshot()

    case.window.paths_dropped.emit((chests[1],))
    case.wait(lambda: case.session.preview is not None or case.session.scan is not first)
    if case.session.scan is first:
        assert axial(case).snapshot() == before
        assert case.window.windowTitle() == "now.nii.gz - MedCT"

    case.wait(lambda: case.session.scan is not first)
    assert axial(case).snapshot() != before


def test_a_file_that_is_no_scan_leaves_the_open_one_alone(
    case: Case, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    scan = case.open(chests[0])
    (tmp_path / "letter.txt").write_text("Dear colleague")

    case.window.paths_dropped.emit((tmp_path / "letter.txt",))
    case.wait(lambda: case.session.problem is not None)

    assert case.session.scan is scan
    assert case.window.windowTitle() == "now.nii.gz - MedCT"
    assert series_of(case).isVisible()
    assert "letter.txt" in case.banner


def test_without_a_scan_the_reason_stands_in_the_list_and_the_pictures_invite_again(
    case: Case, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")

    case.window.paths_dropped.emit((tmp_path / "letter.txt",))
    case.wait(lambda: case.session.problem is not None)
    case.settle()

    problem = case.session.problem
    assert problem is not None
    assert problem.summary in case.banner
    assert problem.summary in words_of(case.window.study_panel)
    assert axial(case)._message == "Drop a scan here, or open one with Ctrl+O."


def test_the_reason_goes_away_with_the_next_scan(
    case: Case, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    case.window.paths_dropped.emit((tmp_path / "gone.nii.gz",))
    case.wait(lambda: case.session.problem is not None)

    case.open(chests[0])

    assert case.banner == ""
    assert series_of(case).isVisible()


def test_reading_that_is_stopped_leaves_an_invitation(
    case: Case, chests: tuple[Path, Path]
) -> None:
    invited = words_of(case.window.study_panel), axial(case)._message

    case.window.paths_dropped.emit((chests[0],))
    assert "now.nii.gz" in words_of(case.window.study_panel)
    case.wait(lambda: case.session.preview is not None or case.session.scan is not None)
    if case.session.scan is None:
        case.trigger("stop")
    else:
        case.trigger("close_scan")

    case.wait(lambda: (words_of(case.window.study_panel), axial(case)._message) == invited)
    assert not any(view.has_scan for view in case.window.views.views.values())


def test_reading_that_is_stopped_at_its_headers_leaves_an_invitation(
    case: Case, chests: tuple[Path, Path]
) -> None:
    invited = words_of(case.window.study_panel)
    case.window.paths_dropped.emit((chests[0],))

    case.trigger("stop")

    case.wait(lambda: words_of(case.window.study_panel) == invited)


def test_closing_a_scan_leaves_an_invitation(case: Case, chests: tuple[Path, Path]) -> None:
    invited = words_of(case.window.study_panel)
    case.open(chests[0])

    case.trigger("close_scan")

    assert case.window.windowTitle() == "MedCT"
    assert words_of(case.window.study_panel) == invited
    assert not axial(case).has_scan


def test_a_series_that_is_picked_takes_the_place_of_the_other(case: Case, tmp_path: Path) -> None:
    case.open(study_of_two(tmp_path / "study"))
    assert case.session.series is not None
    assert case.session.series.number == 1
    case.view.set_window(LUNG)

    rows = series_of(case).model()
    picked = next(
        rows.index(at, 0)
        for at in range(rows.rowCount())
        if "part 2" in str(rows.index(at, 0).data())
    )
    series_of(case).clicked.emit(QModelIndex(picked))
    case.wait(lambda: case.session.series is not None and case.session.series.number == 2)

    assert case.view.window == LUNG
    assert "part 2" in str(series_of(case).currentIndex().data())


def test_series_have_pictures_once_they_are_drawn(case: Case, tmp_path: Path) -> None:
    case.open(study_of_two(tmp_path / "study"))

    case.wait(lambda: len(case.session.thumbnails) == 2)

    rows = series_of(case).model()
    pictures = [rows.index(at, 0).data(1) for at in range(rows.rowCount())]
    assert all(isinstance(one, QImage) and not one.isNull() for one in pictures)


def test_a_scan_that_is_not_scored_says_so_in_its_pictures(case: Case, tmp_path: Path) -> None:
    scan = case.open(small_chest.write(tmp_path / "solid.nii.gz", lung_hu=50))
    assert NOT_SCORED in axial(case)._caption.notices

    case.trigger("score_anyway")
    case.wait(lambda: case.results.scored is not None)

    assert case.session.scan is scan
    assert NOT_SCORED not in axial(case)._caption.notices


def test_corners_name_study_series_file_and_what_must_be_known(
    case: Case, chests: tuple[Path, Path]
) -> None:
    scan = case.open(chests[0])
    study = replace(scan.study, description="Thorax", date=date(2024, 1, 31))
    series = replace(scan.series, number=3, description="lung 1.0")
    told = replace(scan, study=study, series=series, notices=(Notice("tilt", "Tilted."),))

    caption = caption_of(told, Problem("No lungs.", "None."), more=(Notice("half", "Halved."),))

    assert caption.study_lines == ("Thorax", "2024-01-31")
    assert caption.series_lines == ("3: lung 1.0",)
    assert caption.file_name == "now.nii.gz"
    assert [one.text for one in caption.notices] == ["Tilted.", NOT_SCORED.text, "Halved."]


def test_corners_leave_out_what_nobody_knows(case: Case, chests: tuple[Path, Path]) -> None:
    scan = case.open(chests[0])
    bare = replace(
        scan,
        study=replace(scan.study, description="", date=None),
        series=replace(scan.series, number=7, description=""),
    )

    caption = caption_of(bare)

    assert caption.study_lines == ()
    assert caption.series_lines == ("Series 7",)


def test_a_window_is_kept_from_series_to_series_of_a_study(
    case: Case, chests: tuple[Path, Path]
) -> None:
    case.open(chests[0])
    scan = case.session.scan
    assert scan is not None
    case.view.set_window(BONE)
    named = replace(scan.series, uid="2", windows=(HeaderWindow(LUNG, "lung"),))

    case.session.set_scan(replace(scan, series=named))

    assert case.view.window == BONE


def test_a_ct_after_an_mr_is_not_seen_through_the_window_of_the_mr(
    case: Case, chests: tuple[Path, Path]
) -> None:
    case.open(chests[0])
    scan = case.session.scan
    assert scan is not None
    mr = Volume(scan.volume.values, Unit.ARBITRARY, scan.volume.geometry, "mr.nii.gz")

    case.session.set_scan(replace(scan, path=Path("mr.nii.gz"), volume=mr))
    seen_in_mr = case.view.window
    case.session.set_scan(scan)

    assert seen_in_mr != MEDIASTINUM
    assert case.view.window == MEDIASTINUM
