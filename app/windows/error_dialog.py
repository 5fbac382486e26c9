"""ErrorDialog: what went wrong, what to do, and the details for whoever is asked for help."""

import platform

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QPlainTextEdit, QPushButton, QWidget

from app.state.answers import Problem
from app.windows.about_dialog import version_of
from app.windows.text_dialog import TextDialog

_WIDTH_PX = 480
_DETAILS_HEIGHT_PX = 140


def copied_text(problem: Problem, details: str) -> str:
    """Put together what is worth sending to somebody who helps; nothing about the patient is added.

    Parameters
    ----------
    problem
        As it is shown.
    details
        What the log says, if anything; whoever passes it leaves the patient out.
    """
    system = f"MedCT {version_of('medct')}, Python {platform.python_version()}"
    parts = (problem.summary, problem.remedy, f"{system}, {platform.platform()}", details)
    return "\n".join(part for part in parts if part)


class ErrorDialog(TextDialog):
    """Shows a problem in words for its reader; technical details only on request."""

    def __init__(self, problem: Problem, details: str = "", parent: QWidget | None = None) -> None:
        super().__init__(problem.summary, _WIDTH_PX, parent)
        self.setWindowTitle(self.tr("This did not work"))
        self._problem = problem
        self._text = details
        self.add_words(problem.remedy)
        self._details = QPlainTextEdit(details)
        self._details.setReadOnly(True)
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setMinimumHeight(_DETAILS_HEIGHT_PX)
        self._details.hide()
        self.body.addWidget(self._details)
        self._copied = self.add_words(self.tr("Copied."), "muted")
        self._copied.hide()
        self._add_buttons()

    def _add_buttons(self) -> None:
        kinds = QDialogButtonBox
        buttons = QDialogButtonBox(kinds.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        more = buttons.addButton(self.tr("&Details"), kinds.ButtonRole.ActionRole)
        more.setCheckable(True)
        more.setVisible(bool(self._text))
        more.toggled.connect(self._show_details)
        copy: QPushButton = buttons.addButton(self.tr("&Copy details"), kinds.ButtonRole.ActionRole)
        copy.setToolTip(self.tr("Copy this message with version and system, to send it"))
        copy.clicked.connect(self._copy)
        close = buttons.button(kinds.StandardButton.Close)
        close.setDefault(True)
        self.body.addStretch(1)
        self.body.addWidget(buttons)
        close.setFocus()

    def _show_details(self, is_shown: bool) -> None:
        self._details.setVisible(is_shown)
        self.fit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(copied_text(self._problem, self._text))
        self._copied.show()
        self.fit()
