"""Sessions: the menu entries that save and restore them, and where a moved scan is asked for."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.connections.triggers import connect_all
from app.controllers.keep_case import KeepCase
from app.controllers.keep_session import NOTHING_OPEN, KeepSession
from app.state.answers import Problem
from app.state.session import SessionState
from app.state.session_file import SESSION_SUFFIX
from app.windows.main_window import MainWindow
from app.windows.question_dialog import Choice, Question, QuestionDialog
from medct_core.volume.notice import Notice

_FILE, _FOLDER = "file", "folder"
_SCAN_ENDINGS = frozenset(
    (".nii", ".hdr", ".img", ".nrrd", ".nhdr", ".mha", ".mhd", ".dcm", ".zip")
)


class SessionConnection(QObject):
    """Saves and restores what a window shows.

    Parameters
    ----------
    window
        Owns the dialogs.
    session
        Says what is open.
    keep_session, keep_case
        Do the work, and say what is not saved.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        session: SessionState,
        keep_session: KeepSession,
        keep_case: KeepCase,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._session = window, session
        self._keep, self._case = keep_session, keep_case
        self._unkept = ""
        keep_session.saved.connect(self._on_saved)
        keep_session.failed.connect(self._show_problem)
        keep_session.scan_wanted.connect(self._ask_where)
        keep_session.autosave_problem_changed.connect(self._show_unkept)
        keep_case.problem_changed.connect(self._show_unkept)
        keep_case.noticed.connect(self._show_notices)

    def connect_actions(self, actions: Mapping[str, QAction]) -> None:
        """Carry these out."""
        connect_all(
            actions,
            {
                "open_session": self._choose,
                "save_session": self._save,
                "save_session_as": self._save_as,
            },
        )

    def may_close(self) -> bool:
        """Save everything, and where that fails ask whether to close all the same."""
        problem = self._case.save_now() or self._keep.finish_saving()
        if problem is None:
            return True
        asked = QMessageBox(self._window)
        asked.setIcon(QMessageBox.Icon.Warning)
        asked.setWindowTitle("MedCT")
        asked.setText(self.tr("Your last changes cannot be saved. {0}").format(problem.summary))
        asked.setInformativeText(
            self.tr("{0} Or save a session elsewhere before you close.").format(problem.remedy)
        )
        stay = asked.addButton(self.tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        roles = QMessageBox.ButtonRole
        leave = asked.addButton(self.tr("Close and lose them"), roles.DestructiveRole)
        asked.setDefaultButton(stay)
        asked.exec()
        return asked.clickedButton() is leave

    def open_path(self, path: Path) -> None:
        """Restore a session."""
        self._keep.open(path)

    def _choose(self) -> None:
        name, _chosen = QFileDialog.getOpenFileName(
            self._window, self.tr("Open session"), "", self._filter()
        )
        if name:
            self.open_path(Path(name))

    def _save(self) -> None:
        if self._keep.path is None:
            self._save_as()
        else:
            self._keep.save(self._keep.path)

    def _save_as(self) -> None:
        scan = self._session.scan
        if scan is None:
            self._show_problem(NOTHING_OPEN)
            return
        proposed = str(proposed_name(scan.path))
        name, _chosen = QFileDialog.getSaveFileName(
            self._window, self.tr("Save session"), proposed, self._filter()
        )
        if name:
            self._keep.save(Path(name))

    def _filter(self) -> str:
        return self.tr("Sessions (*{0})").format(SESSION_SUFFIX)

    def _ask_where(self, was: Path, problem: Problem) -> None:
        question = Question(
            self.tr("Where is the scan now?"),
            f"{problem.summary} {problem.remedy}",
            (
                Choice(_FILE, self.tr("It is a file"), self.tr("It was {0}").format(was.name)),
                Choice(_FOLDER, self.tr("It is a folder of DICOM files")),
            ),
            self.tr("&Look for it"),
        )
        dialog = QuestionDialog(question, self._window)
        dialog.chosen.connect(self._look_for)
        dialog.rejected.connect(self._keep.give_up)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _look_for(self, kind: str) -> None:
        if kind == _FOLDER:
            name = QFileDialog.getExistingDirectory(self._window, self.tr("The scan"))
        else:
            name, _chosen = QFileDialog.getOpenFileName(self._window, self.tr("The scan"))
        if name:
            self._keep.locate(Path(name))
        else:
            self._keep.give_up()

    def _on_saved(self, path: Path) -> None:
        self._window.say(self.tr("Saved {0}.").format(path.name))

    def _show_notices(self, notices: tuple[Notice, ...]) -> None:
        for notice in notices:
            self._window.banner.show_problem(notice.text, "")

    def _show_problem(self, problem: Problem) -> None:
        self._window.banner.show_problem(problem.summary, problem.remedy)

    def _show_unkept(self, problem: Problem | None) -> None:
        """Say that work is not on the disk, until it is."""
        if problem is not None:
            self._unkept = problem.summary
            self._show_problem(problem)
        else:
            self._window.banner.take_back(self._unkept)


def proposed_name(scan: Path) -> Path:
    """Name a session like its scan; a dot in the name of a folder begins no ending."""
    name = scan.name[:-3] if scan.name.lower().endswith(".gz") else scan.name
    stem = Path(name).stem if Path(name).suffix.lower() in _SCAN_ENDINGS else name
    return scan.with_name(f"{stem}{SESSION_SUFFIX}")
