"""Pictures of series come one after another, and only those of the study that is open."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pytestqt.qtbot import QtBot

from app.controllers.draw_thumbnails import DrawThumbnails
from app.controllers.read_study import find_study, read_scan
from app.state.session import Loading, OpenScan, SessionState
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import CancelToken
from medct_core.errors import UnsupportedImageError
from tests import small_chest
from tests.app.stand_ins import PATIENCE_MS, FakeLoader
from tests.medct_core.io import making

pytestmark = pytest.mark.gui


class Drawing:
    """One window with a loader that answers when told."""

    def __init__(self) -> None:
        self.session, self.loader = SessionState(), FakeLoader()
        self.controller = DrawThumbnails(self.session, self.loader.as_loader())

    def finish_newest(self) -> None:
        """Do the newest piece of work."""
        self.loader.finish(len(self.loader.works))


@pytest.fixture
def drawing(qapp: object) -> Drawing:
    """Build a window with nothing in it."""
    return Drawing()


def opened(path: Path) -> OpenScan:
    return read_scan(find_study(path), None, CancelToken(), lambda _: None)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> OpenScan:
    """Open a study of two chests and something that has no picture."""
    folder = tmp_path_factory.mktemp("study")

    def as_series(number: int, modality: str) -> making.Change:
        def change(k: int, data: Dataset) -> None:
            data.SeriesInstanceUID = f"{making.SERIES}.{number}"
            data.SOPInstanceUID = f"{making.SERIES}.{number}.{k}"
            data.Modality = modality

        return change

    chest = making.chest_volume()
    making.write_series(folder / "1", chest, change=as_series(1, "RTDOSE"))
    making.write_series(folder / "2", chest, change=as_series(2, "CT"), slices=range(6))
    making.write_series(folder / "3", chest, change=as_series(3, "CT"))
    return opened(folder)


def test_the_series_that_is_shown_comes_first_and_one_without_a_picture_never(
    drawing: Drawing, three: OpenScan
) -> None:
    told = list[str]()
    drawing.session.thumbnail_ready.connect(lambda uid, _: told.append(uid))

    drawing.session.set_scan(three)
    for _ in range(2):
        drawing.finish_newest()

    assert told == [f"{making.SERIES}.3", f"{making.SERIES}.2"]
    assert len(drawing.loader.works) == 2
    pictures = list(drawing.session.thumbnails.values())
    assert all(one.dtype == np.uint8 and max(one.shape) == 96 for one in pictures)


def test_another_series_of_the_study_needs_no_new_pictures(
    drawing: Drawing, three: OpenScan
) -> None:
    drawing.session.set_scan(three)
    for _ in range(2):
        drawing.finish_newest()

    drawing.session.set_scan(replace(three))

    assert len(drawing.loader.works) == 2


def test_a_picture_of_a_study_that_is_gone_is_dropped(
    drawing: Drawing, three: OpenScan, tmp_path: Path
) -> None:
    drawing.session.set_scan(three)
    other = opened(small_chest.write(tmp_path / "a.nii.gz"))

    drawing.session.set_scan(other)
    drawing.loader.finish(1)

    assert dict(drawing.session.thumbnails) == {}
    assert 1 in drawing.loader.stopped
    drawing.loader.finish(2)
    assert list(drawing.session.thumbnails) == ["a.nii.gz"]


def test_nothing_is_drawn_while_a_scan_is_read(drawing: Drawing, three: OpenScan) -> None:
    drawing.session.set_scan(three)

    drawing.session.set_loading(Loading("b", 0.0))
    assert drawing.loader.stopped == [1]
    drawing.loader.finish(1)
    assert len(drawing.loader.works) == 1

    drawing.session.set_loading(None)
    drawing.finish_newest()
    assert list(drawing.session.thumbnails) == [f"{making.SERIES}.3"]


def test_a_picture_that_cannot_be_drawn_is_left_out(drawing: Drawing, three: OpenScan) -> None:
    drawing.session.set_scan(three)

    drawing.loader.failed.emit(1, UnsupportedImageError("No.", remedy="None."))
    drawing.finish_newest()

    assert list(drawing.session.thumbnails) == [f"{making.SERIES}.2"]
    assert len(drawing.loader.works) == 2


def test_closing_a_scan_stops_the_drawing(drawing: Drawing, three: OpenScan) -> None:
    drawing.session.set_scan(three)

    drawing.session.set_scan(None)
    drawing.loader.finish(1)

    assert drawing.loader.stopped == [1]
    assert dict(drawing.session.thumbnails) == {}


def test_a_real_loader_draws(qtbot: QtBot, three: OpenScan) -> None:
    session, loader = SessionState(), LoaderPool()
    controller = DrawThumbnails(session, loader)

    with qtbot.waitSignals([session.thumbnail_ready] * 2, timeout=PATIENCE_MS):
        session.set_scan(three)
    loader.stop()

    assert len(session.thumbnails) == 2
    assert controller.parent() is None
