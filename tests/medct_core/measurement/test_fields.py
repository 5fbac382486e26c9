"""Values out of a file are taken strictly: what is wrong is named."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.measurement.fields import Fields, JsonValue, format_json, parse_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_is_read_back_equal(values: JsonValue) -> None:
    assert parse_json(format_json(values)) == values


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"a": NaN}', b"[Infinity]", b"\xff\xfe{", b"[" * 99999]
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_json(content)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_that_json_does_not_know_is_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        format_json({"a": value})


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (7, lambda fields: fields.text("a")),
        (1, lambda fields: fields.flag("a")),
        (True, lambda fields: fields.number("a")),
        ("7", lambda fields: fields.number("a")),
        (10**400, lambda fields: fields.number("a")),
        (math.inf, lambda fields: fields.number("a")),
        ([1, 2], lambda fields: fields.point("a")),
        ([1, 2, "3"], lambda fields: fields.point("a")),
        (["x", 1], lambda fields: fields.texts("a")),
        ({}, lambda fields: fields.objects("a", lambda one: one)),
        ([1], lambda fields: fields.objects("a", lambda one: one)),
        ([], lambda fields: fields.nested("a")),
    ],
)
def test_a_value_of_the_wrong_sort_is_named(
    value: object, read: Callable[[Fields], object]
) -> None:
    fields = Fields({"a": value}, name="measurement")

    with pytest.raises(ValueError, match=r"\ba\b"):
        read(fields)


def test_a_missing_value_and_a_missing_object_are_named() -> None:
    with pytest.raises(ValueError, match="the plane has no right"):
        Fields({}, name="plane").point("right")
    with pytest.raises(ValueError, match="the plane is no object"):
        Fields([], name="plane")


def test_right_values_are_given_as_they_are() -> None:
    fields = Fields(
        {"t": "x", "n": 2, "f": False, "p": [1, 2.5, 3], "l": ["a"], "o": [{"t": "y"}], "z": None},
        name="example",
    )

    assert (fields.text("t"), fields.number("n"), fields.flag("f")) == ("x", 2.0, False)
    assert (fields.point("p"), fields.texts("l")) == ((1.0, 2.5, 3.0), ("a",))
    assert fields.objects("o", lambda one: one.text("t")) == ("y",)
    assert (fields.has("t"), fields.has("z"), fields.has("nothing")) == (True, False, False)
