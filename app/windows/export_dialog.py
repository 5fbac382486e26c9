"""ExportDialog: asks what of the findings leaves the program, and where it goes."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QVBoxLayout, QWidget

from app.controllers.export_wish import ExportWish
from app.panels.export_form import ExportForm, ImageChoice
from app.viewer.key_image import KeyPicture
from medct_core.export.file_names import base_name, planned_files

_WIDTH = 560
_LOOK_MS = 200
"""A slow folder must not hold up whoever types its name."""


@dataclass(frozen=True, slots=True, eq=False)
class ExportOffer:
    """What there is to export.

    Attributes
    ----------
    source
        `Volume.source`; the files are named after it.
    pictures
        Marked pictures, drawn.
    has_measurements
        Whether there is a second table.
    knows_patient
        Whether the scan says who was examined.
    """

    source: str
    pictures: tuple[KeyPicture, ...] = ()
    has_measurements: bool = False
    knows_patient: bool = True


class ExportDialog(QDialog):
    """One dialog for all forms of the report.

    Parameters
    ----------
    offer
        What there is.
    folder
        Where the last report went; the caller keeps `wish`'s folder for the next time.
    parent
        Owner.
    """

    def __init__(self, offer: ExportOffer, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = offer
        self._form = ExportForm()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._export = self._buttons.addButton(
            self.tr("&Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._export.setDefault(True)
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._fill(folder)
        layout = QVBoxLayout(self)
        layout.addWidget(self._form, 1)
        layout.addWidget(self._buttons)
        self.setWindowTitle(self.tr("Export findings"))
        self.setMinimumWidth(_WIDTH)
        self._connect()
        self._show_files()

    @property
    def wish(self) -> ExportWish:
        """What is chosen; meant for when the dialog was accepted."""
        choice = self._form.choice
        images = tuple(self._offer.pictures[place].image for place in choice.images)
        return ExportWish(
            folder=self._folder(),
            formats=choice.formats,
            images=images if "pdf" in choice.formats else (),
            names_patient=choice.names_patient,
        )

    def _fill(self, folder: Path) -> None:
        self._form.show_folder(str(folder))
        self._form.show_patient_known(is_known=self._offer.knows_patient)
        self._form.show_images(
            tuple(
                ImageChoice(one.picture, f"{one.image.place}, {one.image.look}", one.image.caption)
                for one in self._offer.pictures
            )
        )

    def _connect(self) -> None:
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._form.browse_requested.connect(self._choose_folder)
        self._form.changed.connect(self._look_soon)
        self._look.timeout.connect(self._show_files)

    def _folder(self) -> Path:
        return Path(self._form.choice.folder).expanduser()

    def _look_soon(self) -> None:
        self._export.setEnabled(not self._missing())
        self._look.start()

    def _missing(self) -> str:
        choice = self._form.choice
        if not choice.folder or not self._folder().is_absolute():
            return self.tr("Choose a folder for the files.")
        if not choice.formats:
            return self.tr("Choose at least one of PDF, CSV and JSON.")
        return ""

    def _show_files(self) -> None:
        missing = self._missing()
        self._export.setEnabled(not missing)
        if missing:
            self._form.show_missing(missing)
            return
        folder = self._folder()
        planned = planned_files(
            base_name(self._offer.source),
            folder,
            self._form.choice.formats,
            has_measurements=self._offer.has_measurements,
        )
        self._form.show_files(planned.names, planned.taken, folder_is_new=not folder.is_dir())

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, self.tr("Folder for the files"), self._form.choice.folder
        )
        if chosen:
            self._form.show_folder(chosen)
            self._show_files()
