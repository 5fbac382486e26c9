"""Opening replaces the scan that is shown only by another whole one."""

import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.controllers import open_study
from app.controllers.open_study import FoundStudy, OpenStudy
from app.controllers.what_to_open import PathKind
from app.state.session import Loading, Preview, SessionState
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UnsupportedImageError
from medct_core.io.study import Series
from tests import small_chest
from tests.app.opening import Opening, three_series
from tests.app.stand_ins import PATIENCE_MS
from tests.medct_core.io import making

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


def test_one_slice_opens_and_says_why_it_is_not_scored(opening: Opening, tmp_path: Path) -> None:
    path = making.save(making.ct_slice(making.chest_volume(), 0), tmp_path / "a.dcm")

    scan = opening.open_whole(path)

    assert scan.volume.values.shape[2] == 1
    assert opening.session.refusal == scan.refusal
    assert scan.refusal is not None
    assert "single CT slice" in scan.refusal.summary


def test_a_scan_without_lungs_opens_and_says_why_it_is_not_scored(
    opening: Opening, tmp_path: Path
) -> None:
    scan = opening.open_whole(small_chest.write(tmp_path / "a.nii.gz", lung_hu=50))

    assert scan.refusal is not None
    assert "no pair of lungs" in scan.refusal.summary
    assert opening.session.refusal == scan.refusal


def test_a_chest_is_not_refused(opening: Opening, scans: tuple[Path, Path]) -> None:
    assert opening.open_whole(scans[0]).refusal is None


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


def test_nothing_that_reads_files_is_loaded_before_something_is_read() -> None:
    readers = ("pydicom", "nibabel", "SimpleITK", "scipy.ndimage")
    program = (
        "import sys, app.controllers.open_study, app.controllers.draw_thumbnails\n"
        f"print([one for one in {readers} if one in sys.modules])"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"


def test_what_reads_files_is_loaded_away_from_the_window(qtbot: QtBot) -> None:
    session, loader = SessionState(), LoaderPool()
    controller = OpenStudy(session, loader)

    with qtbot.waitSignal(loader.done, timeout=PATIENCE_MS):
        controller.prepare()
    loader.stop()

    assert {"pydicom", "nibabel", "scipy.ndimage"} <= sys.modules.keys()
    assert session.loading is None


def test_loading_what_reads_files_stops_when_asked() -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        open_study.load_readers(token, lambda _: None)
