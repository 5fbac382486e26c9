"""What a person has to decide is asked before anything is read."""

from pathlib import Path

import pytest

from app.controllers import open_study
from app.controllers.open_study import find_study
from app.state.open_questions import FrameQuestion, LargeScanQuestion
from app.state.session import OpenScan
from medct_core.cancel import CancelToken
from medct_core.io.reduction import FULL, Reduction
from medct_core.io.size import ScanSize
from tests import small_chest
from tests.app.opening import Opening, in_time, three_series

pytestmark = pytest.mark.gui


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
    scan = open_study.read_scan(found, None, CancelToken(), lambda _: None)
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


def test_a_series_goes_before_the_largest_only_by_its_name(tmp_path: Path) -> None:
    three_series(tmp_path)
    usual = find_study(tmp_path)
    (other,) = [one for one in usual.study.series if one.number == 3]

    assert other.slice_count < usual.series.slice_count
    assert find_study(tmp_path, other.uid).series == other
    assert find_study(tmp_path, "9.9").series == usual.series


def test_opening_something_else_takes_a_question_away(
    opening: Opening, scans: tuple[Path, Path], tmp_path: Path
) -> None:
    opening.look(in_time(tmp_path))

    opening.open_whole(scans[0])

    assert opening.session.question is None
    opening.controller.choose_frame(2)
    assert opening.session.loading is None
