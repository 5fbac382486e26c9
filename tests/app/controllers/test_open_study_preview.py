"""One slice is shown while a scan is read, and never one of another scan."""

from pathlib import Path

import pytest

from medct_core.errors import UnsupportedImageError
from tests import small_chest
from tests.app.opening import Opening

pytestmark = pytest.mark.gui


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
