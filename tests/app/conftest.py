"""Folders and colours of the program, as if nobody had started it before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def no_library(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the library and the phantoms of whoever runs it."""
    place = tmp_path_factory.getbasetemp() / "no-library-there"
    monkeypatch.setenv("MEDCT_LIBRARY", str(place))
    monkeypatch.setenv("MEDCT_PHANTOMS", str(place))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for settings; cases, autosaves and logs have others."""
    for name in ("CASES", "AUTOSAVE", "LOGS"):
        monkeypatch.setenv(f"MEDCT_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("MEDCT_PLACES", str(tmp_path / "places.json"))
    (tmp_path / "settings").mkdir()
    return tmp_path / "settings"


@pytest.fixture
def look(qapp: QApplication) -> Iterator[None]:
    """Give other tests back the colours they had."""
    style, palette, sheet = qapp.style().objectName(), qapp.palette(), qapp.styleSheet()
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setStyle(style)
