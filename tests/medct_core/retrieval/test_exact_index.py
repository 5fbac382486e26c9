"""ExactIndex: nothing is missed, and filters let pass what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter, facts_of
from medct_core.retrieval.exact_index import ExactIndex
from medct_core.retrieval.library_case import LibraryCase
from tests import library_samples


def index_of(cases: list[LibraryCase]) -> ExactIndex:
    return ExactIndex(
        np.array([case.vector for case in cases], dtype=np.float32).reshape(-1, 8),
        case_ids=[case.case_id for case in cases],
        facts=[facts_of(case) for case in cases],
        centring_version="none",
    )


LIBRARIES = st.lists(
    st.builds(
        library_samples.case,
        st.integers(0, 10**6),
        sex=st.sampled_from(["", "F", "M"]),
        tags=st.sampled_from([(), ("a",), ("a", "b")]),
    ),
    max_size=30,
    unique_by=lambda case: case.case_id,
)
FILTERS = st.builds(
    CaseFilter,
    sexes=st.frozensets(st.sampled_from(["F", "M"])),
    tags=st.frozensets(st.sampled_from(["a", "b", "c"]), max_size=1),
)


@given(LIBRARIES, FILTERS, st.integers(1, 12))
def test_what_is_found_is_what_sorting_all_of_them_gives(
    cases: list[LibraryCase], wanted: CaseFilter, count: int
) -> None:
    query = library_samples.unit_vector(99)
    passing = [case for case in cases if wanted.accepts(case)]
    expected = sorted(passing, key=lambda case: -float(case.vector @ query))[:count]

    hits = index_of(cases).nearest(query, count=count, wanted=wanted)

    assert [hit.case_id for hit in hits] == [case.case_id for case in expected]
    for hit, case in zip(hits, expected, strict=True):
        assert hit.cosine == pytest.approx(float(case.vector @ query), abs=1e-6)


def test_a_case_finds_itself_first() -> None:
    cases = [library_samples.case(number) for number in range(40)]

    hit = index_of(cases).nearest(cases[7].vector, count=1, wanted=EVERYTHING)[0]

    assert hit.case_id == cases[7].case_id
    assert hit.cosine == pytest.approx(1.0)


def test_equal_cosines_are_ordered_by_name() -> None:
    same = library_samples.unit_vector(1)
    cases = [library_samples.case(number, vector=same) for number in range(9)]

    hits = index_of(cases).nearest(same, count=3, wanted=EVERYTHING)

    assert [hit.case_id for hit in hits] == sorted(case.case_id for case in cases)[:3]


def test_every_case_has_a_vector() -> None:
    with pytest.raises(ValueError, match="one vector"):
        ExactIndex(
            np.zeros((2, 3), dtype=np.float32),
            case_ids=["one"],
            facts=[()],
            centring_version="none",
        )


def test_an_index_counts_its_cases() -> None:
    assert len(index_of([library_samples.case(number) for number in range(3)])) == 3
