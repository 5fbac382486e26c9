"""The words over a slice: letters at the edges, corner texts, scale bar and probe."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from app.state.view import Plane, Slab, SlabMode, Vector
from app.viewer.slice_order import SliceNumber
from medct_core.io.study import PatientText
from medct_core.volume.notice import Notice
from medct_core.volume.orientation import direction_letters
from medct_core.volume.volume import Unit
from medct_core.volume.window import PRESETS, Window

Lines = tuple[str, ...]

_SIDES = ("RL", "AP", "IS")
_BAR_LENGTHS_MM = (1, 2, 5, 10, 20, 50, 100, 200)
_LEAST_DISTANCE_MM = 0.05


@dataclass(frozen=True, slots=True)
class EdgeLetters:
    """Which side of the patient lies beyond each edge of the picture."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True, slots=True)
class CornerText:
    """Lines of text for the four corners of a picture."""

    top_left: Lines = ()
    top_right: Lines = ()
    bottom_left: Lines = ()
    bottom_right: Lines = ()


@dataclass(frozen=True, slots=True)
class Caption:
    """What a picture says about its scan, apart from the patient.

    Attributes
    ----------
    study_lines
        Top right: study, date, institution; "orientation from sform" for NIfTI.
    series_lines
        Bottom right, above the slice: series number and description.
    file_name
        Top left where no patient text is shown.
    unit
        What voxel values mean.
    notices
        Shown as red text.
    """

    study_lines: Lines = ()
    series_lines: Lines = ()
    file_name: str = ""
    unit: Unit = Unit.HU
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class SliceFacts:
    """What the corner texts say about the slice shown.

    Attributes
    ----------
    number
        Which slice of how many.
    thickness_mm
        Distance of neighbouring slices.
    zoom_percent
        As in `Frame.zoom_percent`.
    """

    number: SliceNumber
    thickness_mm: float
    zoom_percent: float


def edge_letters(plane: Plane) -> EdgeLetters:
    """Letters for the edges, one for a standard plane and up to three for an oblique one."""
    right, down = np.array(plane.right), np.array(plane.down)
    return EdgeLetters(
        left=direction_letters(-right),
        right=direction_letters(right),
        top=direction_letters(-down),
        bottom=direction_letters(down),
    )


def patient_lines(patient: PatientText) -> Lines:
    """Name, number, birth date and sex, as far as they are known."""
    born = _day(patient.birth_date)
    last = " ".join(part for part in (born, patient.sex) if part)
    return tuple(line for line in (patient.name, patient.patient_id, last) if line)


def window_line(window: Window, *, inverted: bool = False) -> str:
    """Width, level and the name of the preset: "W 400 L 40 Mediastinum"."""
    names = [preset.name for preset in PRESETS if preset.window == window]
    words = [f"W {window.width_hu:.0f} L {window.centre_hu:.0f}", *names[:1]]
    if inverted:
        words.append("inverted")
    return " ".join(words)


def position_text(point_mm: Vector) -> str:
    """Patient position with letters: "R 17.6 P 35.3 S 12.1" mm."""
    return " ".join(_along(axis, point_mm[axis]) for axis in range(3))


def depth_text(plane: Plane) -> str:
    """Where a plane lies along its normal: "S 12.1 mm", or the distance where it is oblique."""
    dominant = int(np.argmax(np.abs(plane.normal)))
    if len(direction_letters(plane.normal)) == 1:
        return f"{_along(dominant, plane.centre_mm[dominant])} mm"
    return f"{position_text(plane.centre_mm)} mm"


def probe_text(value: float | None, point_mm: Vector, unit: Unit) -> str:
    """Value and place under the cursor: "-845 HU  R 17.6 P 35.3 S 12.1 mm".

    Parameters
    ----------
    value
        The voxel's value, None outside the scan.
    point_mm
        LPS mm.
    unit
        What the value means.
    """
    shown = "outside the scan" if value is None else f"{value:.0f}{_unit_suffix(unit)}"
    return f"{shown}  {position_text(point_mm)} mm"


def slab_line(slab: Slab) -> str:
    """How the slab is made: "MIP 10 mm"; empty for a single slice."""
    if slab.mode is SlabMode.NONE:
        return ""
    return f"{slab.mode.value} {slab.thickness_mm:.3g} mm"


def bar_length_mm(scale: float, longest_px: float) -> float:
    """Longest round length of a scale bar that fits.

    Parameters
    ----------
    scale
        Pixels per mm.
    longest_px
        Room for the bar, pixels.

    Returns
    -------
    1, 2 or 5 times a power of ten up to 200 mm; the shortest where none fits.
    """
    fitting = [length for length in _BAR_LENGTHS_MM if length * scale <= longest_px]
    return float(fitting[-1] if fitting else _BAR_LENGTHS_MM[0])


def length_text(length_mm: float) -> str:
    """Length of a scale bar: "5 mm", "10 cm"."""
    if length_mm >= 10:
        return f"{length_mm / 10:g} cm"
    return f"{length_mm:g} mm"


def top_left_lines(caption: Caption, patient: PatientText | None) -> Lines:
    """Lines of the patient where asked for and known, else the name of the file."""
    lines = patient_lines(patient) if patient is not None else ()
    return lines or tuple(line for line in (caption.file_name,) if line)


def slice_lines(facts: SliceFacts, plane: Plane, slab: Slab) -> Lines:
    """Slice n of N, where it lies, and how thick it is."""
    number = f"Slice {facts.number.number}/{facts.number.count}"
    thickness = slab_line(slab) or f"Thickness {facts.thickness_mm:.3g} mm"
    return number, depth_text(plane), thickness


def _along(axis: int, distance_mm: float) -> str:
    # A distance that shows as 0.0 must not switch sides by rounding.
    side = _SIDES[axis][1] if distance_mm > -_LEAST_DISTANCE_MM else _SIDES[axis][0]
    return f"{side} {abs(distance_mm):.1f}"


def _unit_suffix(unit: Unit) -> str:
    return " HU" if unit is Unit.HU else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
