"""Headers are read where nobody waits, the newest wish last."""

from pathlib import Path

import pytest

from app.controllers.read_header import NO_SCAN, ReadHeader
from app.controllers.read_study import find_study, read_scan
from app.state.answers import Problem
from app.state.header_page import HeaderPage
from app.state.session import SessionState
from medct_core.cancel import CancelToken
from medct_core.errors import NotAnImageError
from tests.app.stand_ins import FakeLoader
from tests.medct_core.io import making

pytestmark = pytest.mark.gui


class Reading:
    """One window with a loader that answers when told, and all that was said."""

    def __init__(self) -> None:
        self.session, self.loader = SessionState(), FakeLoader()
        self.controller = ReadHeader(self.session, self.loader.as_loader())
        self.pages: list[HeaderPage] = []
        self.problems: list[Problem] = []
        self.controller.header_read.connect(self.pages.append)
        self.controller.failed.connect(self.problems.append)


@pytest.fixture
def reading(qapp: object, tmp_path: Path) -> Reading:
    """Window with a series of three slices."""
    volume = making.chest_volume()
    for k in range(3):
        making.save(making.ct_slice(volume, k), tmp_path / f"{k}.dcm")
    window = Reading()
    window.session.set_scan(read_scan(find_study(tmp_path), None, CancelToken(), lambda _: None))
    return window


def test_the_header_of_a_file_arrives_with_its_place(reading: Reading) -> None:
    reading.controller.read(2)
    reading.loader.finish(1)

    (page,) = reading.pages
    assert (page.title, page.number, page.count) == ("Thorax 3 mm", 2, 3)
    numbers = [row.value for row in page.rows if row.keyword == "InstanceNumber"]
    assert numbers == ["2"]


def test_only_the_newest_wish_is_answered(reading: Reading) -> None:
    reading.controller.read(1)
    reading.controller.read(3)
    reading.loader.finish(1)
    reading.loader.finish(2)

    assert [page.number for page in reading.pages] == [3]
    assert reading.loader.stopped == [1]


def test_a_header_that_comes_after_its_scan_was_closed_is_dropped(reading: Reading) -> None:
    reading.controller.read()

    reading.session.set_scan(None)
    reading.loader.finish(1)

    assert reading.pages == []
    assert reading.loader.stopped == [1]


def test_a_file_that_is_gone_is_told(reading: Reading) -> None:
    reading.controller.read()
    reading.loader.failed.emit(1, NotAnImageError("It is gone.", remedy="Copy it."))

    assert reading.problems == [Problem("It is gone.", "Copy it.")]


def test_without_a_scan_there_is_no_header(qapp: object) -> None:
    window = Reading()

    window.controller.read()

    assert window.problems == [NO_SCAN]
