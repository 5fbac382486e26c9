"""ProvenanceStrip: one line that says what made the numbers, and what they are not."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    # Loading what writes reports would delay the window.
    from medct_core.export.report import Provenance

_SHORT = 8


def short_facts(provenance: "Provenance", scan_sha256: str) -> tuple[str, ...]:
    """Model, adapter, recipe, device, time and scan, short enough for one line."""
    stamp = provenance.stamp
    return (
        stamp.model,
        f"adapter {stamp.adapter}" if stamp.adapter else "no adapter",
        f"recipe {stamp.recipe_id}",
        provenance.device,
        provenance.created.astimezone().strftime("%H:%M"),
        f"scan {scan_sha256[:_SHORT]}",
    )


def full_facts(provenance: "Provenance", scan_sha256: str) -> tuple[str, ...]:
    """Give the same with every hash in full, one a line."""
    stamp = provenance.stamp
    adapter = f"{stamp.adapter} ({stamp.adapter_sha256})" if stamp.adapter else "none"
    return (
        f"Model: {stamp.model} ({stamp.checkpoint_sha256})",
        f"Adapter: {adapter}",
        f"Recipe: {stamp.recipe_id}",
        f"Precision: {stamp.precision}",
        f"Device: {provenance.device}",
        f"Time: {provenance.created.astimezone():%Y-%m-%d %H:%M:%S %z}",
        f"Scan: {scan_sha256}",
    )


class _OneLine(QLabel):
    """A line that is cut short with dots, so that it never makes its window wider."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class ProvenanceStrip(QWidget):
    """Shows where the scores come from; the words "Not a medical device" are always there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = _OneLine()
        self._disclaimer = QLabel(self.tr("Not a medical device"))
        self._disclaimer.setProperty("role", "title")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 2)
        layout.setSpacing(12)
        layout.addWidget(self._facts, 1)
        layout.addWidget(self._disclaimer)
        self._facts.setAccessibleName(self.tr("What made these scores"))
        self.show_nothing()

    def show_provenance(self, provenance: "Provenance", scan_sha256: str) -> None:
        """Show what made the scores, and of which scan."""
        self._facts.setText(" · ".join(short_facts(provenance, scan_sha256)))
        lines = (escape(fact) for fact in full_facts(provenance, scan_sha256))
        self._facts.setToolTip("<br>".join(lines))

    def show_nothing(self) -> None:
        """Say that there are no scores."""
        self._facts.setText(self.tr("No scores"))
        self._facts.setToolTip(self.tr("No model has scored a scan yet"))
