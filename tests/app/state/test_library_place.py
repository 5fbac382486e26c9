"""The environment names the library first, then the person, then the program."""

from pathlib import Path

import pytest

from app.state.library_place import is_fixed, library_address, library_name, phantom_folder


def test_the_environment_goes_before_settings_and_these_before_the_usual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEDCT_LIBRARY", "named")
    assert (library_address("chosen"), is_fixed()) == ("named", True)
    monkeypatch.delenv("MEDCT_LIBRARY")
    assert (library_address("chosen"), is_fixed()) == ("chosen", False)

    assert Path(library_address("")).name == "library"


@pytest.mark.parametrize(
    ("address", "name"),
    [("/home/weiss/cases", "cases"), ("s3://bucket/cases", "s3://bucket/cases"), ("/", "/")],
)
def test_a_folder_is_named_without_those_above(address: str, name: str) -> None:
    assert library_name(address) == name


def test_phantoms_are_drawn_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDCT_PHANTOMS", "somewhere")
    named = phantom_folder()
    monkeypatch.delenv("MEDCT_PHANTOMS")

    assert named == Path("somewhere")
    assert phantom_folder().name == "phantoms"
