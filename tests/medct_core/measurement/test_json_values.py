"""Measurements survive a file to the last bit."""

import pytest
from hypothesis import given

from medct_core.measurement.fields import Fields, format_json, parse_json
from medct_core.measurement.json_values import from_values, to_values
from medct_core.measurement.shapes import Measurement
from tests.drawn_samples import ellipse, measurements


@given(measurements())
def test_a_measurement_comes_back_equal_from_json(measurement: Measurement) -> None:
    text = format_json(to_values(measurement))

    back = from_values(Fields(parse_json(text), name="measurement"))

    assert back == measurement
    assert type(back) is type(measurement)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 2),
        ("kind", "polygon"),
        ("id", ""),
        ("corner_mm", [0, 0]),
        ("corner_mm", [0, 0, 80]),
        ("plane", None),
        ("plane", {"centre_mm": [0, 0, 0], "right": [2, 0, 0], "down": [0, 1, 0]}),
    ],
)
def test_a_wrong_value_is_refused(key: str, value: object) -> None:
    values = {**to_values(ellipse(4.0, 3.0)), key: value}

    with pytest.raises(ValueError, match=r"wrong|id|plane|unit"):
        from_values(Fields(values, name="measurement"))


def test_a_value_that_is_missing_is_refused() -> None:
    values = to_values(ellipse(4.0, 3.0))
    del values["label"]

    with pytest.raises(ValueError, match="no label"):
        from_values(Fields(values, name="measurement"))
