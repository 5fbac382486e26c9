"""Feedback: a marked case never rises, its likes fall, and without marks nothing moves."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.feedback import re_ranked
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.open_search import open_search
from medct_core.retrieval.search import Query, Search, SimilarCase
from tests import library_samples
from tests.cases_in_memory import CasesInMemory
from tests.library_samples import OTHER_STAMP, STAMP, unit_vector

ALL = 1000
NUMBERS = st.lists(st.integers(0, 11), unique=True, max_size=8)


@cache
def library(size: int) -> tuple[LibraryCase, ...]:
    return tuple(library_samples.case(number) for number in range(size))


@cache
def searched(cases: tuple[LibraryCase, ...]) -> tuple[Search, tuple[SimilarCase, ...]]:
    search = open_search(CasesInMemory(cases), STAMP)
    query = Query(unit_vector(5000), STAMP, scan_sha256=f"{5000:064x}")
    return search, search.similar(query, count=ALL)


def ids(cases: tuple[SimilarCase, ...]) -> list[str]:
    return [one.case.case_id for one in cases]


def case_at(number: int, *vector: float, patient_key: str = "") -> LibraryCase:
    values = np.zeros(8, dtype=np.float32)
    values[: len(vector)] = vector
    return library_samples.case(
        number, vector=values / np.linalg.norm(values), patient_key=patient_key
    )


@given(st.integers(1, 60))
def test_without_marks_the_order_stays(size: int) -> None:
    search, found = searched(library(size))

    ordered = re_ranked(found, (), search.centring, count=ALL)

    assert ids(ordered) == ids(found)
    assert [one.group for one in ordered] == [one.group for one in found]


@given(NUMBERS, st.integers(0, 11))
def test_marking_a_case_never_raises_its_own_place(before: list[int], number: int) -> None:
    cases = library(12)
    search, found = searched(cases)
    marked = [cases[one] for one in before if one != number]
    more = [*marked, cases[number]]

    place = ids(re_ranked(found, marked, search.centring, count=ALL)).index(cases[number].case_id)
    after = ids(re_ranked(found, more, search.centring, count=ALL)).index(cases[number].case_id)

    assert after >= place


@given(NUMBERS.flatmap(lambda numbers: st.tuples(st.just(numbers), st.permutations(numbers))))
def test_only_which_cases_are_marked_counts_and_nothing_is_lost(
    numbers: tuple[list[int], list[int]],
) -> None:
    cases = library(12)
    search, found = searched(cases)

    once, again = (
        re_ranked(found, [cases[number] for number in each], search.centring, count=ALL)
        for each in numbers
    )

    assert ids(once) == ids(again)
    assert sorted(ids(once)) == sorted(ids(found))


@given(NUMBERS)
def test_marked_cases_come_last_in_their_own_order(numbers: list[int]) -> None:
    cases = library(12)
    search, found = searched(cases)
    names = {cases[number].case_id for number in numbers}

    ordered = re_ranked(found, [cases[number] for number in numbers], search.centring, count=ALL)

    last = ids(ordered)[len(found) - len(names) :]
    assert last == [name for name in ids(found) if name in names]


@given(NUMBERS)
def test_the_numbers_of_a_case_are_as_without_marks(numbers: list[int]) -> None:
    cases = library(12)
    search, found = searched(cases)
    before = {one.case.case_id: (one.cosine, one.percentile, one.rank) for one in found}

    ordered = re_ranked(found, [cases[number] for number in numbers], search.centring, count=ALL)

    assert {one.case.case_id: (one.cosine, one.percentile, one.rank) for one in ordered} == before


def test_what_is_like_a_marked_case_falls_behind_what_is_not() -> None:
    # The second and third are equally like the query; the second is like the marked one too.
    marked = case_at(1, 0.9, 0.4, 0.0)
    like_it, unlike_it = case_at(2, 0.8, 0.6, 0.0), case_at(3, 0.8, 0.0, 0.6)
    search = open_search(CasesInMemory([marked, like_it, unlike_it]), STAMP)
    query = Query(case_at(9, 1.0).vector, STAMP, scan_sha256="f" * 64)
    found = search.similar(query)

    ordered = re_ranked(found, [marked], search.centring, count=ALL)

    assert ids(ordered) == [one.case_id for one in (unlike_it, like_it, marked)]


def test_a_marked_case_that_was_not_found_counts_too() -> None:
    marked = case_at(1, 0.0, 1.0, 0.0)
    like_it, unlike_it = case_at(2, 0.82, 0.6, 0.0), case_at(3, 0.8, 0.0, 0.6)
    search = open_search(CasesInMemory([like_it, unlike_it]), STAMP)
    found = search.similar(Query(case_at(9, 1.0).vector, STAMP, scan_sha256="f" * 64))

    ordered = re_ranked(found, [marked], search.centring, count=ALL)

    assert ids(found) == [like_it.case_id, unlike_it.case_id]
    assert ids(ordered) == [unlike_it.case_id, like_it.case_id]


def test_a_marked_case_of_another_model_says_nothing() -> None:
    cases = library(12)
    search, found = searched(cases)
    other = library_samples.case(3, stamp=OTHER_STAMP, vector=unit_vector(3, size=4))

    ordered = re_ranked(found, [other], search.centring, count=ALL)

    assert ids(ordered) == ids(found)


def test_the_query_itself_stays_first_and_cannot_be_marked() -> None:
    cases = library(6)
    search = open_search(CasesInMemory(cases), STAMP)
    asked = cases[2]
    found = search.similar(Query(asked.vector, STAMP, scan_sha256=asked.scan_sha256))

    ordered = re_ranked(found, [asked, cases[0]], search.centring, count=ALL)

    assert ordered[0].is_self
    assert ordered[-1].case.case_id == cases[0].case_id


@pytest.mark.parametrize("count", [1, 3, 20])
def test_marked_cases_take_no_place_of_those_that_are_wanted(count: int) -> None:
    cases = library(12)
    search, found = searched(cases)

    ordered = re_ranked(found, cases[:4], search.centring, count=count)

    assert len(ordered) == min(count, 8) + 4


def test_cases_of_one_patient_are_still_grouped_by_the_first_of_them() -> None:
    near, far = case_at(1, 1.0, 0.1, patient_key="p"), case_at(2, 1.0, 0.5, patient_key="p")
    other = case_at(3, 1.0, 0.3)
    search = open_search(CasesInMemory([near, far, other]), STAMP)
    found = search.similar(Query(case_at(9, 1.0).vector, STAMP, scan_sha256="f" * 64))

    ordered = re_ranked(found, [near], search.centring, count=ALL)

    groups = {one.case.case_id: one.group for one in ordered}
    assert groups[near.case_id] == groups[far.case_id] == ids(ordered).index(far.case_id)
    assert groups[other.case_id] == ids(ordered).index(other.case_id)


def test_a_search_by_nothing_that_passes_gives_nothing() -> None:
    cases = library(4)
    search = open_search(CasesInMemory(cases), STAMP)
    query = Query(unit_vector(5000), STAMP, scan_sha256="f" * 64)
    found = search.similar(query, wanted=CaseFilter(tags=frozenset({"nobody"})))

    assert re_ranked(found, cases[:1], search.centring, count=5) == ()
