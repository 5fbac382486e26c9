"""CaseFilter: predicate, facts and query agree, and nothing typed becomes a query."""

from uuid import uuid4

import lancedb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.retrieval.arrow_rows import schema_of, to_rows
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter, facts_of, quoted
from medct_core.retrieval.library_case import AGE_BANDS, SEXES, KnownFinding, LibraryCase
from tests import library_samples
from tests.library_samples import OTHER_STAMP, STAMP

NAMES = ["Effusion", "it's", "a\\'", "' OR 1=1 --", '"; DROP', "%_", "Ödem 肺", "x']) OR (true"]
NAME = st.sampled_from(NAMES)
BAND = st.sampled_from(AGE_BANDS[3:6])
SEX = st.sampled_from(SEXES)


@st.composite
def described(draw: st.DrawFn) -> LibraryCase:
    """Draw a case whose facts are few, so that filters often meet them."""
    finding = st.builds(KnownFinding, NAME, st.booleans(), st.booleans())
    return library_samples.case(
        draw(st.integers(0, 10**6)),
        age_band=draw(st.just("") | BAND),
        sex=draw(st.just("") | SEX),
        contrast=draw(st.none() | st.booleans()),
        findings=tuple(draw(st.lists(finding, max_size=4, unique_by=lambda each: each.name))),
        tags=tuple(sorted(draw(st.sets(NAME, max_size=3)))),
    )


FILTERS = st.builds(
    CaseFilter,
    age_bands=st.frozensets(BAND, max_size=2),
    sexes=st.frozensets(SEX, max_size=2),
    contrast=st.none() | st.booleans(),
    present=st.frozensets(NAME, max_size=1),
    absent=st.frozensets(NAME, max_size=1),
    judged=st.frozensets(NAME, max_size=1),
    is_verified=st.booleans(),
    tags=st.frozensets(NAME, max_size=1),
    stamp=st.sampled_from([None, STAMP]),
)


def found_by_query(cases: list[LibraryCase], where: str) -> list[str]:
    """Ask a table of the cases; ids, sorted."""
    schema = schema_of(STAMP, 8)
    table = lancedb.connect(f"memory://{uuid4()}").create_table("cases", to_rows(cases, schema))
    asked = table.search().select(["case_id"]).limit(len(cases) + 1)
    rows = (asked.where(where) if where else asked).to_arrow()
    return sorted(rows["case_id"].to_pylist())


@settings(max_examples=30)
@given(st.lists(described(), min_size=1, max_size=6), st.lists(FILTERS, min_size=4, max_size=4))
def test_the_query_finds_what_the_predicate_accepts(
    cases: list[LibraryCase], filters: list[CaseFilter]
) -> None:
    accepted = [
        sorted(case.case_id for case in cases if wanted.accepts(case)) for wanted in filters
    ]

    assert [found_by_query(cases, wanted.where) for wanted in filters] == accepted


@given(described(), FILTERS)
def test_facts_say_what_the_predicate_says(case: LibraryCase, wanted: CaseFilter) -> None:
    facts = set(facts_of(case))

    assert all(facts & clause for clause in wanted.clauses) == wanted.accepts(case)


@given(described())
def test_without_a_filter_every_case_passes(case: LibraryCase) -> None:
    assert EVERYTHING.accepts(case)
    assert EVERYTHING.where == ""
    assert EVERYTHING.clauses == ()


def test_cases_of_another_model_do_not_pass() -> None:
    case = library_samples.case(stamp=OTHER_STAMP)

    assert not CaseFilter(stamp=STAMP).accepts(case)
    assert CaseFilter(stamp=OTHER_STAMP).accepts(case)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_a_name_in_a_query(name: str) -> None:
    cases = [
        library_samples.case(1, tags=(name,)),
        library_samples.case(2, tags=("other",)),
    ]

    assert found_by_query(cases, CaseFilter(tags=frozenset({name})).where) == [cases[0].case_id]


@given(st.text(st.characters(codec="utf-8")))
def test_quoted_text_holds_no_single_quote(text: str) -> None:
    inside = quoted(text)[1:-1]

    assert inside.replace("''", "").count("'") == 0
    assert inside.replace("''", "'") == text


def test_only_verified_findings_count_where_that_is_asked() -> None:
    case = library_samples.case(
        findings=(
            KnownFinding("seen", is_present=True),
            KnownFinding("proven", is_present=True, is_verified=True),
        )
    )

    accepted = {
        name: CaseFilter(present=frozenset({name}), is_verified=True).accepts(case)
        for name in ("seen", "proven")
    }

    assert accepted == {"seen": False, "proven": True}
