"""Opening replaces the scan that is shown only by another whole one."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.controllers.open_study import FoundStudy, OpenStudy
from app.state.session import Loading, OpenScan, SessionState
from app.workers.loader_pool import LoaderPool
from medct_core.errors import UnsupportedImageError
from tests import small_chest
from tests.app.stand_ins import PATIENCE_MS, FakeLoader

pytestmark = pytest.mark.gui


class Opening:
    """One window with a loader that answers when told."""

    def __init__(self) -> None:
        self.session, self.loader = SessionState(), FakeLoader()
        self.controller = OpenStudy(self.session, self.loader.as_loader())

    def open_whole(self, path: Path) -> OpenScan:
        """Open a scan from the first header to the last voxel."""
        self.controller.open_path(path)
        self.loader.finish(len(self.loader.works))
        self.loader.finish(len(self.loader.works))
        assert self.session.scan is not None
        return self.session.scan


@pytest.fixture
def opening(qapp: object) -> Opening:
    """Build a window with nothing in it."""
    return Opening()


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two chests."""
    folder = tmp_path_factory.mktemp("scans")
    return small_chest.write(folder / "a.nii.gz", 0), small_chest.write(folder / "b.nii.gz", 1)


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
    opening.loader.failed.emit(3, UnsupportedImageError("No CT.", remedy="Open a CT."))

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
    opening.loader.finish(2)
    opening.loader.failed.emit(2, UnsupportedImageError("Late.", remedy="None."))
    opening.loader.cancelled.emit(2)

    assert opening.loader.stopped == [2]
    assert opening.session.scan is None
    assert opening.session.problem is None
    assert opening.session.loading == Loading("b.nii.gz")
    opening.loader.finish(3)
    opening.loader.finish(4)
    assert opening.session.volume is not None
    assert opening.session.volume.source == "b.nii.gz"


def test_stopping_keeps_what_is_shown(opening: Opening, scans: tuple[Path, Path]) -> None:
    shown = opening.open_whole(scans[0])
    opening.controller.open_path(scans[1])
    opening.loader.finish(3)

    opening.controller.cancel()
    opening.loader.cancelled.emit(4)
    opening.loader.finish(4)

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
    opening.loader.finish(3)

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

    assert len(opening.loader.works) == 2


def test_answers_of_other_work_of_the_loader_are_ignored(opening: Opening) -> None:
    opening.controller.open_path(Path("a"))

    opening.loader.done.emit(1, (Path("report.pdf"),))
    opening.loader.done.emit(7, FoundStudy)

    assert opening.session.scan is None
    assert len(opening.loader.works) == 1


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
