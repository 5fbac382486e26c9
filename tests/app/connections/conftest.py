"""Windows with everything behind them, scans to open in them, and what must be gone afterwards."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests import small_chest
from tests.app.case_windows import Case, FileDialogs, Workplace


@pytest.fixture(scope="session")
def chests(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two scans of a chest, ``now.nii.gz`` and ``then.nii.gz``."""
    folder = tmp_path_factory.mktemp("chests")
    return small_chest.write(folder / "now.nii.gz", 0), small_chest.write(folder / "then.nii.gz", 1)


@pytest.fixture
def workplace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workplace]:
    """Make what windows share, in a folder of its own; nothing of it outlives the test."""
    before = set(QApplication.topLevelWidgets())
    place = Workplace(qtbot, tmp_path / "place")
    yield place
    place.close()
    assert place.worker.isFinished()
    assert place.services.library.isFinished()
    assert [one for one in threading.enumerate() if one.name.startswith("loader")] == []
    left = [one for one in QApplication.topLevelWidgets() if one not in before and one.isVisible()]
    assert left == []


@pytest.fixture
def case(workplace: Workplace) -> Case:
    """Give a window without a scan."""
    return workplace.open_window()


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> FileDialogs:
    """Answer dialogs for files, and open none."""
    dialogs = FileDialogs()
    dialogs.take_the_place(monkeypatch)
    return dialogs
