"""FactSets: all cases at once pass exactly the filters that each of them passes."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.retrieval.arrow_rows import schema_of, to_rows
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.fact_sets import FactSets
from medct_core.retrieval.library_case import LibraryCase
from tests import library_samples
from tests.library_samples import STAMP


def sets_of(cases: list[LibraryCase]) -> FactSets:
    return FactSets.of_columns(to_rows(cases, schema_of(STAMP, 8)))


def filters_from(case: LibraryCase) -> list[CaseFilter]:
    """Give filters of every kind, most of which the case passes."""
    named = frozenset(one.name for one in case.findings)
    return [
        EVERYTHING,
        CaseFilter(stamp=STAMP),
        CaseFilter(sexes=frozenset({"F"})),
        CaseFilter(sexes=frozenset({"F", "M"}), age_bands=frozenset({"60-69", "70-79"})),
        CaseFilter(contrast=True),
        CaseFilter(contrast=False, is_verified=True),
        CaseFilter(tags=frozenset(case.tags)),
        CaseFilter(judged=named),
        CaseFilter(judged=named, is_verified=True),
        *(CaseFilter(present=frozenset({name})) for name in named),
        *(CaseFilter(absent=frozenset({name}), is_verified=True) for name in named),
        CaseFilter(tags=frozenset({"no such tag"})),
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(library_samples.cases(), min_size=1, max_size=5))
def test_cases_pass_together_what_they_pass_alone(cases: list[LibraryCase]) -> None:
    sets = sets_of(cases)

    for wanted in filters_from(cases[0]):
        passing = sets.passing(wanted)
        told = [True] * len(cases) if passing is None else passing.tolist()
        assert told == [wanted.accepts(case) for case in cases]


def test_a_fact_of_few_cases_takes_less_room_than_one_of_many() -> None:
    few = pa.array([["rare"]] + [[]] * 9999, type=pa.list_(pa.string()))
    many = pa.array([["often"]] * 10_000, type=pa.list_(pa.string()))

    sizes = [sets_with_tags(tags).size_bytes for tags in (few, many)]

    assert sizes == [4, 10_000 // 8]


def test_both_ways_of_keeping_a_fact_say_the_same() -> None:
    tags = [["rare"] if row == 77 else ["often"] if row % 2 else [] for row in range(10_000)]
    sets = sets_with_tags(pa.array(tags, type=pa.list_(pa.string())))

    for tag in ("rare", "often"):
        passing = sets.passing(CaseFilter(tags=frozenset({tag})))
        assert passing is not None
        assert passing.tolist() == [tag in of_case for of_case in tags]


def sets_with_tags(tags: pa.Array) -> FactSets:
    """Keep cases of which nothing but the tags is known."""
    nothing = pa.array([[]] * len(tags), type=pa.list_(pa.string()))
    texts = pa.array([""] * len(tags))
    columns = {
        **dict.fromkeys(("present", "absent", "verified_present", "verified_absent"), nothing),
        **dict.fromkeys(("age_band", "sex"), texts),
        "contrast": pa.array([None] * len(tags), type=pa.bool_()),
        "tags": tags,
    }
    return FactSets.of_columns(pa.table(columns))
