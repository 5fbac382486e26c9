"""Where scans lie is read from what the viewer noted, and a damaged list is an empty one."""

import json
from pathlib import Path

import pytest

from medct_core.retrieval.scan_place import (
    FILE_VARIABLE,
    ScanPlace,
    default_places_file,
    known_places,
    places_of,
)

_ENTRY = {"name": "a" * 64, "path": "/scans/a.nii.gz", "series_uid": "1.2", "frame": None}


def test_noted_places_are_read(tmp_path: Path) -> None:
    file = tmp_path / "places.json"
    second = {**_ENTRY, "name": "case", "frame": 2}
    file.write_text(json.dumps({"version": 1, "places": [_ENTRY, second]}))

    assert known_places(file) == {
        "a" * 64: ScanPlace(Path("/scans/a.nii.gz"), "1.2"),
        "case": ScanPlace(Path("/scans/a.nii.gz"), "1.2", 2),
    }


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 2, "places": []}', '{"version": 1, "places": [7]}']
)
def test_a_list_that_makes_no_sense_is_empty(tmp_path: Path, content: str) -> None:
    file = tmp_path / "places.json"
    file.write_text(content)

    assert known_places(file) == {}
    assert known_places(tmp_path / "nowhere.json") == {}


def test_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="another version"):
        places_of({"version": 2, "places": []})


def test_a_variable_names_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "mine.json"))
    named = default_places_file()
    monkeypatch.delenv(FILE_VARIABLE)

    assert named == tmp_path / "mine.json"
    assert default_places_file().name == "scan-places.json"
