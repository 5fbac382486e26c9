"""RestoreDialog: after the program broke off, offers to go on where it was."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from app.windows.text_dialog import TextDialog

_WIDTH_PX = 480
_LONGEST_NAME = 44


def shortened(name: str) -> str:
    """Leave out the middle of a name that would not fit on a line."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[:half]}…{name[-half:]}"


class RestoreDialog(TextDialog):
    """Asks whether to go on; closing it decides nothing, so that it can be asked again.

    Parameters
    ----------
    scan
        What the user calls the scan: the name of its file or series.
    saved_at
        When its state was last kept, in local time.
    parent
        Owner.
    """

    restore_chosen = Signal()
    discard_chosen = Signal()

    def __init__(self, scan: str, saved_at: datetime, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("RestoreDialog", "Go on where you were?")
        super().__init__(title, _WIDTH_PX, parent)
        self.add_words(
            self.tr(
                "MedCT ended without being closed. “{scan}” was open, last kept on {when}."
            ).format(scan=shortened(scan), when=f"{saved_at:%Y-%m-%d, %H:%M}")
        )
        self.add_words(
            self.tr(
                "Restoring opens it again with its views. Measurements, decisions and comments are "
                "kept with the scan either way."
            ),
            "muted",
        )
        roles = QDialogButtonBox.ButtonRole
        buttons = QDialogButtonBox()
        restore = buttons.addButton(self.tr("&Restore"), roles.AcceptRole)
        restore.setDefault(True)
        discard = buttons.addButton(self.tr("&Start empty"), roles.DestructiveRole)
        buttons.accepted.connect(self._restore)
        discard.clicked.connect(self._discard)
        self.body.addWidget(buttons)

    def _restore(self) -> None:
        self.restore_chosen.emit()
        self.accept()

    def _discard(self) -> None:
        self.discard_chosen.emit()
        self.reject()
