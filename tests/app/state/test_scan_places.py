"""Where scans lie is remembered on this machine, newest last, and losing it loses no truth."""

import json
from pathlib import Path

import pytest

from app.state import scan_places
from app.state.scan_places import ScanPlaces, default_scan_places
from medct_core.errors import OutOfDiskError
from medct_core.retrieval.scan_place import FILE_VARIABLE, ScanPlace

ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def places(tmp_path: Path) -> ScanPlaces:
    return ScanPlaces(tmp_path / "data" / "places.json")


def scan_at(folder: Path, name: str) -> ScanPlace:
    (folder / name).write_bytes(b"voxels")
    return ScanPlace(folder / name, "1.2.3", 2)


def test_a_noted_scan_is_found_with_its_series_and_volume(
    places: ScanPlaces, tmp_path: Path
) -> None:
    place = scan_at(tmp_path, "chest.nii.gz")

    places.note(ONE, place)

    assert places.find(ONE) == place
    assert ScanPlaces(places.file).find(TWO, ONE) == place
    assert places.find(TWO) is None


def test_the_last_place_of_a_scan_holds(places: ScanPlaces, tmp_path: Path) -> None:
    before, after = scan_at(tmp_path, "a.nii.gz"), scan_at(tmp_path, "b.nii.gz")

    places.note_all({ONE: before, TWO: before})
    places.note(ONE, after)

    assert (places.find(ONE), places.find(TWO)) == (after, before)


def test_a_scan_that_is_gone_is_not_found(places: ScanPlaces, tmp_path: Path) -> None:
    place = scan_at(tmp_path, "chest.nii.gz")
    places.note(ONE, place)

    place.path.unlink()

    assert places.find(ONE) is None


def test_a_forgotten_scan_is_not_found_and_others_are(places: ScanPlaces, tmp_path: Path) -> None:
    place = scan_at(tmp_path, "chest.nii.gz")
    places.note_all({ONE: place, TWO: place})

    places.forget(ONE)

    assert (places.find(ONE), places.find(TWO)) == (None, place)


def test_the_ones_opened_longest_ago_are_forgotten_first(
    places: ScanPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_places, "MOST", 2)
    place = scan_at(tmp_path, "chest.nii.gz")
    for name in ("a", "b", "a", "c"):
        places.note(name, place)

    assert [places.find(name) for name in ("a", "b", "c")] == [place, None, place]


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 2, "places": []}', '{"version": 1}'])
def test_a_damaged_list_is_begun_anew(places: ScanPlaces, tmp_path: Path, content: str) -> None:
    places.file.parent.mkdir()
    places.file.write_text(content)
    place = scan_at(tmp_path, "chest.nii.gz")

    found = places.find(ONE)
    places.note(ONE, place)

    assert found is None
    assert places.find(ONE) == place


def test_what_is_known_already_is_not_written_again(places: ScanPlaces, tmp_path: Path) -> None:
    place = scan_at(tmp_path, "chest.nii.gz")
    places.note(ONE, place)
    before = places.file.stat().st_mtime_ns

    places.note(ONE, place)

    assert places.file.stat().st_mtime_ns == before
    assert json.loads(places.file.read_text())["version"] == 1


def test_a_list_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    places = ScanPlaces(tmp_path / "file" / "places.json")

    with pytest.raises(OutOfDiskError, match="places of scans"):
        places.note(ONE, scan_at(tmp_path, "chest.nii.gz"))


def test_the_list_of_a_user_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = default_scan_places().file

    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "places.json"))

    assert usual.name == "scan-places.json"
    assert default_scan_places().file == tmp_path / "places.json"
