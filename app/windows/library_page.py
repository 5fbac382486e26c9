"""LibraryPage: the page of the settings about similar cases and the library they come from."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from app.panels.text_label import TextLabel
from app.settings import KnownFindingsShown, Settings
from app.windows.settings_pages import FolderField


class LibraryPage(QWidget):
    """Where the library is, when it is searched, and what its cases may say.

    Parameters
    ----------
    settings
        As they are now.
    parent
        Owner.
    """

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = FolderField(self.tr("Library"), self.tr("Usual place"))
        self._search = QCheckBox(self.tr("Search &similar cases as soon as a scan is encoded"))
        self._known = QComboBox()
        self._reader = QLineEdit(settings.reader)
        for value, text in (
            (KnownFindingsShown.AFTER_VERDICT, self.tr("After your verdict on the same finding")),
            (KnownFindingsShown.ALWAYS, self.tr("Always; they may sway your reading")),
        ):
            self._known.addItem(text, value.value)
        self._known.setCurrentIndex(self._known.findData(settings.known_findings.value))
        self._place.show_folder(settings.library)
        self._search.setChecked(settings.search_on_open)
        self._place.setToolTip(self.tr("Folder of the library, or an address like s3://bucket/it"))
        self._known.setToolTip(self.tr("When a similar case may say which findings it has"))
        self._reader.setToolTip(self.tr("Stands with the findings of the cases that you add"))
        self._reader.setPlaceholderText(self.tr("Your name, or empty"))
        self._lay_out()

    def applied_to(self, settings: Settings) -> Settings:
        """Give settings with what this page says."""
        return replace(
            settings,
            library=self._place.folder(),
            search_on_open=self._search.isChecked(),
            known_findings=KnownFindingsShown(self._known.currentData()),
            reader=self._reader.text().strip(),
        )

    def problems(self) -> tuple[str, ...]:
        """Say what cannot be kept as it stands here; a library need not be there yet."""
        place = self._place.folder()
        if place and "://" not in place and Path(place).expanduser().is_file():
            text = self.tr("Library: “{place}” is a file, not a folder.")
            return (text.format(place=place),)
        return ()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        form = QFormLayout()
        form.addRow(self.tr("Library"), self._place)
        form.addRow("", self._search)
        form.addRow(self.tr("Known &findings"), self._known)
        form.addRow(self.tr("Your &name"), self._reader)
        layout.addLayout(form)
        layout.addWidget(
            TextLabel(
                self.tr("A library is made when the first case is added to it."),
                "muted",
            )
        )
        layout.addStretch(1)
