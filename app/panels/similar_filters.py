"""SimilarFilters: which cases may be found, chosen in a few boxes."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)

from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.library_case import AGE_BANDS
from medct_core.vocabulary import FINDINGS


class SimilarFilters(QWidget):
    """Reports every change as the filter it makes; what is unknown of a case never passes."""

    filter_changed = Signal(object)  # CaseFilter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ages = QPushButton(autoDefault=False)
        self._age_actions = {band: QAction(band, self, checkable=True) for band in AGE_BANDS}
        self._sex = _choice((self.tr("Any"), ""), (self.tr("Female"), "F"), (self.tr("Male"), "M"))
        self._contrast = _choice(
            (self.tr("Any"), None), (self.tr("With contrast"), True), (self.tr("Without"), False)
        )
        names = [(name, name) for name in FINDINGS]
        self._present = _choice((self.tr("Any"), ""), *names)
        self._absent = _choice((self.tr("Any"), ""), *names)
        self._tags = QLineEdit(clearButtonEnabled=True)
        self._verified = QCheckBox(self.tr("Verified findings only"))
        self._clear = QPushButton(self.tr("Clear"), autoDefault=False)
        self._last = EVERYTHING
        self._describe()
        self._lay_out()
        self._connect()

    @property
    def filter(self) -> CaseFilter:
        """What is chosen."""
        contrast: bool | None = self._contrast.currentData()
        return CaseFilter(
            age_bands=frozenset(name for name, one in self._age_actions.items() if one.isChecked()),
            sexes=_some(self._sex.currentData()),
            contrast=contrast,
            present=_some(self._present.currentData()),
            absent=_some(self._absent.currentData()),
            is_verified=self._verified.isChecked(),
            tags=frozenset(tag for part in self._tags.text().split(",") if (tag := part.strip())),
        )

    @property
    def count(self) -> int:
        """How many things are asked for."""
        wanted = self.filter
        parts = (wanted.age_bands, wanted.sexes, wanted.present, wanted.absent, wanted.tags)
        return sum(map(bool, parts)) + (wanted.contrast is not None) + wanted.is_verified

    def show_tags(self, tags: tuple[str, ...]) -> None:
        """Offer tags while one is typed."""
        completer = QCompleter(list(tags), self._tags)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._tags.setCompleter(completer)

    def clear(self) -> None:
        """Let every case pass."""
        boxes = (self._sex, self._contrast, self._present, self._absent)
        for box in boxes:
            with QSignalBlocker(box):
                box.setCurrentIndex(0)
        for action in self._age_actions.values():
            with QSignalBlocker(action):
                action.setChecked(False)
        for switch in (self._verified, self._tags):
            with QSignalBlocker(switch):
                self._verified.setChecked(False)
                self._tags.clear()
        self._report()

    def _describe(self) -> None:
        self._ages.setAccessibleName(self.tr("Age"))
        self._sex.setAccessibleName(self.tr("Sex"))
        self._contrast.setAccessibleName(self.tr("Contrast medium"))
        self._present.setAccessibleName(self.tr("Has the finding"))
        self._absent.setAccessibleName(self.tr("Does not have the finding"))
        self._tags.setAccessibleName(self.tr("Tags"))
        self._tags.setPlaceholderText(self.tr("All of these, parted by commas"))
        self._verified.setToolTip(
            self.tr("Only findings with more behind them than a report: pathology, a second reader")
        )
        self._clear.setToolTip(self.tr("Let every case be found"))

    def _lay_out(self) -> None:
        ages = QMenu(self._ages)
        ages.addActions(list(self._age_actions.values()))
        self._ages.setMenu(ages)
        person = QHBoxLayout()
        person.addWidget(self._ages, 1)
        person.addWidget(self._sex, 1)
        last = QHBoxLayout()
        last.addWidget(self._verified, 1)
        last.addWidget(self._clear)
        form = QFormLayout(self)
        form.setContentsMargins(8, 4, 8, 4)
        form.setVerticalSpacing(4)
        form.addRow(self.tr("Age, sex"), person)
        form.addRow(self.tr("Contrast"), self._contrast)
        form.addRow(self.tr("Has"), self._present)
        form.addRow(self.tr("Has not"), self._absent)
        form.addRow(self.tr("Tags"), self._tags)
        form.addRow(last)
        self._show_ages()

    def _connect(self) -> None:
        for box in (self._sex, self._contrast, self._present, self._absent):
            box.currentIndexChanged.connect(self._report)
        for action in self._age_actions.values():
            action.toggled.connect(self._report)
        self._verified.toggled.connect(self._report)
        # A search at every letter would find nothing until the word is whole.
        self._tags.editingFinished.connect(self._report)
        self._clear.clicked.connect(self.clear)

    def _report(self) -> None:
        self._show_ages()
        wanted = self.filter
        if wanted != self._last:
            self._last = wanted
            self.filter_changed.emit(wanted)

    def _show_ages(self) -> None:
        bands = [name for name, action in self._age_actions.items() if action.isChecked()]
        self._ages.setText(", ".join(bands) if len(bands) in {1, 2} else self._many(len(bands)))

    def _many(self, count: int) -> str:
        return self.tr("{0} age bands").format(count) if count else self.tr("Any age")


def _choice(*options: tuple[str, object]) -> QComboBox:
    box = QComboBox()
    # A long name must not push the panel wider than its dock.
    box.setMinimumContentsLength(6)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for text, value in options:
        box.addItem(text, value)
    return box


def _some(value: str) -> frozenset[str]:
    return frozenset({value}) if value else frozenset()
