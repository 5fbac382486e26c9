"""FindingEditor: what the reader makes of the selected finding."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from app.panels.finding_delegate import HEATMAP_TIP
from app.panels.finding_row import FindingRow, Review
from app.panels.text_label import TextLabel


class FindingEditor(QWidget):
    """Shows one finding's decision, wording, comment, threshold and heatmap, and reports edits.

    Every signal starts with the name of the finding it is about.
    """

    review_changed = Signal(str, object)  # Review
    statement_edited = Signal(str, str)
    comment_edited = Signal(str, str)
    threshold_edited = Signal(str, float)  # in (0, 1)
    threshold_reset = Signal(str)
    heatmap_toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: FindingRow | None = None
        self._name = TextLabel(role="title")
        self._accept = self._toggle(self.tr("✓ Accept"), self.tr("I see this finding too"))
        self._reject = self._toggle(self.tr("✗ Reject"), self.tr("I do not see this finding"))
        self._heatmap = self._toggle(self.tr("Heatmap"), self.tr(HEATMAP_TIP))
        self._threshold = QDoubleSpinBox(minimum=0.0, maximum=0.99, singleStep=0.01, decimals=2)
        self._scale = TextLabel(role="muted")
        self._reset = QPushButton(self.tr("Reset"))
        self._statement = QLineEdit(placeholderText=self.tr("Wording for the report"))
        self._comment = QLineEdit(placeholderText=self.tr("Comment"))
        self._evidence = TextLabel(role="muted")
        self._describe()
        self._lay_out()
        self._connect()
        self.show_row(None)

    def show_row(self, row: FindingRow | None) -> None:
        """Show a finding; None for none. What is typed about another one is reported first."""
        if self._row is None or row is None or row.name != self._row.name:
            self.report_texts()
        self._row = row
        self.setEnabled(row is not None)
        self._name.setText(self.tr("No finding selected") if row is None else row.name)
        self._accept.setChecked(row is not None and row.review is Review.ACCEPTED)
        self._reject.setChecked(row is not None and row.review is Review.REJECTED)
        self._heatmap.setChecked(row is not None and row.is_heatmap_shown)
        self._show_text(self._statement, "" if row is None else row.statement)
        self._show_text(self._comment, "" if row is None else row.comment)
        self._show_threshold(row)
        has_evidence = row is not None and bool(row.evidence)
        said = self.tr("Similar cases: {evidence}").format(evidence=row.evidence if row else "")
        self._evidence.show_text(said if has_evidence else "")

    def report_texts(self) -> None:
        """Report what is typed and was not reported yet."""
        if self._row is None:
            return
        name = self._row.name
        for field, edited in (
            (self._statement, self.statement_edited),
            (self._comment, self.comment_edited),
        ):
            if field.isModified():
                field.setModified(False)
                edited.emit(name, field.text().strip())

    def _show_threshold(self, row: FindingRow | None) -> None:
        threshold = None if row is None else row.finding.threshold
        is_raw = row is not None and row.finding.calibrated is None
        with QSignalBlocker(self._threshold):
            self._threshold.setValue(threshold or 0.0)
        self._scale.setText(self.tr("raw score") if is_raw else self.tr("probability"))

    @staticmethod
    def _show_text(field: QLineEdit, text: str) -> None:
        # A new score must not wipe out what the reader is typing.
        if not field.isModified():
            field.setText(text)

    @staticmethod
    def _toggle(text: str, tip: str) -> QPushButton:
        button = QPushButton(text, autoDefault=False)
        button.setCheckable(True)
        button.setToolTip(tip)
        return button

    def _describe(self) -> None:
        self._threshold.setSpecialValueText(self.tr("none"))
        self._threshold.setKeyboardTracking(False)
        self._threshold.setAccessibleName(self.tr("Threshold"))
        self._threshold.setToolTip(
            self.tr("From this score on the finding counts as present. 'none' gives no verdict.")
        )
        self._reset.setToolTip(self.tr("Back to the threshold of the model, if it has one"))
        self._statement.setAccessibleName(self.tr("Wording for the report"))
        self._statement.setToolTip(self.tr("Your words instead of the finding's name"))
        self._comment.setAccessibleName(self.tr("Comment"))
        self._comment.setToolTip(self.tr("Kept with the case"))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self._accept, self._reject, self._heatmap):
            buttons.addWidget(button, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 6, 8, 8)
        grid.setVerticalSpacing(6)
        grid.addWidget(self._name, 0, 0, 1, 4)
        grid.addLayout(buttons, 1, 0, 1, 4)
        label = QLabel(self.tr("Threshold"))
        label.setBuddy(self._threshold)
        grid.addWidget(label, 2, 0)
        grid.addWidget(self._threshold, 2, 1)
        grid.addWidget(self._scale, 2, 2)
        grid.addWidget(self._reset, 2, 3)
        grid.addWidget(self._statement, 3, 0, 1, 4)
        grid.addWidget(self._comment, 4, 0, 1, 4)
        grid.addWidget(self._evidence, 5, 0, 1, 4)
        grid.setColumnStretch(2, 1)

    def _connect(self) -> None:
        self._accept.clicked.connect(self._report_accept)
        self._reject.clicked.connect(self._report_reject)
        self._heatmap.clicked.connect(self._report_heatmap)
        self._threshold.valueChanged.connect(self._report_threshold)
        self._reset.clicked.connect(self._report_reset)
        self._statement.editingFinished.connect(self.report_texts)
        self._comment.editingFinished.connect(self.report_texts)

    def _report_accept(self, is_on: bool) -> None:
        self._report_review(Review.ACCEPTED if is_on else Review.OPEN)

    def _report_reject(self, is_on: bool) -> None:
        self._report_review(Review.REJECTED if is_on else Review.OPEN)

    def _report_review(self, review: Review) -> None:
        if self._row is not None:
            self._accept.setChecked(review is Review.ACCEPTED)
            self._reject.setChecked(review is Review.REJECTED)
            self.review_changed.emit(self._row.name, review)

    def _report_heatmap(self, is_on: bool) -> None:
        if self._row is not None:
            self.heatmap_toggled.emit(self._row.name, is_on)

    def _report_threshold(self, value: float) -> None:
        if self._row is None:
            return
        if value > 0:
            self.threshold_edited.emit(self._row.name, round(value, 2))
        else:
            self.threshold_reset.emit(self._row.name)

    def _report_reset(self) -> None:
        if self._row is not None:
            self.threshold_reset.emit(self._row.name)
