"""Records saved by several threads of one window: in order, and with nothing brought back."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.controllers.case_files import CaseFiles, Version
from app.state.case_folder import CaseFolder
from app.state.case_record import CaseRecord
from medct_core.cancel import Cancelled, CancelToken
from medct_core.measurement.shapes import Length
from tests import small_chest
from tests.drawn_samples import AXIAL

VOLUME = small_chest.volume(1)
NOTHING = CaseRecord(VOLUME.content_sha256)
DRAWN = replace(NOTHING, measurements=(Length("m", "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0)),))


@pytest.fixture
def folder(tmp_path: Path) -> CaseFolder:
    """Give an empty case folder."""
    return CaseFolder(tmp_path / "cases")


def save(files: CaseFiles, number: int, record: CaseRecord, base: CaseRecord) -> None:
    files.save(Version(number, record, base), CancelToken(), lambda _fraction: None)


def kept(folder: CaseFolder) -> CaseRecord:
    return folder.load(NOTHING.scan_sha256).record


def test_what_is_deleted_before_its_saving_was_told_stays_deleted(folder: CaseFolder) -> None:
    files = CaseFiles(folder)

    save(files, 1, DRAWN, NOTHING)
    save(files, 2, NOTHING, NOTHING)

    assert kept(folder) == NOTHING


def test_what_another_window_saved_meanwhile_stays(folder: CaseFolder) -> None:
    ours, theirs = CaseFiles(folder), CaseFiles(folder)

    save(theirs, 1, DRAWN, NOTHING)
    save(ours, 1, NOTHING, NOTHING)

    assert kept(folder) == DRAWN


def test_a_record_that_was_overtaken_is_not_saved(folder: CaseFolder) -> None:
    files = CaseFiles(folder)

    save(files, 2, DRAWN, NOTHING)
    save(files, 1, NOTHING, DRAWN)

    assert kept(folder) == DRAWN


def test_after_loading_changes_are_told_from_what_was_loaded(folder: CaseFolder) -> None:
    files = CaseFiles(folder)
    save(files, 1, DRAWN, NOTHING)
    loaded = files.load(VOLUME, CancelToken(), lambda _fraction: None).record

    save(files, 2, NOTHING, loaded)

    assert kept(folder) == NOTHING


def test_loading_that_was_stopped_gives_nothing(folder: CaseFolder) -> None:
    stop = CancelToken()
    stop.cancel()

    with pytest.raises(Cancelled):
        CaseFiles(folder).load(VOLUME, stop, lambda _fraction: None)
