"""AddCaseDialog: asks what is said of a scan that goes into the library, and who says so."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from app.state.case_record import Decision, FindingReview
from app.windows.text_dialog import TextDialog

_WIDTH_PX = 460


class AddCaseDialog(TextDialog):
    """Shows the verdicts that are kept with the case; `accepted` is emitted to add it.

    Parameters
    ----------
    library
        Its short name.
    reviews
        What the reader said of the scan.
    reader
        Who says so, as it is known; may be empty.
    is_there
        Whether the scan is in the library already.
    parent
        Owner.
    """

    def __init__(
        self,
        library: str,
        reviews: tuple[FindingReview, ...],
        *,
        reader: str,
        is_there: bool,
        parent: QWidget | None = None,
    ) -> None:
        title = (
            QCoreApplication.translate("AddCaseDialog", "Update this scan in “{library}”?")
            if is_there
            else QCoreApplication.translate("AddCaseDialog", "Add this scan to “{library}”?")
        )
        super().__init__(title.format(library=library), _WIDTH_PX, parent)
        self._reader = QLineEdit(reader)
        self._reader.setPlaceholderText(self.tr("Your name, or empty"))
        self._verified = QCheckBox(self.tr("&Verified, by pathology or a second reader"))
        judged = [one for one in reviews if one.decision is not None]
        self._add_verdicts(judged)
        form = QFormLayout()
        form.addRow(self.tr("&Said by"), self._reader)
        form.addRow("", self._verified)
        self.body.addLayout(form)
        self._verified.setEnabled(bool(judged))
        self.add_words(
            self.tr(
                "The library keeps no name and no number of the patient; of the number only a "
                "keyed hash. It keeps the name of the file: no patient should be named in it. "
                "Only verified findings count as evidence."
            ),
            "muted",
        )
        self._add_buttons(self.tr("&Update") if is_there else self.tr("&Add"))

    @property
    def reader(self) -> str:
        """Who says so; empty for nobody."""
        return self._reader.text().strip()

    @property
    def is_verified(self) -> bool:
        """Whether something better than the reader stands behind the verdicts."""
        return self._verified.isChecked()

    def _add_buttons(self, accept: str) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        add = buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        add.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)

    def _add_verdicts(self, judged: list[FindingReview]) -> None:
        present = [one.finding for one in judged if one.decision is Decision.ACCEPTED]
        absent = [one.finding for one in judged if one.decision is Decision.REJECTED]
        if present:
            self.add_words(self.tr("Present: {findings}").format(findings=", ".join(present)))
        if absent:
            self.add_words(self.tr("Absent: {findings}").format(findings=", ".join(absent)))
        if not judged:
            self.add_words(
                self.tr(
                    "You gave no verdict yet: the library hears of no finding from you, only what "
                    "files beside the scan say. Accept or reject findings and add it again to say "
                    "more."
                )
            )
