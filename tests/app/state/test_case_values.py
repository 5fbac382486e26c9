"""A case record survives a file to the last bit."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from app.state.case_record import CaseRecord
from app.state.case_values import NewerVersionError, record_from_fields, record_to_values
from medct_core.measurement.fields import Fields, format_json, parse_json
from tests.case_samples import FULL, RECORDS


def read(content: bytes) -> CaseRecord:
    return record_from_fields(Fields(parse_json(content), name="case record"))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS)
def test_a_record_comes_back_equal_from_json(record: CaseRecord) -> None:
    assert read(format_json(record_to_values(record))) == record


def test_a_record_that_uses_every_field_comes_back_equal() -> None:
    assert read(format_json(record_to_values(FULL))) == FULL


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"accepted"', b'"perhaps"'),
        (b'"inverted": true', b'"inverted": 1'),
        (b'"MIP"', b'"median"'),
        (b'"heatmap"', b'"telepathy"'),
        (b'"threshold": 0.4', b'"threshold": 4'),
        (b'"Azygos lobe"', b'""'),
        (b'"window_width_hu": 1500', b'"window_width_hu": 0'),
        (b'"version": 1', b'"version": 0'),
        (b'"reviews"', b'"revues"'),
    ],
)
def test_a_wrong_value_is_refused(old: bytes, new: bytes) -> None:
    content = format_json(record_to_values(FULL))
    assert old in content

    with pytest.raises(ValueError, match=r".+"):
        read(content.replace(old, new, 1))


def test_a_record_of_a_newer_version_is_told_from_a_damaged_one() -> None:
    values = {**record_to_values(FULL), "version": 2, "measurements": "in another form"}

    with pytest.raises(NewerVersionError):
        record_from_fields(Fields(values, name="case record"))


def test_a_record_from_before_the_library_of_cases_still_loads() -> None:
    values = record_to_values(FULL)
    old = {name: value for name, value in values.items() if name != "not_similar"}

    record = record_from_fields(Fields(old, name="case record"))

    assert record == replace(FULL, not_similar=())
