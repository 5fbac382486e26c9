"""The library stays open between jobs, and is opened anew where something changed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from app.workers.kept_libraries import KeptLibraries
from medct_core.cancel import CancelToken
from medct_core.errors import ResourceError, UsageError
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.search import Query, Search
from tests.library_samples import OTHER_STAMP, STAMP, case, unit_vector

UNCENTRED = Centring(np.zeros(8, "f4"), None, 1)


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Make a library of three cases."""
    address = str(tmp_path / "library")
    CaseLibrary.create(address).add(case(number) for number in range(3))
    return address


def search_of(kept: KeptLibraries, place: str, of_model: Centring | None = None) -> Search:
    return kept.search(place, STAMP, of_model=of_model, cancel=CancelToken())


def test_a_library_is_opened_once(place: str) -> None:
    kept = KeptLibraries()

    assert kept.library(place) is kept.library(place)
    assert search_of(kept, place) is search_of(kept, place)


def test_a_search_finds_what_another_program_added(place: str) -> None:
    kept = KeptLibraries()
    before = search_of(kept, place)
    CaseLibrary.open(place).add([case(7)])

    after = search_of(kept, place)

    assert after is not before
    found = after.similar(Query(unit_vector(7), STAMP), count=1)
    assert [one.case.case_id for one in found] == [case(7).case_id]


def test_a_search_forgets_what_another_program_removed(place: str) -> None:
    kept = KeptLibraries()
    search_of(kept, place)
    CaseLibrary.open(place).remove([case(1).case_id])

    found = search_of(kept, place).similar(Query(unit_vector(1), STAMP))

    assert len(found) == 2


def test_another_mean_of_the_model_makes_another_search(place: str) -> None:
    kept = KeptLibraries()

    assert search_of(kept, place) is not search_of(kept, place, UNCENTRED)


def test_a_library_made_anew_at_the_same_place_is_opened_anew(place: str) -> None:
    kept = KeptLibraries()
    salt = kept.library(place).salt
    shutil.move(place, f"{place} before")
    CaseLibrary.create(place)

    assert kept.library(place).salt != salt


def test_another_library_takes_the_place_of_the_open_one(place: str, tmp_path: Path) -> None:
    kept, other = KeptLibraries(), str(tmp_path / "other")
    CaseLibrary.create(other)

    assert kept.library(place).address == place
    assert kept.library(other).address == other


def test_a_library_is_made_where_it_is_not_there_yet(place: str, tmp_path: Path) -> None:
    kept, new = KeptLibraries(), str(tmp_path / "new" / "library")
    assert not kept.is_there(new)

    assert kept.open_or_create(new).count() == 0

    assert kept.is_there(new)
    assert kept.open_or_create(place).count() == 3


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")

    with pytest.raises(UsageError, match="something else"):
        KeptLibraries().open_or_create(str(tmp_path))


def test_a_model_without_cases_is_refused(place: str) -> None:
    kept = KeptLibraries()

    with pytest.raises(UsageError, match="no case"):
        kept.search(place, OTHER_STAMP, of_model=None, cancel=CancelToken())


def test_missing_packages_are_named(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    with pytest.raises(UsageError, match="not installed"):
        KeptLibraries().library(place)


def test_an_object_store_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")

    with pytest.raises(ResourceError, match="does not answer"):
        KeptLibraries().is_there("s3://cases/library")
