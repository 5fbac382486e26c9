"""Opening replaces the scan that is shown only by another whole one."""

import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.controllers.open_study import OpenStudy
from app.controllers.read_study import FoundStudy, find_study, read_scan
from app.controllers.what_to_open import PathKind
from app.state.open_questions import FrameQuestion, LargeScanQuestion
from app.state.session import Loading, OpenScan, Preview, SessionState
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import CancelToken
from medct_core.errors import UnsupportedImageError
from medct_core.io.reduction import FULL, Reduction
from medct_core.io.size import ScanSize
from medct_core.io.study import Series
from tests import small_chest
from tests.app.opening import Opening, in_time, three_series
from tests.app.stand_ins import PATIENCE_MS

pytestmark = pytest.mark.gui


def test_a_path_is_looked_at_then_read_then_shown(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    said = list[object]()
    opening.session.loading_changed.connect(said.append)

    opening.controller.open_path(scans[0])
    opening.loader.finish(1)
    opening.loader.progress.emit(2, 0.5)
    opening.loader.finish(2)

    scan = opening.session.scan
    assert scan is not None
    assert (scan.path, scan.volume.source) == (scans[0], "a.nii.gz")
    assert scan.volume.values.shape == small_chest.SHAPE
    assert said == [Loading("a.nii.gz"), Loading("a", 0.0), Loading("a", 0.5), None]


def test_a_failure_leaves_the_open_scan_alone(opening: Opening, scans: tuple[Path, Path]) -> None:
    shown = opening.open_whole(scans[0])

    opening.controller.open_path(Path("brain.txt"))
    opening.loader.failed.emit(4, UnsupportedImageError("No CT.", remedy="Open a CT."))

    assert opening.session.scan is shown
    assert opening.session.loading is None
    assert opening.session.problem is not None
    assert opening.session.problem.summary == "No CT."
    opening.open_whole(scans[1])
    assert opening.session.problem is None


def test_opening_another_scan_while_one_loads_never_mixes_them(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    first, second = scans
    opening.controller.open_path(first)
    opening.loader.finish(1)
    opening.controller.open_path(second)

    opening.loader.progress.emit(2, 0.9)
    opening.loader.finish(3)
    opening.loader.finish(2)
    opening.loader.failed.emit(2, UnsupportedImageError("Late.", remedy="None."))
    opening.loader.cancelled.emit(2)

    assert opening.loader.stopped == [2, 3]
    assert opening.session.preview is None
    assert opening.session.scan is None
    assert opening.session.problem is None
    assert opening.session.loading == Loading("b.nii.gz")
    opening.loader.finish(4)
    opening.loader.finish(5)
    assert opening.session.volume is not None
    assert opening.session.volume.source == "b.nii.gz"


def test_stopping_keeps_what_is_shown(opening: Opening, scans: tuple[Path, Path]) -> None:
    shown = opening.open_whole(scans[0])
    opening.look(scans[1])

    opening.controller.cancel()
    opening.loader.cancelled.emit(opening.reading)
    opening.loader.finish(opening.reading)

    assert opening.session.scan is shown
    assert opening.session.loading is None


def test_a_job_that_was_stopped_elsewhere_is_no_longer_waited_for(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    opening.controller.open_path(scans[0])

    opening.loader.cancelled.emit(1)

    assert opening.session.loading is None


def test_closing_shows_nothing(opening: Opening, scans: tuple[Path, Path]) -> None:
    opening.open_whole(scans[0])

    opening.controller.close_scan()

    assert opening.session.scan is None


def test_another_volume_of_a_scan_in_time_is_chosen(opening: Opening, tmp_path: Path) -> None:
    frames = np.stack([small_chest.voxels(1), small_chest.voxels(2)], axis=3)
    path = tmp_path / "time.nii.gz"
    nibabel.save(nibabel.Nifti1Image(frames, np.diag([5.0, 5.0, 6.0, 1.0])), path)
    first = opening.open_whole(path)

    opening.controller.choose_series(first.series, frame=2)
    opening.loader.finish(opening.reading)

    second = opening.session.scan
    assert second is not None
    assert "Volume 1 of 2 is shown." in {one.text for one in first.notices}
    assert "Volume 2 of 2 is shown." in {one.text for one in second.notices}
    assert not np.array_equal(first.volume.values, second.volume.values)


def test_a_series_of_another_study_is_not_read(opening: Opening, scans: tuple[Path, Path]) -> None:
    opening.open_whole(scans[0])
    other = Opening().open_whole(scans[1])

    opening.controller.choose_series(other.series)
    OpenStudy(SessionState(), opening.loader.as_loader()).choose_series(other.series)

    assert len(opening.loader.works) == 3


def test_answers_of_other_work_of_the_loader_are_ignored(opening: Opening) -> None:
    opening.controller.open_path(Path("a"))

    opening.loader.done.emit(1, (Path("report.pdf"),))
    opening.loader.done.emit(7, FoundStudy)

    assert opening.session.scan is None
    assert len(opening.loader.works) == 1


def test_the_series_are_walked_through_and_those_without_a_picture_left_out(
    opening: Opening, tmp_path: Path
) -> None:
    three_series(tmp_path)
    first = opening.open_whole(tmp_path)
    assert first.series.number == 1

    opening.controller.previous_series()
    assert opening.session.loading is None
    opening.controller.next_series()
    opening.controller.next_series()
    opening.loader.finish(opening.reading)

    assert opening.session.series is not None
    assert opening.session.series.number == 3
    opening.controller.previous_series()
    opening.loader.finish(opening.reading)
    assert opening.session.series.number == 1


def test_walking_on_while_a_series_is_read_counts_from_that_one(
    opening: Opening, tmp_path: Path
) -> None:
    three_series(tmp_path)
    first = opening.open_whole(tmp_path)

    opening.controller.next_series()
    opening.controller.previous_series()
    opening.loader.finish(opening.reading)

    assert opening.session.series == first.series


def test_without_a_scan_there_is_no_next_series(opening: Opening) -> None:
    opening.controller.next_series()

    assert opening.loader.works == []


def test_a_scan_that_is_dropped_is_opened(opening: Opening, scans: tuple[Path, Path]) -> None:
    opening.controller.open_paths([scans[0]])
    opening.loader.finish(1)
    opening.loader.finish(2)
    opening.loader.finish(opening.reading)

    assert opening.session.scan is not None
    assert opening.session.scan.path == scans[0]


def test_a_session_that_is_dropped_is_passed_on(
    opening: Opening, scans: tuple[Path, Path], tmp_path: Path
) -> None:
    shown, told = opening.open_whole(scans[0]), list[object]()
    opening.controller.other_kind_found.connect(lambda path, kind: told.append((path, kind)))
    (tmp_path / "a.medct").write_text("{}")

    opening.controller.open_paths([tmp_path / "a.medct"])
    opening.loader.finish(len(opening.loader.works))

    assert told == [(tmp_path / "a.medct", PathKind.SESSION)]
    assert opening.session.scan is shown
    assert opening.session.loading is None


def test_two_things_dropped_at_once_are_refused(
    opening: Opening, scans: tuple[Path, Path], qtbot: QtBot
) -> None:
    loader = LoaderPool()
    controller = OpenStudy(opening.session, loader)

    with qtbot.waitSignal(opening.session.problem_changed, timeout=PATIENCE_MS):
        controller.open_paths(scans)
    loader.stop()

    assert opening.session.problem is not None
    assert "a.nii.gz, b.nii.gz" in opening.session.problem.summary


def test_nothing_dropped_is_nothing_to_do(opening: Opening) -> None:
    opening.controller.open_paths([])

    assert opening.loader.works == []


def test_reading_that_is_stopped_frees_its_thread(
    qtbot: QtBot, scans: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_for_ever(
        _series: Series, *, cancel: CancelToken, on_progress: object, **_: object
    ) -> None:
        while True:
            cancel.raise_if_cancelled()

    monkeypatch.setattr("medct_core.io.open.read_to_look_at", read_for_ever)
    session, loader = SessionState(), LoaderPool()
    controller = OpenStudy(session, loader)
    with qtbot.waitSignal(session.preview_changed, timeout=PATIENCE_MS):
        controller.open_path(scans[0])
    shown = session.preview

    with qtbot.waitSignal(loader.cancelled, timeout=PATIENCE_MS):
        controller.cancel()
    loader.stop()

    assert isinstance(shown, Preview)
    assert (session.loading, session.preview, session.scan) == (None, None, None)


def test_a_real_loader_opens_a_scan_and_says_why_another_does_not(
    qtbot: QtBot, scans: tuple[Path, Path], tmp_path: Path
) -> None:
    session, loader = SessionState(), LoaderPool()
    controller = OpenStudy(session, loader)
    with qtbot.waitSignal(session.scan_changed, timeout=PATIENCE_MS):
        controller.open_path(scans[0])

    with qtbot.waitSignal(session.problem_changed, timeout=PATIENCE_MS):
        controller.open_path(tmp_path / "nowhere")
    loader.stop()

    assert session.volume is not None
    assert session.problem is not None
    assert "nowhere" in session.problem.summary


def test_what_reads_files_is_loaded_away_from_the_window(qtbot: QtBot) -> None:
    session, loader = SessionState(), LoaderPool()
    controller = OpenStudy(session, loader)

    with qtbot.waitSignal(loader.done, timeout=PATIENCE_MS):
        controller.prepare()
    loader.stop()

    assert {"pydicom", "nibabel", "scipy.ndimage"} <= sys.modules.keys()
    assert session.loading is None


def test_a_slice_is_shown_while_the_rest_is_read(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    told = list[object]()
    opening.session.scan_changed.connect(lambda _: told.append("scan"))
    opening.session.preview_changed.connect(lambda one: told.append(one and "preview"))
    opening.look(scans[0])

    opening.loader.finish(opening.reading + 1)

    preview = opening.session.preview
    assert preview is not None
    assert preview.path == scans[0]
    assert preview.found.volume.values.shape == (*small_chest.SHAPE[:2], 1)
    assert "Slice 25 of 48" in preview.found.volume.notices[0].text
    assert opening.session.loading is not None
    assert opening.session.scan is None

    opening.loader.finish(opening.reading)

    assert opening.session.preview is None
    # A view that follows both is never emptied in between.
    assert told == ["preview", "scan", None]


def test_a_slice_of_another_scan_leaves_the_open_one_alone(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    shown = opening.open_whole(scans[0])
    opening.look(scans[1])

    opening.loader.finish(opening.reading + 1)

    assert opening.session.scan is shown
    assert opening.session.preview is not None
    assert opening.session.preview.path == scans[1]


@pytest.mark.parametrize("ending", ["cancel", "close_scan"])
def test_a_slice_that_comes_after_its_reading_was_stopped_is_dropped(
    opening: Opening, scans: tuple[Path, Path], ending: str
) -> None:
    opening.look(scans[0])
    late = opening.reading

    getattr(opening.controller, ending)()
    opening.loader.finish(late + 1)
    opening.loader.finish(late)

    assert opening.loader.stopped == [late, late + 1]
    assert opening.session.preview is None
    assert opening.session.scan is None
    assert opening.session.loading is None


def test_stopping_takes_the_slice_away(opening: Opening, scans: tuple[Path, Path]) -> None:
    opening.look(scans[0])
    opening.loader.finish(opening.reading + 1)

    opening.controller.cancel()

    assert opening.session.preview is None


def test_a_slice_that_cannot_be_had_is_no_reason_to_stop(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    opening.look(scans[0])

    opening.loader.failed.emit(opening.reading + 1, UnsupportedImageError("No.", remedy="None."))
    opening.loader.finish(opening.reading)

    assert opening.session.problem is None
    assert opening.session.scan is not None


def test_a_whole_scan_that_comes_before_its_slice_needs_none(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    opening.look(scans[0])

    opening.loader.finish(opening.reading)
    opening.loader.finish(opening.reading + 1)

    assert opening.session.preview is None
    assert opening.session.scan is not None


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave room for a third of a small chest."""
    size = ScanSize(small_chest.SHAPE, 72 * 60 * 48 * 2 // 3)
    monkeypatch.setattr("medct_core.io.size.size_of", lambda _series: size)


@pytest.mark.usefixtures("little_memory")
def test_a_very_large_scan_asks_before_it_is_read(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    opening.look(scans[0])
    opening.loader.finish(opening.reading + 1)
    opening.loader.finish(opening.reading)

    question = opening.session.question

    assert isinstance(question, LargeScanQuestion)
    assert [one.reduction for one in question.choices] == [Reduction(2, 1), Reduction(2, 2)]
    assert opening.session.loading is None
    assert opening.session.scan is None
    preview = opening.session.preview
    assert preview is not None

    opening.controller.choose_reduction(Reduction(2, 2))

    assert opening.session.question is None
    assert opening.session.preview is preview
    opening.loader.finish(len(opening.loader.works))
    scan = opening.session.scan
    assert scan is not None
    assert scan.volume.values.shape == (36, 30, 24)
    assert "reduced" in {one.code for one in scan.notices}


def test_a_question_is_asked_before_reading_is_said_to_be_over(
    opening: Opening, tmp_path: Path
) -> None:
    asked = list[object]()
    opening.session.loading_changed.connect(
        lambda loading: asked.append(opening.session.question) if loading is None else None
    )

    opening.look(in_time(tmp_path))

    assert asked == [FrameQuestion("time", 2)]


@pytest.mark.usefixtures("little_memory")
def test_a_question_is_gone_with_the_wish_to_open(
    opening: Opening, scans: tuple[Path, Path]
) -> None:
    shown = small_open_scan(opening, scans[1])
    opening.look(scans[0])
    opening.loader.finish(opening.reading)

    opening.controller.cancel()
    opening.controller.choose_reduction(FULL)
    opening.controller.answer_by_default()

    assert opening.session.question is None
    assert opening.session.scan is shown
    assert opening.session.loading is None


def small_open_scan(opening: Opening, path: Path) -> OpenScan:
    """Put a scan into the session without asking."""
    found = find_study(path)
    scan = read_scan(found, None, CancelToken(), lambda _: None)
    opening.session.set_scan(scan)
    return scan


def test_a_scan_in_time_asks_for_its_volume(opening: Opening, tmp_path: Path) -> None:
    opening.look(in_time(tmp_path))

    question = opening.session.question

    assert question == FrameQuestion("time", 2)
    assert opening.session.loading is None
    assert "--" not in question.summary + question.remedy
    opening.controller.choose_frame(2)
    opening.loader.finish(opening.reading)
    assert opening.session.scan is not None
    assert opening.session.scan.frame == 2


def test_a_session_opens_the_series_and_the_volume_it_names(
    opening: Opening, tmp_path: Path
) -> None:
    path = in_time(tmp_path)
    uid = opening.open_whole(path).series.uid

    opening.controller.open_path(path, series_uid=uid, frame=2)
    opening.loader.finish(len(opening.loader.works))
    opening.loader.finish(opening.reading)

    scan = opening.session.scan
    assert scan is not None
    assert (scan.series.uid, scan.frame) == (uid, 2)


def test_a_volume_that_is_not_there_is_asked_for(opening: Opening, tmp_path: Path) -> None:
    opening.controller.open_path(in_time(tmp_path), frame=3)
    opening.loader.finish(1)

    assert opening.session.question == FrameQuestion("time", 2)


def test_opening_something_else_takes_a_question_away(
    opening: Opening, scans: tuple[Path, Path], tmp_path: Path
) -> None:
    opening.look(in_time(tmp_path))

    opening.open_whole(scans[0])

    assert opening.session.question is None
    opening.controller.choose_frame(2)
    assert opening.session.loading is None
