"""A viewer that is killed in the middle of its work loses nothing that was on the screen."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.state.case_folder import CaseFolder
from tests import small_chest
from tests.app.stand_ins import PATIENCE_MS
from tests.journeys.kept_window import KeptWindow

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals"),
]

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "tests.journeys.kept_window"


def killed_after(folder: Path, scan: Path, count: int) -> None:
    """Have a viewer draw on a scan, and kill it after some lines."""
    program = subprocess.Popen(
        [sys.executable, "-m", PROGRAM, str(folder), str(scan)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    with program.stdout as said:
        while int(said.readline()) < count:
            pass
        program.send_signal(signal.SIGKILL)
        program.wait()


@pytest.mark.parametrize("count", [1, 4])
def test_what_was_drawn_before_a_kill_is_there_after_it(
    qtbot: QtBot, tmp_path: Path, count: int
) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz")
    killed_after(tmp_path / "data", scan, count)

    window = KeptWindow(tmp_path / "data")
    (crashed,) = window.autosaves.crashed()
    with qtbot.waitSignal(window.sessions.restored, timeout=PATIENCE_MS):
        window.sessions.restore(crashed)

    names = [one.id for one in window.lists.measurements.items]
    assert names == [str(number) for number in range(len(names))]
    assert len(names) >= count
    assert window.session.scan is not None
    assert window.session.scan.path == scan
    window.close()
    assert window.autosaves.crashed() == ()
    record = CaseFolder(tmp_path / "data" / "cases").load(window.session.scan.volume.content_sha256)
    assert [one.id for one in record.record.measurements] == names
