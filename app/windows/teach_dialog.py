"""TeachDialog: which finding shall be learned, and what was learned, before it is kept."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.panels.taught_words import auroc_line, control_lines, patients_line, taught_by
from app.windows.text_dialog import TextDialog
from medct_core.retrieval.taught_finding import FEWEST_PATIENTS, TaughtFinding, TeachableName

_WIDTH_PX = 520
_LIST_PX = 220
_PERCENT = 100
_NAME, _PRESENT, _ABSENT, _TOO_FEW = range(4)


class TeachDialog(TextDialog):
    """Lists the findings that cases of a library speak of, and shows what learning one gave.

    It learns and keeps nothing itself; `rejected` is emitted where nothing shall be kept.

    Parameters
    ----------
    library
        Its short name.
    parent
        Owner.
    """

    learn_wanted = Signal(str)
    stop_wanted = Signal()
    keep_wanted = Signal(object)  # TaughtFinding

    def __init__(self, library: str, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("TeachDialog", "Teach “{library}” a finding")
        super().__init__(title.format(library=library), _WIDTH_PX, parent)
        self._learned: TaughtFinding | None = None
        self._known: dict[str, TeachableName] = {}
        self.add_words(
            self.tr(
                "A finding is learned from the cases that are known to have it and those known "
                "not to: at least ten different patients of each."
            ),
            "muted",
        )
        self._names = _name_list(self)
        self.body.addWidget(self._names)
        self._too_few = self.add_words("", "muted")
        self._too_few.hide()
        self._progress = QProgressBar()
        self._progress.setRange(0, _PERCENT)
        self._progress.setAccessibleName(self.tr("Learning"))
        self.body.addWidget(self._progress)
        self._problem = self.add_words("", "refusal")
        self._warning = self.add_words("", "caution")
        self._figures = self.add_words("")
        self._add_buttons()
        self._connect()
        self._show_waiting()

    @property
    def learned(self) -> TaughtFinding | None:
        """What stands there to be kept."""
        return self._learned

    @property
    def figures(self) -> str:
        """What is said of it."""
        return str(self._figures.text())

    def show_names(self, names: tuple[TeachableName, ...]) -> None:
        """List what cases speak of, and choose the first that can be learned."""
        self._names.clear()
        self._known = {one.name: one for one in names}
        rows = [self._row_of(one) for one in names]
        for row in rows:
            self._names.addTopLevelItem(row)
        first = next((place for place, one in enumerate(names) if one.is_enough), 0)
        if rows:
            self._names.setCurrentItem(rows[first])
        self._show_choice()
        self._names.setFocus()

    def show_progress(self, fraction: float) -> None:
        """Say how much was learned, in [0, 1]."""
        self._progress.setRange(0, _PERCENT)
        self._progress.setValue(round(fraction * _PERCENT))

    def show_learned(self, finding: TaughtFinding) -> None:
        """Show what learning gave, to be kept or not."""
        self._learned = finding
        trust = finding.trust
        lines = (
            taught_by(finding),
            patients_line(finding.labelled),
            auroc_line(trust),
            *control_lines(trust),
        )
        self._show_choice()
        self._figures.show_text("\n".join(lines))
        self._warning.show_text("\n".join(finding.warnings))
        self._keep.setEnabled(True)
        self._keep.setDefault(True)
        self.fit()

    def show_problem(self, summary: str, remedy: str) -> None:
        """Say why nothing was learned, and what to do."""
        self._show_choice()
        self._problem.show_text(f"{summary} {remedy}")
        self.fit()

    def _add_buttons(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole
        self._learn = QPushButton(self.tr("&Learn"))
        self._keep = QPushButton(self.tr("&Keep"))
        buttons.addButton(self._learn, role.ActionRole)
        buttons.addButton(self._keep, role.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)

    def _connect(self) -> None:
        self._learn.clicked.connect(self._ask)
        self._names.itemDoubleClicked.connect(self._ask)
        self._names.currentItemChanged.connect(self._forget)
        self._names.currentItemChanged.connect(self._show_whether_enough)
        self.rejected.connect(self.stop_wanted)

    def _ask(self) -> None:
        row = self._names.currentItem()
        # A double click reaches this too.
        if row is not None and self._learn.isEnabled():
            self._show_waiting()
            self.learn_wanted.emit(row.text(_NAME))

    def _accept(self) -> None:
        if self._learned is not None:
            self.keep_wanted.emit(self._learned)
        self.accept()

    def _forget(self) -> None:
        """Show nothing learned: it belongs to the name that was chosen then."""
        self._learned = None
        self._keep.setEnabled(False)
        self._learn.setDefault(True)
        for label in (self._problem, self._warning, self._figures):
            label.show_text("")

    def _show_waiting(self) -> None:
        self._forget()
        self._progress.setRange(0, 0)
        self._progress.show()
        self._names.setEnabled(False)
        self._learn.setEnabled(False)

    def _show_choice(self) -> None:
        self._progress.hide()
        has_names = self._names.topLevelItemCount() > 0
        self._names.setEnabled(has_names)
        self._problem.show_text("")
        self._show_whether_enough()

    def _show_whether_enough(self) -> None:
        """Offer to learn the name that is chosen, or say what is missing."""
        row = self._names.currentItem()
        one = None if row is None else self._known[row.text(_NAME)]
        missing = "" if one is None or one.is_enough else self._missing(one)
        self._learn.setEnabled(one is not None and not missing)
        self._learn.setToolTip(missing)
        self._too_few.show_text(missing)
        self.fit()

    def _missing(self, one: TeachableName) -> str:
        return self.tr(
            "“{name}” cannot be learned yet. Different patients with it: {having}, without it: "
            "{lacking}; {fewest} of each are needed."
        ).format(
            name=one.name,
            having=one.patients_with,
            lacking=one.patients_without,
            fewest=FEWEST_PATIENTS,
        )

    def _row_of(self, one: TeachableName) -> QTreeWidgetItem:
        too_few = "" if one.is_enough else self.tr("too few patients")
        row = QTreeWidgetItem([one.name, str(one.present), str(one.absent), too_few])
        for column in (_PRESENT, _ABSENT):
            row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        if too_few:
            row.setToolTip(_NAME, self._missing(one))
        return row


def _name_list(dialog: TextDialog) -> QTreeWidget:
    names = QTreeWidget()
    names.setHeaderLabels(
        [dialog.tr("Finding"), dialog.tr("With it"), dialog.tr("Without"), dialog.tr("To learn it")]
    )
    names.setRootIsDecorated(False)
    names.setUniformRowHeights(True)
    names.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    names.setAccessibleName(dialog.tr("Findings that cases speak of"))
    names.setMinimumHeight(_LIST_PX)
    header = names.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
    for column in (_PRESENT, _ABSENT, _TOO_FEW):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    return names
