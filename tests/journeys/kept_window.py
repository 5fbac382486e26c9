"""A window without widgets: it opens scans, keeps their cases, and autosaves, as the real one."""

import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from app.controllers.keep_case import KeepCase, Pauses
from app.controllers.keep_session import AutosavePauses, KeepSession, SessionParts
from app.controllers.open_study import OpenStudy
from app.state.autosave import AutosaveFolder
from app.state.case_folder import CaseFolder
from app.state.case_lists import CaseLists
from app.state.measurements import MeasurementList
from app.state.prompt_list import PromptList
from app.state.reviews import MarkedImages, ReviewList
from app.state.session import SessionState
from app.state.view import PlaneKind, ViewState
from app.state.view_values import ShownPart
from app.workers.loader_pool import LoaderPool
from medct_core.measurement.shapes import Length
from tests.drawn_samples import AXIAL


class WholeSlices:
    """Pictures that are never zoomed."""

    def shown_parts(self) -> Mapping[PlaneKind, ShownPart]:
        """Give none."""
        return {}

    def show_parts(self, parts: Mapping[PlaneKind, ShownPart]) -> None:
        """Take none."""
        assert not parts


class KeptWindow(QObject):
    """One window whose files lie in a folder; it saves sooner than people could see."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.session, self.loader = SessionState(), LoaderPool()
        self.lists = CaseLists(MeasurementList(), ReviewList(), PromptList(), MarkedImages())
        self.autosaves = AutosaveFolder(folder / "autosave")
        cases = CaseFolder(folder / "cases")
        self.keep = KeepCase(self.session, self.lists, cases, self.loader, pauses=Pauses(5, 100))
        self.opener = OpenStudy(self.session, self.loader)
        parts = SessionParts(self.session, ViewState(), WholeSlices(), self.lists, self.keep)
        self.sessions = KeepSession(
            parts,
            self.opener,
            self.loader,
            self.autosaves.begin(),
            pauses=AutosavePauses(5, 20),
        )
        self._drawing = QTimer(self, interval=30)
        self._drawing.timeout.connect(self._draw)
        self.loader.done.connect(self._tell)

    def draw_without_end(self) -> None:
        """Draw a line every 30 ms once a scan is open, and print how many are autosaved."""
        self._drawing.start()

    def close(self) -> None:
        """Close as a window does."""
        self._drawing.stop()
        self.keep.close()
        self.sessions.close()
        self.loader.stop()

    def _draw(self) -> None:
        if self.session.scan is not None:
            name = str(len(self.lists.measurements.items))
            self.lists.measurements.add(Length(name, "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0)))

    def _tell(self) -> None:
        shown = self.sessions._autosaved
        if shown is not None and self.sessions._autosave_job is None:
            sys.stdout.write(f"{len(shown.record.measurements)}\n")
            sys.stdout.flush()


def draw_until_killed(folder: Path, scan: Path) -> None:
    """Open a scan, draw on it, and never end."""
    program = QCoreApplication([])
    window = KeptWindow(folder)
    window.draw_without_end()
    window.opener.open_path(scan)
    program.exec()


if __name__ == "__main__":
    draw_until_killed(Path(sys.argv[1]), Path(sys.argv[2]))
