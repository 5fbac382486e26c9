"""Whole windows for tests: a model that stands in, folders of their own, threads that end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.connections.case_parts import Services
from app.connections.case_window import CaseWindow
from app.settings import Settings
from app.state.answers import ModelFacts
from app.state.autosave import AutosaveFolder
from app.state.case_folder import CaseFolder
from app.state.recent_files import RecentFiles
from app.state.scan_places import ScanPlaces
from app.state.session import OpenScan
from app.workers.inference_worker import InferenceWorker
from app.workers.library_worker import LibraryWorker
from app.workers.loader_pool import LoaderPool
from tests.app.stand_ins import PATIENCE_MS, StandInDesk
from tests.medct_core.io import making

FLAT = Settings(volume_rendering=False)
"""Without 3D, which takes seconds to begin and is tested by itself."""

_Dialog = TypeVar("_Dialog", bound=QDialog)


def words_of(widget: QWidget) -> str:
    """Give everything the labels of a widget say that can be seen."""
    labels = widget.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisibleTo(widget))


def study_of_two(folder: Path) -> Path:
    """Write a study of a long and a short series; the long one is shown first."""
    for number, depth in ((1, 14), (2, 10)):

        def change(k: int, data: Dataset, number: int = number) -> None:
            data.SeriesInstanceUID = f"{making.SERIES}.{number}"
            data.SOPInstanceUID = f"{making.SERIES}.{number}.{k + 1}"
            data.SeriesNumber, data.SeriesDescription = number, f"part {number}"

        volume = making.chest_volume((24, 20, depth))
        making.write_series(folder / str(number), volume, change=change)
    return folder


def let_go_of_the_deleted() -> None:
    """Have Qt delete what waits for its event loop to be deleted."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


@dataclass
class FileDialogs:
    """Dialogs of the system for files and folders, answered at once.

    Attributes
    ----------
    answer
        What is chosen; None closes the dialog.
    proposed
        Titles of the dialogs that were opened, and the path each proposed.
    """

    answer: Path | None = None
    proposed: list[tuple[str, str]] = field(default_factory=list)

    def take_the_place(self, patch: pytest.MonkeyPatch) -> None:
        """Let no real dialog open."""
        for name in ("getOpenFileName", "getSaveFileName"):
            patch.setattr(QFileDialog, name, self._file)
        patch.setattr(QFileDialog, "getExistingDirectory", self._folder)

    def _file(
        self, _parent: QWidget, title: str, proposed: str = "", _filters: str = ""
    ) -> tuple[str, str]:
        self.proposed.append((title, proposed))
        return (str(self.answer), "") if self.answer else ("", "")

    def _folder(self, parent: QWidget, title: str, proposed: str = "") -> str:
        return self._file(parent, title, proposed)[0]


class Case:
    """One window as a person uses it.

    Attributes
    ----------
    shown
        The window with everything behind it.
    """

    def __init__(self, qtbot: QtBot, shown: CaseWindow) -> None:
        self._qtbot, self.shown = qtbot, shown
        self.session, self.view = shown.states.session, shown.states.view
        self.results, self.window = shown.states.results, shown.window

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Let Qt and the threads work until something is so."""
        self._qtbot.waitUntil(is_so, timeout=PATIENCE_MS)

    def open(self, *paths: Path) -> OpenScan:
        """Open a scan to its last voxel, as if it were dropped."""
        before = self.session.scan
        self.window.paths_dropped.emit(paths)
        self.wait(lambda: self.session.scan is not before or self.session.problem is not None)
        assert self.session.problem is None
        assert self.session.scan is not None
        return self.session.scan

    def settle(self) -> None:
        """Wait until nothing is read or asked any more."""
        self.wait(
            lambda: (
                self.session.loading is None
                and self.results.stage is None
                and not self.shown.volume.is_preparing
            )
        )

    def trigger(self, action: str) -> None:
        """Choose an entry of a menu, by the name of its row."""
        assert self.shown.actions[action].isEnabled()
        self.shown.actions[action].trigger()

    def dialog(self, kind: type[_Dialog]) -> _Dialog:
        """Give the one dialog of a kind that is open, or wait for it."""

        def is_open() -> bool:
            return any(one.isVisible() for one in self.window.findChildren(kind))

        self.wait(is_open)
        (found,) = (one for one in self.window.findChildren(kind) if one.isVisible())
        return found

    def has_dialog(self) -> bool:
        """Tell whether any dialog is open."""
        return any(one.isVisible() for one in self.window.findChildren(QDialog))

    @property
    def banner(self) -> str:
        """What the banner says; empty while it is hidden."""
        banner = self.window.banner
        return words_of(banner) if banner.isVisible() else ""

    @property
    def status(self) -> str:
        """What the status bar says for a moment."""
        return self.window.statusBar().currentMessage()


@dataclass(eq=False)
class Workplace:
    """What windows share, and the windows.

    Attributes
    ----------
    desk
        The model; hold its gate to make it wait.
    folder
        Where cases, autosaves and logs lie.
    """

    qtbot: QtBot
    folder: Path
    desk: StandInDesk = field(default_factory=StandInDesk)
    cases: list[Case] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worker = InferenceWorker(lambda _choice, _told: self.desk)
        self.services = Services(
            worker=self.worker,
            loader=LoaderPool(),
            cases=CaseFolder(self.folder / "cases"),
            autosaves=AutosaveFolder(self.folder / "autosave"),
            places=ScanPlaces(self.folder / "places.json"),
            recent=RecentFiles(),
            library=LibraryWorker(),
            log_folder=self.folder / "logs",
        )

    def open_window(self, settings: Settings = FLAT, model: ModelFacts | None = None) -> Case:
        """Open one more window."""
        made = CaseWindow(f"window {len(self.cases) + 1}", self.services, settings, model)
        self.cases.append(Case(self.qtbot, made))
        made.window.show()
        # As the application does: whoever begins later is not told of a model that was ready.
        self.worker.start()
        self.services.library.start()
        return self.cases[-1]

    def close(self) -> None:
        """Close all windows, then end the threads, as the application does."""
        self.desk.open_gate.set()
        for case in self.cases:
            case.window.close()
        self.services.loader.stop()
        self.services.library.stop()
        self.worker.stop()
        for case in self.cases:
            case.window.deleteLater()
            case.shown.deleteLater()
        let_go_of_the_deleted()
