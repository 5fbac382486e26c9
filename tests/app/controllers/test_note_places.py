"""Every scan that is opened is noted with its place, on a thread that reads files."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.controllers.note_places import NotePlaces
from app.state.scan_places import ScanPlaces
from app.state.session import SessionState
from medct_core.retrieval.scan_place import ScanPlace
from tests.app.stand_ins import FakeLoader
from tests.app.state.test_session import scan

pytestmark = pytest.mark.gui


def test_an_opened_scan_is_noted_and_closing_it_notes_nothing(qapp: object, tmp_path: Path) -> None:
    session, loader = SessionState(), FakeLoader()
    places = ScanPlaces(tmp_path / "places.json")
    NotePlaces(session, places, loader.as_loader(), session)
    path = tmp_path / "chest.nii.gz"
    path.write_bytes(b"voxels")
    shown = replace(scan(), path=path, frame=3)

    session.set_scan(shown)
    before = places.file.exists()
    loader.finish(1)
    session.set_scan(None)

    assert not before
    assert places.find(shown.volume.content_sha256) == ScanPlace(path, shown.series.uid, 3)
    assert len(loader.works) == 1


def test_a_scan_read_for_the_library_is_noted_too(qapp: object, tmp_path: Path) -> None:
    session, loader = SessionState(), FakeLoader()
    places = ScanPlaces(tmp_path / "places.json")
    notes = NotePlaces(session, places, loader.as_loader(), session)
    path = tmp_path / "chest.nii.gz"
    path.write_bytes(b"voxels")

    notes.note_file("5f0c" * 16, path)
    loader.finish(1)

    assert places.find("5f0c" * 16) == ScanPlace(path)
