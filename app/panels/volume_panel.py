"""VolumePanel: how the scan is looked at in 3D, and what is cut away of it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.panels.axis_range import AxisRange
from app.panels.text_label import TextLabel
from app.state.view import PlaneKind, Vector

LARGEST_SCALE = 20.0
"""How far opacity is turned up, and by its inverse down."""

LARGEST_SHIFT_HU = 1000

_STEPS = 100
"""Of the slider of opacity, from one to the largest."""

_SHIFT_STEP_HU = 10
_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True)
class ShownLook:
    """What the scan is looked at through.

    Attributes
    ----------
    preset
        Name of the preset.
    scale
        Opacity, as if tissue were that many times as thick.
    shift_hu
        How far the preset's threshold is moved; positive shows denser tissue only.
    """

    preset: str
    scale: float = 1.0
    shift_hu: float = 0.0


@dataclass(frozen=True, slots=True)
class Box:
    """A box along the patient's axes, LPS mm."""

    lowest_mm: Vector
    highest_mm: Vector


@dataclass(frozen=True, slots=True)
class PlaneCut:
    """A view whose plane cuts the scan.

    Attributes
    ----------
    kind
        Which view.
    is_flipped
        Whether what lies behind the slice is taken away, instead of what lies before it.
    """

    kind: PlaneKind
    is_flipped: bool = False


class VolumePanel(QScrollArea):
    """Shows look, box and plane of the picture in 3D, and reports the ones the user picks."""

    look_picked = Signal(object)  # ShownLook
    side_picked = Signal(str)  # A, P, L, R, S or I
    box_picked = Signal(object)  # Box, or None for the whole scan
    plane_picked = Signal(object)  # PlaneCut, or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = Box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
        self._reason = TextLabel(role="muted")
        self._controls = QWidget()
        self._preset = QComboBox()
        self._opacity = _slider(_STEPS)
        self._shift = _slider(LARGEST_SHIFT_HU)
        self._opacity_label, self._shift_label = QLabel(), QLabel()
        self._usual = self._button(self.tr("Reset"), self.tr("Opacity and threshold as usual"))
        self._axes = tuple(AxisRange(*ends) for ends in self._ends())
        self._whole_box = self._button(self.tr("Reset box"), self.tr("Show the whole scan again"))
        self._plane = QComboBox()
        self._flipped = QCheckBox(self.tr("Other side"))
        self._describe()
        self._lay_out()
        self._connect()
        self.show_look(ShownLook(""))
        self.show_no_cut(self._whole)
        self.show_unavailable(self.tr("No scan is open."))

    def show_presets(self, names: Iterable[str]) -> None:
        """Offer these presets."""
        with QSignalBlocker(self._preset):
            self._preset.clear()
            for name in names:
                self._preset.addItem(self.tr(name), name)

    def show_look(self, look: ShownLook) -> None:
        """Display a look without reporting it."""
        with (
            QSignalBlocker(self._preset),
            QSignalBlocker(self._opacity),
            QSignalBlocker(self._shift),
        ):
            self._preset.setCurrentIndex(self._preset.findData(look.preset))
            self._opacity.setValue(round(_STEPS * math.log(look.scale, LARGEST_SCALE)))
            self._shift.setValue(round(look.shift_hu))
        self._show_numbers(look)

    def show_no_cut(self, whole: Box) -> None:
        """Display that all of a scan is shown, without reporting it.

        Parameters
        ----------
        whole
            Where the scan lies.
        """
        self._whole = whole
        for axis, low, high in zip(self._axes, whole.lowest_mm, whole.highest_mm, strict=True):
            axis.show_limits(math.floor(low), max(math.ceil(high), math.floor(low) + 1))
        with QSignalBlocker(self._plane), QSignalBlocker(self._flipped):
            self._plane.setCurrentIndex(0)
            self._flipped.setChecked(False)
        self._enable_parts()

    def show_available(self) -> None:
        """Let everything be changed."""
        self._reason.show_text("")
        self._controls.setEnabled(True)

    def show_unavailable(self, reason: str) -> None:
        """Say why nothing can be changed."""
        self._reason.show_text(reason)
        self._controls.setEnabled(False)

    def _ends(self) -> tuple[tuple[str, str, str], ...]:
        """Name of each axis, from lowest to highest coordinate, and the letters of its ends."""
        return (
            (self.tr("Right to left"), "R", "L"),
            (self.tr("Front to back"), "A", "P"),
            (self.tr("Below to above"), "I", "S"),
        )

    def _sides(self) -> tuple[tuple[str, str], ...]:
        return (
            ("A", self.tr("From the front")),
            ("P", self.tr("From the back")),
            ("L", self.tr("From the patient's left")),
            ("R", self.tr("From the patient's right")),
            ("S", self.tr("From above")),
            ("I", self.tr("From below")),
        )

    def _planes(self) -> tuple[tuple[str, PlaneKind | None], ...]:
        return (
            (self.tr("Off"), None),
            (self.tr("Along the axial view"), PlaneKind.AXIAL),
            (self.tr("Along the coronal view"), PlaneKind.CORONAL),
            (self.tr("Along the sagittal view"), PlaneKind.SAGITTAL),
        )

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, autoDefault=False)
        button.setToolTip(tip)
        return button

    def _describe(self) -> None:
        for text, kind in self._planes():
            self._plane.addItem(text, kind)
        self._shift.setSingleStep(_SHIFT_STEP_HU)
        for box in (self._preset, self._plane):
            # A long name is cut off sooner than the dock grows.
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(_SHORTEST_NAME)
        for control, name, tip in (
            (self._preset, self.tr("Preset of 3D"), self.tr("Which tissue is shown, and how")),
            (
                self._opacity,
                self.tr("Opacity in 3D"),
                self.tr("How well tissue hides what lies behind it; of a MIP, how bright it is"),
            ),
            (
                self._shift,
                self.tr("Threshold in 3D"),
                self.tr("To the right only denser tissue stays, to the left thinner tissue comes"),
            ),
            (
                self._plane,
                self.tr("Cutting plane"),
                self.tr("Take away what lies before the slice of a view; it follows the crosshair"),
            ),
            (
                self._flipped,
                self.tr("Other side of the plane"),
                self.tr("Take away what lies behind the slice instead"),
            ),
        ):
            control.setAccessibleName(name)
            control.setToolTip(tip)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self._controls)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._look_form())
        layout.addLayout(self._side_row())
        layout.addWidget(_line())
        layout.addLayout(self._box_rows())
        layout.addWidget(_line())
        layout.addLayout(self._plane_form())
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(8, 8, 8, 8)
        whole.addWidget(self._reason)
        whole.addWidget(self._controls)
        whole.addStretch(1)
        self.setAccessibleName(self.tr("3D"))
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _look_form(self) -> QFormLayout:
        form = QFormLayout()
        preset = QHBoxLayout()
        preset.addWidget(self._preset, 1)
        preset.addWidget(self._usual)
        form.addRow(self.tr("Preset"), preset)
        for text, slider, label in (
            (self.tr("Opacity"), self._opacity, self._opacity_label),
            (self.tr("Threshold"), self._shift, self._shift_label),
        ):
            row = QHBoxLayout()
            row.addWidget(slider, 1)
            row.addWidget(label)
            label.setFixedWidth(label.fontMetrics().horizontalAdvance("+1000 HU"))
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            form.addRow(text, row)
        return form

    def _side_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for letter, tip in self._sides():
            button = self._button(letter, tip)
            button.setAccessibleName(tip)
            button.setMinimumWidth(1)
            button.clicked.connect(lambda _on=False, side=letter: self.side_picked.emit(side))
            row.addWidget(button, 1)
        return row

    def _box_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        title = QLabel(self.tr("Cut to a box"))
        title.setProperty("role", "title")
        grid.addWidget(title, 0, 0)
        grid.addWidget(self._whole_box, 0, 1, Qt.AlignmentFlag.AlignRight)
        for at, axis in enumerate(self._axes, start=1):
            grid.addWidget(axis, at, 0, 1, 2)
        return grid

    def _plane_form(self) -> QFormLayout:
        form = QFormLayout()
        title = QLabel(self.tr("Cut along a plane"))
        title.setProperty("role", "title")
        form.addRow(title)
        form.addRow(self._plane)
        form.addRow(self._flipped)
        return form

    def _connect(self) -> None:
        self._preset.activated.connect(self._report_preset)
        self._opacity.valueChanged.connect(self._report_look)
        self._shift.valueChanged.connect(self._report_look)
        self._usual.clicked.connect(self._report_preset)
        for axis in self._axes:
            axis.range_picked.connect(self._report_box)
        self._whole_box.clicked.connect(self._reset_box)
        self._plane.currentIndexChanged.connect(self._report_plane)
        self._flipped.toggled.connect(self._report_plane)

    def _look(self) -> ShownLook:
        scale = LARGEST_SCALE ** (self._opacity.value() / _STEPS)
        return ShownLook(self._preset.currentData() or "", scale, float(self._shift.value()))

    def _report_preset(self) -> None:
        """Another preset starts as it was made."""
        self.show_look(ShownLook(self._preset.currentData() or ""))
        self.look_picked.emit(self._look())

    def _report_look(self) -> None:
        self._show_numbers(self._look())
        self.look_picked.emit(self._look())

    def _show_numbers(self, look: ShownLook) -> None:
        self._opacity_label.setText(f"{look.scale:.0%}")
        self._shift_label.setText(f"{look.shift_hu:+.0f} HU" if round(look.shift_hu) else "0 HU")
        self._usual.setEnabled(self._opacity.value() != 0 or self._shift.value() != 0)

    def _reset_box(self) -> None:
        for axis in self._axes:
            axis.show_limits(*axis.limits)
        self._report_box()

    def _report_box(self) -> None:
        self._enable_parts()
        if all(axis.is_whole for axis in self._axes):
            self.box_picked.emit(None)
            return
        ends = [axis.chosen for axis in self._axes]
        low_x, low_y, low_z = (float(low) for low, _high in ends)
        high_x, high_y, high_z = (float(high) for _low, high in ends)
        self.box_picked.emit(Box((low_x, low_y, low_z), (high_x, high_y, high_z)))

    def _report_plane(self) -> None:
        self._enable_parts()
        kind: PlaneKind | None = self._plane.currentData()
        cut = None if kind is None else PlaneCut(kind, self._flipped.isChecked())
        self.plane_picked.emit(cut)

    def _enable_parts(self) -> None:
        self._whole_box.setEnabled(not all(axis.is_whole for axis in self._axes))
        self._flipped.setEnabled(self._plane.currentData() is not None)


def _slider(largest: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(-largest, largest)
    return slider


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setForegroundRole(QPalette.ColorRole.Mid)
    return line
