"""AxisRange: a part of the scan along one axis of the patient."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.panels.range_slider import RangeSlider


class AxisRange(QWidget):
    """Shows and reports a range along one axis of the patient, its ends in mm and letters.

    Parameters
    ----------
    name
        Of the axis.
    lowest_letter, highest_letter
        Stand for negative and for positive LPS coordinates.
    """

    range_picked = Signal()

    def __init__(self, name: str, lowest_letter: str, highest_letter: str) -> None:
        super().__init__()
        self._letters = lowest_letter, highest_letter
        self._slider = RangeSlider(
            self.tr("{name}, lowest").format(name=name),
            self.tr("{name}, highest").format(name=name),
        )
        self._slider.setToolTip(name)
        self._ends = QLabel(), QLabel()
        names = QHBoxLayout()
        names.addWidget(self._ends[0])
        names.addStretch(1)
        names.addWidget(self._ends[1])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(names)
        layout.addWidget(self._slider)
        self._slider.range_picked.connect(self._report)
        self._show_ends()

    @property
    def limits(self) -> tuple[int, int]:
        """Where the scan begins and ends, mm."""
        return self._slider.limits

    @property
    def chosen(self) -> tuple[int, int]:
        """What is chosen of it, mm."""
        return self._slider.chosen

    @property
    def is_whole(self) -> bool:
        """Whether nothing is cut away."""
        return self._slider.is_whole

    def show_limits(self, lowest: int, highest: int) -> None:
        """Display where a scan begins and ends, mm, and all of it chosen."""
        self._slider.show_limits(lowest, highest)
        self._show_ends()

    def _report(self) -> None:
        self._show_ends()
        self.range_picked.emit()

    def _show_ends(self) -> None:
        for label, value in zip(self._ends, self._slider.chosen, strict=True):
            letter = self._letters[0] if value < 0 else self._letters[1]
            label.setText(f"{letter} {abs(value)} mm")
