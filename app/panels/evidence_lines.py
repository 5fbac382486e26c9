"""EvidenceLines: how many of the nearest verified cases had a finding, one line a finding."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.panels.score_bar import BarValues, ScoreBar
from app.panels.text_label import TextLabel
from app.theme import DARK, Theme
from medct_core.retrieval.search import Evidence

_BAR_WIDTH = 96


class EvidenceLines(QScrollArea):
    """Shows the evidence of the findings that may be shown, and says what is kept back.

    A bar is as long as the share of nearest cases with the finding; its mark stands where random
    cases would end.
    """

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: list[ScoreBar] = []
        self._legend = TextLabel(role="muted")
        self._silent = TextLabel(role="muted")
        self._hidden = TextLabel(role="muted")
        self._rows = QWidget()
        place = QWidget()
        self._column = QVBoxLayout(place)
        self._column.setContentsMargins(8, 8, 8, 8)
        for widget in (self._legend, self._rows, self._silent, self._hidden):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.setWidget(place)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("What the nearest cases had"))
        self.show_evidence((), frozenset())

    def show_evidence(self, evidence: tuple[Evidence, ...], shown_findings: frozenset[str]) -> None:
        """Show what the nearest cases had, of the findings that may be shown."""
        shown = [one for one in evidence if one.finding in shown_findings]
        self._show_rows([one for one in shown if one.counted])
        silent = [one.finding for one in shown if not one.counted]
        self._silent.show_text(
            self.tr("No verified case of another patient says anything about: {0}.").format(
                ", ".join(silent)
            )
            if silent
            else ""
        )
        self._hidden.show_text(self._hidden_text(len(evidence), len(evidence) - len(shown)))

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        for bar in self._bars:
            bar.show_theme(theme)

    def _hidden_text(self, count: int, hidden: int) -> str:
        if not count:
            return self.tr("What the nearest cases had is not counted yet.")
        if not hidden:
            return ""
        if hidden == 1:
            return self.tr("1 finding is shown after your verdict on it.")
        return self.tr("{0} findings are shown, each after your verdict on it.").format(hidden)

    def _show_rows(self, evidence: list[Evidence]) -> None:
        before, self._rows, self._bars = self._rows, QWidget(), []
        self._column.replaceWidget(before, self._rows)
        before.hide()
        before.deleteLater()
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(2)
        for number, one in enumerate(evidence):
            bar = self._bar(one)
            grid.addWidget(TextLabel(one.finding, role="title"), 3 * number, 0)
            grid.addWidget(bar, 3 * number, 1)
            grid.addWidget(TextLabel(one.sentence), 3 * number + 1, 0, 1, 2)
            grid.setRowMinimumHeight(3 * number + 2, 6)
            self._bars.append(bar)
        self._rows.setVisible(bool(evidence))
        self._legend.show_text(
            self.tr("Bar: share of the nearest cases. Mark: share among random cases.")
            if evidence
            else ""
        )

    def _bar(self, one: Evidence) -> ScoreBar:
        bar = ScoreBar(self._theme)
        share, expected = one.present / one.counted, one.expected / one.counted
        bar.show_score(BarValues(share, is_calibrated=True, threshold=expected))
        bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        bar.setFixedWidth(_BAR_WIDTH)
        bar.setAccessibleName(one.finding)
        bar.setAccessibleDescription(one.sentence)
        return bar
