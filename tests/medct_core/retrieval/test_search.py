"""Search: the query first and apart, patients once, one model and one centring."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import ModelMismatchError
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.exact_index import ExactIndex
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.open_search import open_search
from medct_core.retrieval.search import Evidence, Query, Search, groups_of
from medct_core.retrieval.spread import CaseKey
from tests import library_samples
from tests.cases_in_memory import CasesInMemory
from tests.library_samples import OTHER_STAMP, STAMP, unit_vector

HAS = (KnownFinding("Effusion", is_present=True, is_verified=True),)
HAS_NOT = (KnownFinding("Effusion", is_present=False, is_verified=True),)


def search_in(cases: Iterable[LibraryCase]) -> Search:
    return open_search(CasesInMemory(cases), STAMP)


def scan_of(case: LibraryCase) -> Query:
    """Ask with the scan of a case of the library."""
    return Query(case.vector, STAMP, scan_sha256=case.scan_sha256)


def new_scan(seed: int = 5000) -> Query:
    return Query(unit_vector(seed), STAMP, scan_sha256=f"{seed:064x}")


def at(
    angle: float,
    number: int,
    *,
    patient_key: str = "",
    study_key: str = "",
    findings: tuple[KnownFinding, ...] = (),
) -> LibraryCase:
    """Give a case at an angle from the first axis, in radians."""
    vector = np.zeros(8, dtype=np.float32)
    vector[:2] = np.cos(angle), np.sin(angle)
    return library_samples.case(
        number,
        vector=vector,
        patient_key=patient_key,
        study_key=study_key,
        findings=findings,
    )


AHEAD = Query(np.eye(8, dtype=np.float32)[0], STAMP, scan_sha256="f" * 64)


@given(st.integers(1, 60), st.integers(0, 59), st.integers(1, 8))
def test_the_query_comes_first_and_counts_in_nothing(size: int, place: int, count: int) -> None:
    cases = [library_samples.case(number) for number in range(size)]
    asked = cases[place % size]

    first, *others = search_in(cases).similar(scan_of(asked), count=count)

    assert (first.case.case_id, first.is_self, first.rank) == (asked.case_id, True, 0)
    assert first.percentile is None
    assert first.out_of == size - 1
    assert len(others) == min(count, size - 1)
    assert not any(other.is_self for other in others)
    assert [other.rank for other in others] == list(range(1, len(others) + 1))


@given(st.integers(1, 60))
def test_the_best_come_first(size: int) -> None:
    found = search_in(map(library_samples.case, range(size))).similar(new_scan())

    cosines = [each.cosine for each in found]
    assert cosines == sorted(cosines, reverse=True)
    assert all(-1 <= cosine <= 1 for cosine in cosines)


def test_a_library_of_one_case_works() -> None:
    only = library_samples.case(1)

    (of_new,) = search_in([only]).similar(new_scan())
    (of_itself,) = search_in([only]).similar(scan_of(only))

    assert (of_new.rank, of_new.out_of, of_new.percentile) == (1, 1, None)
    assert of_itself.is_self
    assert of_itself.cosine == pytest.approx(1.0)


@pytest.mark.parametrize(("size", "has_percentile"), [(49, False), (50, True)])
def test_percentiles_need_fifty_cases(size: int, has_percentile: bool) -> None:
    found = search_in(map(library_samples.case, range(size))).similar(new_scan())

    assert all((each.percentile is not None) == has_percentile for each in found)


def test_the_nearest_of_many_is_in_the_upper_percentiles() -> None:
    found = search_in(map(library_samples.case, range(200))).similar(new_scan(), count=200)

    percentiles = [each.percentile for each in found if each.percentile is not None]
    assert percentiles == sorted(percentiles, reverse=True)
    assert percentiles[0] > 95
    assert percentiles[-1] < 5


def test_a_text_has_ranks_and_no_percentile() -> None:
    search = search_in(map(library_samples.case, range(60)))

    found = search.similar(Query(unit_vector(7000), STAMP, own_mean=unit_vector(7001)))

    assert [each.percentile for each in found] == [None] * 10
    assert found[2].rank == 3


def test_a_text_is_centred_by_the_mean_of_texts() -> None:
    cases = [library_samples.case(number) for number in range(60)]
    mean = np.mean([case.vector for case in cases], axis=0)
    text, texts = unit_vector(7000), unit_vector(7001)

    found = search_in(cases).similar(Query(text, STAMP, own_mean=texts), count=1)[0]

    one, other = found.case.vector - mean, text - texts
    expected = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert found.cosine == pytest.approx(expected, abs=1e-5)


def test_a_small_library_takes_the_mean_of_the_model() -> None:
    cases = [library_samples.case(number) for number in range(3)]
    of_model = Centring(unit_vector(1), None, 200)

    found = open_search(CasesInMemory(cases), STAMP, of_model=of_model).similar(
        new_scan(), count=1
    )[0]

    expected = of_model.unit(found.case.vector) @ of_model.unit(new_scan().vector)
    assert found.cosine == pytest.approx(expected, abs=1e-6)


def test_cases_of_another_model_are_never_found() -> None:
    cases = [library_samples.case(number) for number in range(3)]
    others = [library_samples.case(number, stamp=OTHER_STAMP) for number in range(3)]

    found = search_in([*cases, *others]).similar(new_scan())

    assert {each.case.stamp for each in found} == {STAMP}
    assert found[0].out_of == 3


def test_a_query_of_another_model_is_refused() -> None:
    search = search_in([library_samples.case(1)])

    with pytest.raises(ModelMismatchError, match="embedded by tiny"):
        search.similar(Query(unit_vector(1), OTHER_STAMP))


def test_a_filter_holds_for_the_query_too() -> None:
    cases = [library_samples.case(number, sex="FM"[number % 2]) for number in range(6)]

    found = search_in(cases).similar(scan_of(cases[0]), wanted=CaseFilter(sexes=frozenset("M")))

    assert {each.case.sex for each in found} == {"M"}
    assert found[0].out_of == 3


def test_cases_of_one_patient_or_study_are_one_group() -> None:
    cases = [
        at(0.1, 1, patient_key="p"),
        at(0.2, 2, study_key="s"),
        at(0.3, 3, patient_key="p", study_key="s"),
        at(0.4, 4),
        at(0.5, 5),
    ]

    found = search_in(cases).similar(AHEAD)

    assert [each.group for each in found] == [0, 0, 0, 3, 4]


def test_other_scans_of_the_query_s_patient_are_marked() -> None:
    cases = [at(0.1, 1, patient_key="p"), at(0.2, 2, patient_key="p"), at(0.3, 3)]

    found = search_in(cases).similar(scan_of(cases[0]))

    assert [each.is_of_query for each in found] == [True, True, False]
    assert [each.is_self for each in found] == [True, False, False]


def test_a_patient_who_is_known_only_with_the_query_is_known() -> None:
    cases = [at(0.1, 1, patient_key="p"), at(0.2, 2)]
    asked = Query(AHEAD.vector, STAMP, scan_sha256="f" * 64, patient_key="p")

    found = search_in(cases).similar(asked)

    assert [each.is_of_query for each in found] == [True, False]


def test_evidence_counts_the_nearest_and_says_what_chance_would_give() -> None:
    near = [at(0.01 * number, number, findings=HAS) for number in range(3)]
    far = [at(2 + 0.01 * number, 10 + number, findings=HAS_NOT) for number in range(9)]

    evidence = search_in([*near, *far]).evidence(AHEAD, "Effusion", count=4)

    assert evidence == Evidence("Effusion", counted=4, present=3, expected=1.0)
    assert evidence.sentence == "3 of the 4 nearest verified cases had it; 1.0 expected"


def test_the_query_its_patient_and_repeats_are_no_evidence() -> None:
    itself = at(0.0, 1, patient_key="me", findings=HAS)
    follow_up = at(0.1, 2, patient_key="me", findings=HAS)
    repeats = [at(0.2 + 0.01 * n, 10 + n, patient_key="she", findings=HAS) for n in range(50)]
    others = [at(1.0 + 0.1 * n, 100 + n, findings=HAS_NOT) for n in range(3)]

    evidence = search_in([itself, follow_up, *repeats, *others]).evidence(
        scan_of(itself), "Effusion"
    )

    assert evidence == Evidence("Effusion", counted=4, present=1, expected=1.0)


def test_only_verified_cases_are_evidence() -> None:
    claimed = at(0.1, 1, findings=(KnownFinding("Effusion", is_present=True),))

    evidence = search_in([claimed]).evidence(AHEAD, "Effusion")

    assert evidence == Evidence("Effusion", counted=0, present=0, expected=0.0)
    assert "No verified case" in evidence.sentence


def test_parts_of_two_centrings_make_no_search() -> None:
    centring = Centring(unit_vector(3), None, 1)
    index = ExactIndex(
        np.zeros((0, 8), dtype=np.float32), case_ids=[], facts=[], centring_version="another"
    )

    with pytest.raises(ValueError, match="one version"):
        Search(CasesInMemory([]), index, stamp=STAMP, centring=centring, spread=None)


@given(st.lists(st.tuples(st.sampled_from(["", "p", "q"]), st.sampled_from(["", "s"])), max_size=9))
def test_groups_are_numbered_by_their_first_case(named: list[tuple[str, str]]) -> None:
    keys = [CaseKey(str(place), *names) for place, names in enumerate(named)]

    groups = groups_of(keys)

    for place, group in enumerate(groups):
        assert group <= place
        assert groups[group] == group
        for other, key in enumerate(keys):
            assert not keys[place].belongs_with(key) or groups[other] == group
