"""Spread: percentiles among pairs of different patients, and none where there are too few."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.retrieval.spread import LEAST_CASES, PAIRS, CaseKey, Spread, draw_spread

VERSION = "centred"


def unit_vectors(count: int) -> npt.NDArray[np.float32]:
    """Seeded directions in six dimensions."""
    drawn = np.random.default_rng(3).standard_normal((count, 6))
    unit: npt.NDArray[np.float32] = drawn.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit


def keys(patients: list[str], studies: list[str] | None = None) -> list[CaseKey]:
    """Cases of these patients, named by number."""
    of_study = studies or [""] * len(patients)
    return [
        CaseKey(str(number), patient, study)
        for number, (patient, study) in enumerate(zip(patients, of_study, strict=True))
    ]


def spread_of(cosines: list[float]) -> Spread:
    """Pairs 0-1, 1-2, 2-3 and so on with these cosines."""
    ids = np.array([str(number) for number in range(len(cosines) + 1)])
    return Spread(np.array(cosines, dtype=np.float32), ids[:-1], ids[1:], VERSION)


@given(st.lists(st.integers(-10, 10), min_size=1), st.integers(-10, 10), st.integers(0, 5))
def test_a_higher_cosine_never_has_a_lower_percentile(
    tenths: list[int], low: int, more: int
) -> None:
    spread = spread_of([tenth / 10 for tenth in tenths])

    one, other = spread.percentile(low / 10), spread.percentile((low + more) / 10)

    assert one is not None
    assert other is not None
    assert 0 <= one <= other <= 100


def test_pairs_that_are_exactly_as_alike_count_half() -> None:
    assert spread_of([0.0, 0.5, 0.5, 1.0]).percentile(0.5) == 50.0


def test_pairs_of_the_query_itself_do_not_count() -> None:
    spread = spread_of([0.0, 0.0, 1.0])

    assert spread.percentile(0.5, without={"0"}) == 50.0
    assert spread.percentile(0.5, without={"1"}) == 0.0
    assert spread.percentile(0.5, without={"1", "2"}) is None


def test_only_different_patients_and_studies_are_paired() -> None:
    patients = [f"patient {number % 30}" for number in range(60)]
    studies = [f"study {number % 20}" for number in range(60)]

    spread = draw_spread(unit_vectors(60), keys(patients, studies), centring_version=VERSION)

    assert spread is not None
    for one, other in zip(spread.first.astype(int), spread.second.astype(int), strict=True):
        assert patients[one] != patients[other]
        assert studies[one] != studies[other]


def test_unknown_patients_are_each_their_own() -> None:
    spread = draw_spread(unit_vectors(50), keys([""] * 50), centring_version=VERSION)

    assert spread is not None
    assert len(spread.cosines) == PAIRS
    assert (spread.first != spread.second).all()


def test_the_cosines_are_those_of_the_pairs() -> None:
    vectors = unit_vectors(50)

    spread = draw_spread(vectors, keys([""] * 50), centring_version=VERSION)

    assert spread is not None
    one, other = spread.first.astype(int), spread.second.astype(int)
    np.testing.assert_allclose(spread.cosines, (vectors[one] * vectors[other]).sum(1), atol=1e-6)


def test_the_same_seed_draws_the_same_pairs() -> None:
    first, again = (
        draw_spread(unit_vectors(50), keys([""] * 50), centring_version=VERSION) for _ in range(2)
    )

    assert first is not None
    assert again is not None
    np.testing.assert_array_equal(first.cosines, again.cosines)


@pytest.mark.parametrize(
    "patients", [[""] * (LEAST_CASES - 1), ["one"] * LEAST_CASES], ids=["few", "one patient"]
)
def test_too_few_cases_or_one_patient_alone_have_no_spread(patients: list[str]) -> None:
    spread = draw_spread(unit_vectors(len(patients)), keys(patients), centring_version=VERSION)

    assert spread is None
