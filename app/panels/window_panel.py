"""WindowPanel: the grey-level window, its presets, and how thick a slice is shown."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.state.view import Slab, SlabMode
from medct_core.volume.window import PRESETS, Window, WindowPreset

_COLUMNS = 2
_THINNEST_MM, _THICKEST_MM, _USUAL_MM = 1.0, 100.0, 10.0
_WIDEST = 65_536
"""As wide as a drag makes it: other values than HU reach far, and what is shown has to be said."""

SLAB_NAMES = {
    SlabMode.NONE: "One slice",
    SlabMode.MIP: "Maximum (MIP)",
    SlabMode.MINIP: "Minimum (MinIP)",
    SlabMode.MEAN: "Mean",
}


def preset_tip(preset: WindowPreset) -> str:
    """Say the numbers of a preset and its key."""
    window = preset.window
    return (
        f"{preset.name}: width {window.width_hu:.0f}, level {window.centre_hu:.0f} HU "
        f"(key {preset.key})"
    )


class WindowPanel(QWidget):
    """Shows window and slab, and reports the ones the user picks."""

    window_picked = Signal(object)  # Window
    inverted_picked = Signal(bool)
    slab_picked = Signal(object)  # Slab

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = tuple((self._button(preset), preset.window) for preset in PRESETS)
        self._level = QSpinBox(minimum=-_WIDEST, maximum=_WIDEST, singleStep=10, suffix=" HU")
        self._width = QSpinBox(minimum=2, maximum=_WIDEST, singleStep=10, suffix=" HU")
        self._inverted = QCheckBox(self.tr("Invert grey"))
        self._mode = QComboBox()
        self._thickness = QDoubleSpinBox(
            minimum=_THINNEST_MM, maximum=_THICKEST_MM, decimals=1, suffix=" mm"
        )
        self._describe()
        self._lay_out()
        self._connect()
        self.show_slab(Slab())

    def show_window(self, window: Window) -> None:
        """Display a window, and the preset it equals, without reporting it."""
        with QSignalBlocker(self._level), QSignalBlocker(self._width):
            self._level.setValue(round(window.centre_hu))
            self._width.setValue(round(window.width_hu))
        for button, preset in self._presets:
            button.setChecked(preset == window)

    def show_unit(self, unit: str) -> None:
        """Say what level and width are in, such as HU; empty for values without a unit."""
        for spin in (self._level, self._width):
            spin.setSuffix(f" {unit}".rstrip())

    def show_inverted(self, *, is_inverted: bool) -> None:
        """Display whether grey is inverted without reporting it."""
        with QSignalBlocker(self._inverted):
            self._inverted.setChecked(is_inverted)

    def show_slab(self, slab: Slab) -> None:
        """Display a slab without reporting it."""
        with QSignalBlocker(self._mode), QSignalBlocker(self._thickness):
            self._mode.setCurrentIndex(self._mode.findData(slab.mode))
            self._thickness.setValue(slab.thickness_mm or _USUAL_MM)
        self._thickness.setEnabled(slab.mode is not SlabMode.NONE)

    def _button(self, preset: WindowPreset) -> QPushButton:
        button = QPushButton(f"{preset.key}  {preset.name}", autoDefault=False)
        button.setCheckable(True)
        button.setToolTip(preset_tip(preset))
        button.setAccessibleName(preset.name)
        button.clicked.connect(lambda: self._report_preset(preset.window))
        return button

    def _describe(self) -> None:
        for mode, name in SLAB_NAMES.items():
            self._mode.addItem(self.tr(name), mode)
        for control, name, tip in (
            (self._level, self.tr("Window level"), self.tr("Value shown as middle grey")),
            (self._width, self.tr("Window width"), self.tr("Span from black to white")),
            (self._inverted, self.tr("Invert grey"), self.tr("Dense tissue black (key I)")),
            (self._mode, self.tr("Slab"), self.tr("How several slices become one picture")),
            (self._thickness, self.tr("Slab thickness"), self.tr("Thickness of the slab")),
        ):
            control.setAccessibleName(name)
            control.setToolTip(tip)
        # A number is reported when it is complete, not at each digit.
        for spin in (self._level, self._width, self._thickness):
            spin.setKeyboardTracking(False)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(4)
        for at, (button, _window) in enumerate(self._presets):
            # The last one has the longest name and a row of its own.
            span = _COLUMNS if at == len(self._presets) - 1 and at % _COLUMNS == 0 else 1
            grid.addWidget(button, at // _COLUMNS, at % _COLUMNS, 1, span)
        form = QFormLayout()
        form.addRow(self.tr("Level"), self._level)
        form.addRow(self.tr("Width"), self._width)
        form.addRow("", self._inverted)
        form.addRow(self.tr("Slab"), self._mode)
        form.addRow(self.tr("Thickness"), self._thickness)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(grid)
        layout.addLayout(form)
        layout.addStretch(1)

    def _connect(self) -> None:
        self._level.valueChanged.connect(self._report_window)
        self._width.valueChanged.connect(self._report_window)
        self._inverted.toggled.connect(self.inverted_picked)
        self._mode.currentIndexChanged.connect(self._report_slab)
        self._thickness.valueChanged.connect(self._report_slab)

    def _report_preset(self, window: Window) -> None:
        self.show_window(window)
        self.window_picked.emit(window)

    def _report_window(self) -> None:
        window = Window(centre_hu=self._level.value(), width_hu=self._width.value())
        self.show_window(window)
        self.window_picked.emit(window)

    def _report_slab(self) -> None:
        mode: SlabMode = self._mode.currentData()
        self._thickness.setEnabled(mode is not SlabMode.NONE)
        thick = 0.0 if mode is SlabMode.NONE else self._thickness.value()
        self.slab_picked.emit(Slab(mode, thick))
