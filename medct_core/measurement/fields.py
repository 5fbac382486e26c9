"""Reading named values that came out of a file, strictly: a wrong one is named, not guessed."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
"""What JSON can hold."""

Made = TypeVar("Made")


class Fields:
    """The named values of one object of a file.

    Parameters
    ----------
    values
        As `json` read them.
    name
        What the object is, for messages: ``measurement``.

    Raises
    ------
    ValueError
        If `values` is no object; every method raises it for a value that is missing or wrong.
    """

    def __init__(self, values: object, *, name: str) -> None:
        if not isinstance(values, dict):
            raise ValueError(f"the {name} is no object")  # noqa: TRY004 (damaged data, not a wrong call)
        self._values = values
        self._name = name

    def text(self, key: str) -> str:
        """Give a text, which may be empty."""
        value = self.value(key)
        if not isinstance(value, str):
            raise self.wrong(key)
        return value

    def flag(self, key: str) -> bool:
        """Give true or false."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self.wrong(key)
        return value

    def number(self, key: str) -> float:
        """Give a finite number."""
        value = self.value(key)
        # A truth value counts as a number in Python.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key)
        return self._finite(key, value)

    def point(self, key: str) -> tuple[float, float, float]:
        """Give three finite numbers."""
        value = self.value(key)
        if not isinstance(value, list) or len(value) != 3:
            raise self.wrong(key)
        one, two, three = (Fields({key: part}, name=self._name).number(key) for part in value)
        return one, two, three

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts."""
        value = self.value(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key)
        return tuple(value)

    def objects(self, key: str, make: Callable[["Fields"], Made]) -> tuple[Made, ...]:
        """Give what `make` makes of every object of a list."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.wrong(key)
        return tuple(make(Fields(one, name=f"entry of {key}")) for one in value)

    def nested(self, key: str) -> "Fields":
        """Give the fields of an object within this one."""
        return Fields(self.value(key), name=key)

    def has(self, key: str) -> bool:
        """Whether a value is there and not null."""
        return self._values.get(key) is not None

    def value(self, key: str) -> object:
        """Give the value as it is."""
        if key not in self._values:
            raise ValueError(f"the {self._name} has no {key}")
        value: object = self._values[key]
        return value

    def wrong(self, key: str) -> ValueError:
        """Name a value that is not what it should be."""
        return ValueError(f"the {self._name} has a wrong {key}")

    def _finite(self, key: str, value: float) -> float:
        try:
            number = float(value)
        except OverflowError:
            raise self.wrong(key) from None
        if not math.isfinite(number):
            raise self.wrong(key)
        return number


def parse_json(content: bytes) -> object:
    """Read JSON in UTF-8.

    Raises
    ------
    ValueError
        If it is no JSON, holds numbers that JSON does not know, or is nested without end.
    """
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("the values are nested too deeply") from None


def format_json(values: JsonValue) -> bytes:
    """Write JSON that `parse_json` reads back to equal values.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    # Escapes keep every text whole, also one that UTF-8 cannot write.
    text = json.dumps(values, indent=1, ensure_ascii=True, allow_nan=False)
    return text.encode("ascii") + b"\n"


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")
