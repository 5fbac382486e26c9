"""Sentences a radiologist would dictate, with every unit said."""

import pytest
from hypothesis import given

from medct_core.measurement.plane import Point
from medct_core.measurement.roi import RoiStatistics
from medct_core.measurement.shapes import Angle, Arrow, Length, Measurement
from medct_core.measurement.words import (
    KIND_NAMES,
    area_text,
    position_text,
    size_text,
    statistics_text,
)
from medct_core.volume.volume import Unit
from tests.drawn_samples import AXIAL, ellipse, measurements, nodule

ORIGIN = (0.0, 0.0, 0.0)


def statistics(unit: Unit = Unit.HU, outside_share: float = 0.0) -> RoiStatistics:
    return RoiStatistics(
        mean=-862.4,
        sd=40.6,
        minimum=-1003,
        maximum=-640,
        unit=unit,
        area_mm2=231.2,
        measured_area_mm2=231.2,
        outside_share=outside_share,
        voxel_count=300,
        pitch_mm=(0.2, 0.2),
    )


@pytest.mark.parametrize(
    ("measurement", "text"),
    [
        (Length("a", "", AXIAL, ORIGIN, (3.0, 4.0, 0.0)), "Length 5.0 mm"),
        (nodule(12.3, 8.1), "Long axis 12.3 mm x short axis 8.1 mm, mean 10 mm"),
        (Angle("a", "", AXIAL, (1.0, 0, 0), ORIGIN, (0, 1.0, 0)), "Angle 90.0°"),
        (ellipse(20.0, 10.0), "Ellipse 20.0 mm x 10.0 mm, area 1.57 cm2"),
        (Arrow("a", "calcified node", AXIAL, ORIGIN, (1.0, 0, 0)), "calcified node"),
    ],
)
def test_sizes_are_said_in_words_of_the_field(measurement: Measurement, text: str) -> None:
    assert size_text(measurement) == text


@given(measurements())
def test_every_kind_has_a_name(measurement: Measurement) -> None:
    assert KIND_NAMES[measurement.KIND]


def test_a_region_is_said_with_all_its_units() -> None:
    expected = "Mean -862 HU, SD 41 HU, min -1003 HU, max -640 HU, area 2.31 cm2"

    assert statistics_text(statistics()) == expected


def test_a_region_that_is_not_in_hounsfield_units_says_so() -> None:
    text = statistics_text(statistics(Unit.ARBITRARY))

    assert "HU" not in text
    assert text.endswith("values in arbitrary units")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.123, "12 % of the region lies outside"), (0.004, "less than 1 % of the region lies")],
)
def test_a_part_outside_the_scan_is_named(share: float, words: str) -> None:
    assert words in statistics_text(statistics(outside_share=share))


def test_small_areas_are_in_square_millimetres() -> None:
    assert area_text(45.25) == "area 45.2 mm2"
    assert area_text(100.0) == "area 1.00 cm2"


@pytest.mark.parametrize(
    ("point", "text"),
    [
        ((17.64, 35.3, 12.1), "L 17.6, P 35.3, S 12.1 mm"),
        ((-17.6, -35.3, -12.1), "R 17.6, A 35.3, I 12.1 mm"),
    ],
)
def test_a_position_names_the_sides_of_the_patient(point: Point, text: str) -> None:
    assert position_text(point) == text
