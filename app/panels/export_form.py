"""ExportForm: where the report goes, in which forms, and what is in it."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.text_label import TextLabel

_THUMBNAIL = QSize(112, 84)
_LIST_HEIGHT = 200
_GAP = 12
_SPACE = 3


@dataclass(frozen=True, slots=True, eq=False)
class ImageChoice:
    """A marked picture that may go into the PDF.

    Attributes
    ----------
    picture
        As it will be printed.
    place
        Which slice, and how it is shown.
    caption
        The reader's own words; may be empty.
    """

    picture: QImage
    place: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What is chosen.

    Attributes
    ----------
    folder
        As it stands in the field; may be empty.
    formats
        ``pdf``, ``csv``, ``json``, those that are chosen.
    images
        Places of the chosen pictures, from 0.
    names_patient
        Whether the files say who was examined.
    """

    folder: str
    formats: tuple[str, ...]
    images: tuple[int, ...]
    names_patient: bool


class ExportForm(QWidget):
    """Shows what is exported and reports every change; touches no file."""

    browse_requested = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = QLineEdit()
        self._browse = QPushButton(self.tr("&Browse…"), autoDefault=False)
        self._formats = self._make_formats()
        self._images = QListWidget()
        self._no_images = TextLabel(role="muted")
        self._patient = QCheckBox(self.tr("&Name the patient in the files"))
        self._patient_note = TextLabel(role="caution")
        self._files = TextLabel(role="muted")
        self._taken = TextLabel(role="muted")
        self._describe()
        self._lay_out()
        self._connect()
        self.show_images(())
        self.show_files((), (), folder_is_new=False)
        self._show_patient_note()

    @property
    def choice(self) -> ExportChoice:
        """What is chosen now."""
        return ExportChoice(
            folder=self._folder.text().strip(),
            formats=tuple(form for form, box in self._formats.items() if box.isChecked()),
            images=tuple(place for place in range(self._images.count()) if self._is_on(place)),
            names_patient=self._patient.isChecked(),
        )

    def show_folder(self, folder: str) -> None:
        """Show another folder without reporting it."""
        with QSignalBlocker(self._folder):
            self._folder.setText(folder)

    def show_images(self, images: tuple[ImageChoice, ...]) -> None:
        """Offer marked pictures, all of them chosen."""
        with QSignalBlocker(self._images):
            self._images.clear()
            for image in images:
                self._images.addItem(self._item(image))
        self._images.setVisible(bool(images))
        self._no_images.show_text(
            self.tr("Where none is chosen, the PDF shows three usual levels of the chest.")
            if images
            else self.tr("No picture is marked. The PDF shows three usual levels of the chest.")
        )

    def show_patient_known(self, *, is_known: bool) -> None:
        """Offer to name the patient only where the scan says who it is."""
        self._patient.setEnabled(is_known)
        if not is_known:
            self._patient.setChecked(False)
        self._patient.setToolTip(
            self.tr("Name, number, birth date and sex")
            if is_known
            else self.tr("This scan does not say who was examined.")
        )

    def show_files(
        self, names: tuple[str, ...], taken: tuple[str, ...], *, folder_is_new: bool
    ) -> None:
        """Show how the files will be called, and which are there already."""
        made = self.tr(" The folder will be made.") if folder_is_new else ""
        listed = self.tr("New files: {0}.").format(", ".join(names))
        self._files.show_text(f"{listed}{made}" if names else "")
        kept = self.tr("There already, and left as they are: {0}.").format(", ".join(taken))
        self._taken.show_text(kept if taken else "")

    def show_missing(self, text: str) -> None:
        """Say what must be chosen before anything can be written."""
        self._files.show_text(text)
        self._taken.show_text("")

    def _is_on(self, place: int) -> bool:
        return self._images.item(place).checkState() is Qt.CheckState.Checked

    def _make_formats(self) -> dict[str, QCheckBox]:
        texts = {
            "pdf": self.tr("&PDF, to read and print"),
            "csv": self.tr("&CSV, for a spreadsheet; measurements in a second file"),
            "json": self.tr("&JSON, for other programs"),
        }
        boxes = {form: QCheckBox(text) for form, text in texts.items()}
        for box in boxes.values():
            box.setChecked(True)
        return boxes

    def _item(self, image: ImageChoice) -> QListWidgetItem:
        lines = (image.caption, image.place)
        icon = QIcon(_thumbnail(image.picture, self.devicePixelRatioF()))
        item = QListWidgetItem(icon, "\n".join(line for line in lines if line))
        item.setToolTip(image.caption or image.place)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
        )
        item.setCheckState(Qt.CheckState.Checked)
        return item

    def _describe(self) -> None:
        self._folder.setAccessibleName(self.tr("Folder"))
        self._folder.setPlaceholderText(self.tr("Where the files go"))
        self._browse.setToolTip(self.tr("Choose a folder"))
        self._images.setAccessibleName(self.tr("Marked pictures for the PDF"))
        self._images.setIconSize(_THUMBNAIL)
        self._images.setWordWrap(True)
        self._images.setSpacing(_SPACE)
        self._images.setFixedHeight(_LIST_HEIGHT)
        self._patient.setChecked(False)
        self.show_patient_known(is_known=True)

    def _lay_out(self) -> None:
        folder_label = QLabel(self.tr("&Folder"))
        folder_label.setBuddy(self._folder)
        images_label = QLabel(self.tr("&Marked pictures in the PDF"))
        images_label.setBuddy(self._images)
        row = QHBoxLayout()
        row.addWidget(self._folder, 1)
        row.addWidget(self._browse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(folder_label)
        layout.addLayout(row)
        layout.addSpacing(_GAP)
        for box in self._formats.values():
            layout.addWidget(box)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (images_label, self._images, self._no_images),
            (self._patient, self._patient_note),
            (self._files, self._taken),
        )
        for group in groups:
            layout.addSpacing(_GAP)
            for widget in group:
                layout.addWidget(widget)
        layout.addStretch(1)

    def _connect(self) -> None:
        self._browse.clicked.connect(self.browse_requested)
        self._folder.textChanged.connect(self._report)
        for box in self._formats.values():
            box.toggled.connect(self._report)
        self._images.itemChanged.connect(self._report)
        self._patient.toggled.connect(self._show_patient_note)
        self._patient.toggled.connect(self._report)

    def _report(self) -> None:
        self._images.setEnabled(self._formats["pdf"].isChecked())
        self.changed.emit()

    def _show_patient_note(self) -> None:
        note = self.tr("The PDF and JSON files will say who was examined. Mind where they go.")
        self._patient_note.show_text(note if self._patient.isChecked() else "")


def _thumbnail(picture: QImage, ratio: float) -> QPixmap:
    """Give a small picture in the middle of an area that is the same for all."""
    size = _THUMBNAIL * ratio
    small = picture.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    small.setDevicePixelRatio(1.0)
    area = QPixmap(size)
    area.fill(Qt.GlobalColor.black)
    painter = QPainter(area)
    left, top = (size.width() - small.width()) // 2, (size.height() - small.height()) // 2
    painter.drawImage(left, top, small)
    painter.end()
    area.setDevicePixelRatio(ratio)
    return area
