"""SimilarStart: what stands in the panel of similar cases while there are none, and ways on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.panels.message_page import MessagePage


class SimilarStart(QWidget):
    """Says why there is nothing to show, and how a library is filled."""

    add_wanted = Signal()
    add_folder_wanted = Signal()
    library_wanted = Signal()
    phantom_library_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = MessagePage()
        self._bar = QProgressBar(minimum=0, maximum=100)
        self._ways: list[QPushButton] = []
        self._bar.setAccessibleName(self.tr("Progress"))
        policy = QSizePolicy.Policy
        self._message.setSizePolicy(policy.Preferred, policy.Maximum)
        self._make_ways()
        self._lay_out()

    def show_empty(self, reason: str, remedy: str) -> None:
        """Say that there are no cases, why, and what to do; offer every way on."""
        self._show(is_busy=False, has_ways=True)
        self._message.show_message(self.tr("No similar cases"), f"{reason}\n{remedy}".strip())

    def show_waiting(self, text: str, fraction: float | None) -> None:
        """Say what the cases wait for, and how far it is in [0, 1]; None where nobody knows."""
        self._show(is_busy=True, has_ways=False)
        self._message.show_message(self.tr("Working"), text)
        self._bar.setMaximum(0 if fraction is None else 100)
        self._bar.setValue(0 if fraction is None else round(100 * fraction))

    def show_failure(self, summary: str, remedy: str) -> None:
        """Say what failed and what to do; offer every way on."""
        self._show(is_busy=False, has_ways=True)
        self._message.show_reason(self.tr("No similar cases"), summary, remedy)

    def set_scan_open(self, is_open: bool) -> None:
        """Say whether there is a scan to add."""
        self._ways[0].setEnabled(is_open)

    def _show(self, *, is_busy: bool, has_ways: bool) -> None:
        self._bar.setVisible(is_busy)
        for way in self._ways:
            way.setVisible(has_ways)

    def _make_ways(self) -> None:
        for text, tip, signal in (
            (
                self.tr("Add this scan"),
                self.tr("Put the open scan into the library, with your verdicts"),
                self.add_wanted,
            ),
            (
                self.tr("Add a folder of scans…"),
                self.tr("Put every chest CT of a folder into the library"),
                self.add_folder_wanted,
            ),
            (
                self.tr("Choose another library…"),
                self.tr("Open a library that is there, or begin a new one"),
                self.library_wanted,
            ),
            (
                self.tr("Make a library of phantoms"),
                self.tr("Draw synthetic scans and fill a library with them, to try this out"),
                self.phantom_library_wanted,
            ),
        ):
            way = QPushButton(text, autoDefault=False)
            way.setToolTip(tip)
            way.clicked.connect(signal)
            self._ways.append(way)

    def _lay_out(self) -> None:
        ways = QVBoxLayout()
        ways.setContentsMargins(9, 0, 9, 9)
        for widget in (self._bar, *self._ways):
            ways.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._message)
        layout.addLayout(ways)
        layout.addStretch(1)
