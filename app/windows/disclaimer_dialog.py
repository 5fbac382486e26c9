"""DisclaimerDialog: what this program is not, said once before it is used."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from app.windows.text_dialog import TextDialog

_WIDTH_PX = 520


class DisclaimerDialog(TextDialog):
    """Asks for consent: `accepted` is emitted where it was given, `rejected` where it was not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("DisclaimerDialog", "MedCT is not a medical device"),
            _WIDTH_PX,
            parent,
        )
        self.setWindowTitle("MedCT")
        self._say()
        buttons = QDialogButtonBox()
        consent = buttons.addButton(
            self.tr("I &understand"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        buttons.addButton(self.tr("&Quit"), QDialogButtonBox.ButtonRole.RejectRole)
        consent.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)

    def _say(self) -> None:
        self.add_words(
            self.tr(
                "Do not use it for diagnosis, treatment or any other decision about a patient."
            ),
            "caution",
        )
        self.add_words(
            self.tr(
                "It is made for research and teaching. Its scores come from a model that is often "
                "wrong, and a heatmap shows where a score comes from, not the outline of a lesion."
            )
        )
        self.add_words(
            self.tr(
                "Whoever reads a scan looks at all of its slices. Nothing leaves this computer "
                "unless you export it."
            )
        )
        self.add_words(self.tr("This is shown once, and stands in the status bar always."), "muted")
