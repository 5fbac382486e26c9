"""What was opened last is at hand, once each, and says when it is gone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.recent_files import MOST, RecentFile, RecentFiles, missing_of

pytestmark = pytest.mark.gui
NAMES = st.lists(st.sampled_from([f"/scans/{n}.nii.gz" for n in range(15)]), max_size=40)


@given(opened=NAMES)
def test_the_newest_come_first_once_each_and_at_most_ten(opened: list[str]) -> None:
    recent = RecentFiles()

    for path in opened:
        recent.add(Path(path))

    newest_first = list(dict.fromkeys(reversed(opened)))
    assert recent.paths == newest_first[:MOST]


@given(opened=NAMES)
def test_what_is_stored_comes_back(opened: list[str]) -> None:
    recent, again = RecentFiles(), RecentFiles()
    for path in opened:
        recent.add(Path(path))

    again.load(recent.paths)

    assert again.files == recent.files


def test_nonsense_in_the_store_is_left_out() -> None:
    recent = RecentFiles()

    recent.load(["", "  ", "relative.nii", "/a/b.nii", "/a/b.nii"])

    assert recent.paths == ["/a/b.nii"]


def test_a_relative_path_is_kept_whole() -> None:
    recent = RecentFiles()

    recent.add(Path("a.nii"))

    assert recent.paths == [str(Path.cwd() / "a.nii")]


def test_changes_are_told_once() -> None:
    recent, told = RecentFiles(), list[object]()
    recent.changed.connect(told.append)

    recent.add(Path("/a.nii"))
    recent.add(Path("/a.nii"))

    assert told == [(RecentFile(Path("/a.nii")),)]


def test_all_are_forgotten_at_once() -> None:
    recent = RecentFiles()
    recent.load(["/a.nii", "/b.nii", "/c.nii"])

    recent.clear()

    assert recent.files == ()


def test_missing_files_stay_and_are_marked(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.nii", tmp_path / "gone.nii"
    there.write_bytes(b"")
    recent = RecentFiles()
    recent.load([str(there), str(gone)])

    recent.mark_missing(missing_of(one.path for one in recent.files))

    assert recent.files == (RecentFile(there), RecentFile(gone, is_missing=True))
    assert [one.name for one in recent.files] == ["there.nii", "gone.nii"]
    recent.mark_missing(())
    assert not any(one.is_missing for one in recent.files)


def test_a_drive_that_fails_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> bool:
        raise OSError

    monkeypatch.setattr(Path, "exists", fail)

    assert missing_of([Path("/a")]) == (Path("/a"),)
