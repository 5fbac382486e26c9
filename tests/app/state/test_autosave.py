"""What a killed program left behind is offered once, and nobody takes what is in use."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.state.autosave import AutosaveFile, AutosaveFolder, default_autosave_folder
from app.state.case_record import CaseRecord
from app.state.session_file import SessionFile
from medct_core.errors import OutOfDiskError
from tests.case_samples import FULL, SHA

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys, time
from pathlib import Path
from app.state.autosave import AutosaveFolder
from app.state.session_file import SessionFile
from tests.case_samples import FULL
file = AutosaveFolder(Path(sys.argv[1])).begin()
count = 0
while True:
    file.write(SessionFile(Path("chest.nii.gz"), "1.2", FULL, {"count": count}))
    count += 1
    if count == 3:
        print("saved", flush=True)
"""


@contextmanager
def other_program(folder: AutosaveFolder) -> Iterator[subprocess.Popen[str]]:
    """Run a program that saves without a pause, until it is killed."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder.path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    try:
        assert program.stdout.readline() == "saved\n"
        yield program
    finally:
        program.kill()
        program.wait()
        program.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> AutosaveFolder:
    return AutosaveFolder(tmp_path / "autosave")


@pytest.fixture
def session(tmp_path: Path) -> SessionFile:
    return SessionFile(tmp_path / "chest.nii.gz", "1.2.3", FULL, {"layout": "grid"})


def left_behind(folder: AutosaveFolder, session: SessionFile) -> None:
    """Leave a session as a program does that was killed."""
    # Without its file nobody holds the lock, as after the end of a program.
    folder.begin().write(session)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_program_killed_while_it_saves_leaves_a_whole_session(folder: AutosaveFolder) -> None:
    with other_program(folder) as program:
        os.kill(program.pid, signal.SIGKILL)
        program.wait()

    (crashed,) = folder.crashed()

    assert crashed.session.record == FULL
    assert crashed.session.views["count"] >= 2  # type: ignore[operator]


def test_what_a_living_program_works_on_is_not_offered(folder: AutosaveFolder) -> None:
    with other_program(folder):
        assert folder.crashed() == ()

    assert len(folder.crashed()) == 1


def test_what_another_window_of_this_program_works_on_is_not_offered(
    folder: AutosaveFolder, session: SessionFile
) -> None:
    windows = (folder.begin(), folder.begin())
    for window in windows:
        window.write(session)

    assert folder.crashed() == ()
    assert len(list(folder.path.glob("*.medct"))) == 2


def test_a_file_that_was_half_written_is_not_offered(
    folder: AutosaveFolder, session: SessionFile
) -> None:
    left_behind(folder, session)
    (whole,) = folder.path.glob("*.medct")
    (folder.path / ".0123.part.medct").write_bytes(whole.read_bytes())

    assert len(folder.crashed()) == 1


def test_of_two_programs_that_look_at_once_only_one_is_offered_a_session(
    folder: AutosaveFolder, session: SessionFile
) -> None:
    left_behind(folder, session)

    first = folder.crashed()
    second = folder.crashed()

    assert (len(first), len(second)) == (1, 0)
    assert first[0].session == session
    first[0].let_go()
    assert len(folder.crashed()) == 1


def test_a_session_that_was_dealt_with_is_gone(
    folder: AutosaveFolder, session: SessionFile
) -> None:
    left_behind(folder, session)

    folder.crashed()[0].discard()

    assert folder.crashed() == ()
    assert list(folder.path.iterdir()) == []


def test_the_newest_session_comes_first(folder: AutosaveFolder, session: SessionFile) -> None:
    for count in range(3):
        left_behind(folder, session.with_scan_at(Path(f"{count}.nii.gz")))
    for path in folder.path.glob("*.medct"):
        number = int(path.read_text().split(".nii.gz")[0][-1])
        os.utime(path, (1_000_000 + number, 1_000_000 + number))

    names = [one.session.scan_path.name for one in folder.crashed()]

    assert names == ["2.nii.gz", "1.nii.gz", "0.nii.gz"]


def test_a_window_that_closes_leaves_nothing(folder: AutosaveFolder, session: SessionFile) -> None:
    file = folder.begin()
    file.write(session)

    file.close()
    file.write(session)

    assert list(folder.path.iterdir()) == []


def test_a_window_without_a_scan_has_nothing_to_restore(
    folder: AutosaveFolder, session: SessionFile
) -> None:
    file = folder.begin()
    file.write(session)

    file.clear()

    assert list(folder.path.glob("*.medct")) == []
    file.write(session)
    assert len(list(folder.path.glob("*.medct"))) == 1


def test_a_damaged_session_is_left_where_it_is(
    folder: AutosaveFolder, session: SessionFile
) -> None:
    left_behind(folder, session)
    (path,) = folder.path.glob("*.medct")
    path.write_bytes(b"{")

    assert folder.crashed() == ()
    assert path.read_bytes() == b"{"


def test_a_folder_that_is_not_there_holds_nothing(folder: AutosaveFolder) -> None:
    assert folder.crashed() == ()
    folder.begin().close()
    assert not folder.path.exists()


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(
    folder: AutosaveFolder, session: SessionFile
) -> None:
    folder.path.write_bytes(b"a file is in the way")
    file = AutosaveFile(folder.path / "one.medct")

    with pytest.raises(OutOfDiskError, match="save the session yourself"):
        file.write(session)
    folder.path.unlink()
    file.write(session)

    assert file.path.exists()


def test_an_empty_record_is_a_session_too(folder: AutosaveFolder, session: SessionFile) -> None:
    left_behind(folder, SessionFile(session.scan_path, "", CaseRecord(SHA), {}))

    assert folder.crashed()[0].session.record.is_empty


def test_the_folder_can_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_AUTOSAVE", str(tmp_path))
    named = default_autosave_folder()
    monkeypatch.delenv("MEDCT_AUTOSAVE")

    assert named.path == tmp_path
    assert default_autosave_folder().path.name == "autosave"
