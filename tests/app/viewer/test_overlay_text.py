"""The words over a slice say what the scan says, and name nobody who was not asked for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import PlaneKind, Slab, SlabMode, standard_plane
from app.viewer.overlay_text import (
    Caption,
    EdgeLetters,
    SliceFacts,
    bar_length_mm,
    depth_text,
    edge_letters,
    length_text,
    position_text,
    probe_text,
    slab_line,
    slice_lines,
    top_left_lines,
    window_line,
)
from app.viewer.slice_order import SliceNumber
from medct_core.io.study import PatientText
from medct_core.volume.volume import Unit
from medct_core.volume.window import LUNG, PRESETS, Window, WindowPreset

ORIGIN = (0.0, 0.0, 0.0)
ANYBODY = PatientText("Doe, Jane", "4711", date(1960, 2, 3), "F")


@pytest.mark.parametrize(
    ("kind", "letters"),
    [
        (PlaneKind.AXIAL, EdgeLetters(left="R", right="L", top="A", bottom="P")),
        (PlaneKind.CORONAL, EdgeLetters(left="R", right="L", top="S", bottom="I")),
        (PlaneKind.SAGITTAL, EdgeLetters(left="A", right="P", top="S", bottom="I")),
    ],
)
def test_standard_planes_have_one_letter_at_each_edge(
    kind: PlaneKind, letters: EdgeLetters
) -> None:
    assert edge_letters(standard_plane(kind, ORIGIN)) == letters


def test_an_oblique_plane_has_two_letters_the_stronger_one_first() -> None:
    coronal = standard_plane(PlaneKind.CORONAL, ORIGIN)

    letters = edge_letters(coronal.turned((0.0, 0.0, 1.0), 0.4))

    assert letters == EdgeLetters(left="RA", right="LP", top="S", bottom="I")


@given(kind=st.sampled_from(PlaneKind), angle=st.floats(-3, 3))
def test_opposite_edges_have_opposite_letters(kind: PlaneKind, angle: float) -> None:
    opposite = str.maketrans("LRAPSI", "RLPAIS")

    letters = edge_letters(standard_plane(kind, ORIGIN).turned((0.0, 0.6, 0.8), angle))

    assert letters.left.translate(opposite) == letters.right
    assert letters.top.translate(opposite) == letters.bottom


def test_a_position_is_told_with_letters() -> None:
    assert position_text((-17.6, 35.3, 12.1)) == "R 17.6 P 35.3 S 12.1"


def test_next_to_nothing_is_no_side_of_its_own() -> None:
    assert position_text((-0.01, 0.0, -0.04)) == "L 0.0 P 0.0 S 0.0"


def test_a_probe_tells_value_and_place() -> None:
    assert probe_text(-845, (-17.6, 35.3, 12.1), Unit.HU) == "-845 HU  R 17.6 P 35.3 S 12.1 mm"


def test_values_without_a_unit_are_not_called_hu() -> None:
    assert "HU" not in probe_text(845, ORIGIN, Unit.ARBITRARY)


def test_a_probe_outside_says_so() -> None:
    assert probe_text(None, ORIGIN, Unit.HU).startswith("outside the scan")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_named_beside_its_numbers(preset: WindowPreset) -> None:
    line = window_line(preset.window)

    assert line.endswith(preset.name)


def test_a_window_tells_width_before_level() -> None:
    assert window_line(LUNG, inverted=True) == "W 1500 L -600 Lung inverted"
    assert window_line(Window(33, 77)) == "W 77 L 33"


def test_the_patient_is_shown_only_when_handed_over() -> None:
    caption = Caption(file_name="chest.nii.gz")

    assert top_left_lines(caption, None) == ("chest.nii.gz",)
    assert top_left_lines(caption, ANYBODY) == ("Doe, Jane", "4711", "1960-02-03 F")


def test_an_unknown_patient_leaves_the_name_of_the_file() -> None:
    assert top_left_lines(Caption(file_name="chest.nii.gz"), PatientText()) == ("chest.nii.gz",)


def test_a_slice_tells_number_place_and_thickness() -> None:
    facts = SliceFacts(SliceNumber(12, 248), thickness_mm=1.25, zoom_percent=100)
    plane = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, -40.0))

    assert slice_lines(facts, plane, Slab()) == ("Slice 12/248", "I 40.0 mm", "Thickness 1.25 mm")
    assert slice_lines(facts, plane, Slab(SlabMode.MIP, 10.0))[2] == "MIP 10 mm"


def test_an_oblique_plane_tells_its_whole_place() -> None:
    plane = standard_plane(PlaneKind.AXIAL, (1.0, 2.0, 3.0)).turned((1.0, 0.0, 0.0), 0.5)

    assert depth_text(plane) == "L 1.0 P 2.0 S 3.0 mm"


def test_a_single_slice_is_no_slab() -> None:
    assert slab_line(Slab(SlabMode.NONE, 10.0)) == ""


@given(scale=st.floats(0.05, 200), room=st.floats(10, 2000))
def test_a_scale_bar_fits_its_room_if_any_length_does(scale: float, room: float) -> None:
    length = bar_length_mm(scale, room)

    assert length * scale <= room or length == 1.0


@pytest.mark.parametrize(("length", "text"), [(5, "5 mm"), (10, "1 cm"), (100, "10 cm")])
def test_long_bars_are_told_in_centimetres(length: float, text: str) -> None:
    assert length_text(length) == text
