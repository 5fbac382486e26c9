"""Pages of the settings: how things look, and which model works on what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.text_label import TextLabel
from app.settings import MouseProfile, Settings, Theme


@dataclass(frozen=True, slots=True)
class ModelOption:
    """A model that is installed.

    Attributes
    ----------
    name
        As settings keep it.
    title
        One line for people.
    """

    name: str
    title: str


class FolderField(QWidget):
    """A folder that is typed or picked; empty stands for the usual one."""

    def __init__(self, title: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._path = QLineEdit(clearButtonEnabled=True)
        self._path.setPlaceholderText(hint)
        self._path.setAccessibleName(title)
        self._browse = QPushButton(self.tr("Browse…"), autoDefault=False)
        self._browse.setToolTip(self.tr("Pick a folder"))
        self._browse.setAccessibleName(self.tr("Browse: {title}").format(title=title))
        self._browse.clicked.connect(self._pick)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._path, 1)
        layout.addWidget(self._browse)

    def show_folder(self, folder: str) -> None:
        """Show a folder; empty for none."""
        self._path.setText(folder)

    def folder(self) -> str:
        """Folder as it stands there; empty for none."""
        return self._path.text().strip()

    def problem(self) -> str:
        """Say what is wrong with the folder, in one sentence; empty where nothing is."""
        folder = self.folder()
        if not folder or Path(folder).expanduser().is_dir():
            return ""
        return self.tr("{title}: there is no folder “{folder}”.").format(
            title=self._title, folder=folder
        )

    def _pick(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self._title, self.folder())
        if folder:
            self.show_folder(folder)


class LookPage(QWidget):
    """How the window looks and what the mouse does."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = _choices(
            (Theme.DARK, self.tr("Dark")), (Theme.LIGHT, self.tr("Light")), chosen=settings.theme
        )
        self._mouse = _choices(
            (MouseProfile.RADIOLOGY, self.tr("Radiology: dragging changes the window")),
            (MouseProfile.RESEARCH, self.tr("Research: dragging moves the crosshair")),
            chosen=settings.mouse,
        )
        self._smooth = _switch(self.tr("&Smooth pixels"), settings.interpolate)
        self._volume = _switch(self.tr("Show the volume in &3D"), settings.volume_rendering)
        self._patient = _switch(self.tr("Show the &patient's name at first"), settings.patient_text)
        self._smooth.setToolTip(self.tr("Blend pixels on the screen; numbers stay as they are"))
        self._volume.setToolTip(self.tr("Switch it off where 3D is slow"))
        self._patient.setToolTip(self.tr("Of every scan that opens; Shift+F12 while it is open"))
        layout = QFormLayout(self)
        layout.addRow(self.tr("&Colours"), self._theme)
        layout.addRow(self.tr("&Mouse"), self._mouse)
        for switch in (self._smooth, self._volume, self._patient):
            layout.addRow("", switch)

    def applied_to(self, settings: Settings) -> Settings:
        """Give settings with what this page says."""
        return replace(
            settings,
            theme=Theme(self._theme.currentData()),
            mouse=MouseProfile(self._mouse.currentData()),
            interpolate=self._smooth.isChecked(),
            volume_rendering=self._volume.isChecked(),
            patient_text=self._patient.isChecked(),
        )


class ModelPage(QWidget):
    """Which model works, on what, and where its reports go."""

    def __init__(
        self,
        settings: Settings,
        models: Sequence[ModelOption] = (),
        devices: Iterable[str] = ("auto", "cpu"),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named = [(one.name, f"{one.title} ({one.name})") for one in models]
        automatic = ("", self.tr("Automatic: CT-CLIP where installed, else MedCT mini"))
        self._model = _choices(automatic, *named, chosen=settings.model)
        self._adapter = FolderField(self.tr("Adapter"), self.tr("None"))
        self._device = _choices(*_device_choices(devices), chosen=settings.device)
        self._score = _switch(
            self.tr("&Score a scan as soon as it is open"), settings.score_on_open
        )
        self._export = FolderField(self.tr("Reports"), self.tr("Usual place"))
        self._adapter.show_folder(settings.adapter)
        self._export.show_folder(settings.export_folder)
        self._describe()
        self._lay_out()

    def applied_to(self, settings: Settings) -> Settings:
        """Give settings with what this page says."""
        return replace(
            settings,
            model=self._model.currentData(),
            adapter=self._adapter.folder(),
            device=self._device.currentData(),
            score_on_open=self._score.isChecked(),
            export_folder=self._export.folder(),
        )

    def problems(self) -> tuple[str, ...]:
        """Say what cannot be kept as it stands here."""
        found = (self._adapter.problem(), self._export.problem())
        return tuple(problem for problem in found if problem)

    def _describe(self) -> None:
        self._model.setToolTip(self.tr("Another model is loaded in the background"))
        self._adapter.setToolTip(self.tr("Folder of trained changes to the model"))
        self._device.setToolTip(self.tr("Where the model works"))
        self._export.setToolTip(self.tr("Folder that reports are written to"))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        form = QFormLayout()
        form.addRow(self.tr("&Model"), self._model)
        form.addRow(self.tr("Adapter"), self._adapter)
        form.addRow(self.tr("&Works on"), self._device)
        form.addRow("", self._score)
        form.addRow(self.tr("Reports"), self._export)
        layout.addLayout(form)
        layout.addWidget(
            TextLabel(
                self.tr("Scores of different models cannot be compared with each other."), "muted"
            )
        )
        layout.addStretch(1)


def _choices(*choices: tuple[str, str], chosen: str) -> QComboBox:
    """Make a box of values with their texts; a chosen one that is not among them is added."""
    box = QComboBox()
    for value, text in choices:
        box.addItem(text, str(value))
    if box.findData(str(chosen)) < 0:
        box.addItem(str(chosen), str(chosen))
    box.setCurrentIndex(box.findData(str(chosen)))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(20)
    return box


def _device_choices(devices: Iterable[str]) -> list[tuple[str, str]]:
    names = {
        "auto": _said("Automatic: the GPU where there is one"),
        "cpu": _said("Processor (CPU)"),
        "cuda": _said("GPU"),
        "mps": _said("GPU of this Mac"),
    }
    numbered = _said("GPU {number}")
    return [
        (device, names.get(device, numbered.format(number=device.removeprefix("cuda:"))))
        for device in devices
    ]


def _said(text: str) -> str:
    return QCoreApplication.translate("ModelPage", text)


def _switch(text: str, is_on: bool) -> QCheckBox:
    box = QCheckBox(text)
    box.setChecked(is_on)
    return box
