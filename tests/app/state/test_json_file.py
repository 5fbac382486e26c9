"""Files are whole, or not there."""

import threading
from pathlib import Path

import pytest

from app.state import json_file
from app.state.json_file import read_json, write_json
from medct_core.errors import OutOfDiskError
from medct_core.measurement.fields import JsonValue


def test_what_is_written_is_read_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "case.json"

    write_json({"comment": "結節 \ud800"}, path, what="The case")

    assert read_json(path) == {"comment": "結節 \ud800"}
    assert list(path.parent.iterdir()) == [path]


def test_two_windows_writing_at_once_never_tear_the_file(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    texts: list[list[JsonValue]] = [[letter * 20] * 2000 for letter in "ab"]
    write_json(texts[0], path, what="The case")
    done = threading.Event()
    seen: list[object] = []

    def write(values: list[JsonValue]) -> None:
        for _ in range(15):
            write_json(values, path, what="The case")

    def watch() -> None:
        while not done.is_set():
            seen.append(read_json(path))

    writers = [threading.Thread(target=write, args=(one,)) for one in texts]
    reader = threading.Thread(target=watch)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()

    assert seen
    assert all(values in texts for values in seen)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "case.json"
    write_json({"a": 1}, path, what="The case")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.state.json_file.os.fsync", full)
    with pytest.raises(OutOfDiskError, match=r"The case cannot be saved .* the disk is full"):
        write_json({"a": 2}, path, what="The case")

    assert read_json(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(OutOfDiskError, match="file"):
        write_json({}, tmp_path / "file" / "case.json", what="The case")


def test_a_file_far_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_file, "_LARGEST_BYTES", 10)
    path = tmp_path / "case.json"
    path.write_text('"' + "x" * 20 + '"', encoding="utf-8")

    with pytest.raises(ValueError, match="too large"):
        read_json(path)
