"""Tests of the errors raised on purpose."""

import inspect
import pickle

import pytest

from medct_core import errors
from medct_core.errors import (
    MedctError,
    ModelUnavailableError,
    ResourceError,
    ScanRefusedError,
    UsageError,
)

FAMILIES = (UsageError, ScanRefusedError, ModelUnavailableError, ResourceError)
KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, MedctError) and kind is not MedctError
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_belongs_to_exactly_one_family(kind: type[MedctError]) -> None:
    families = [family for family in FAMILIES if issubclass(kind, family)]

    assert len(families) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_keeps_its_two_sentences_apart(kind: type[MedctError]) -> None:
    error = kind("It is 3 mm too short.", remedy="Choose a longer scan.")

    assert error.summary == "It is 3 mm too short."
    assert error.remedy == "Choose a longer scan."
    assert str(error) == "It is 3 mm too short. Choose a longer scan."


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_cannot_be_raised_without_a_remedy(kind: type[MedctError]) -> None:
    with pytest.raises(TypeError, match="remedy"):
        kind("It is 3 mm too short.")  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_the_way_to_another_process(kind: type[MedctError]) -> None:
    error = kind("It is 3 mm too short.", remedy="Choose a longer scan.")

    received = pickle.loads(pickle.dumps(error))

    assert type(received) is kind
    assert (received.summary, received.remedy) == (error.summary, error.remedy)
