"""Probe: it learns what there is, and nothing from whom it scores."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.evaluation.metrics import auroc
from medct_core.training.probe import (
    blind_scores,
    dealt_labels,
    fit_direction,
    in_own_space,
    mixed_parts,
    parts_of_patients,
)
from tests import taught_samples

GROUPS = st.lists(st.integers(0, 9), min_size=1, max_size=40).map(
    lambda drawn: np.unique(np.array(drawn), return_inverse=True)[1].astype(np.int64)
)


def test_a_signal_is_found_along_its_own_axis() -> None:
    cases = taught_samples.labelled(200, signal=8.0)

    direction = fit_direction(cases.vectors, cases.has_it)

    assert int(np.abs(direction.along).argmax()) == 0
    assert np.linalg.norm(direction.along) == pytest.approx(1.0, abs=1e-5)
    assert auroc(cases.has_it, direction.score(cases.vectors)) == pytest.approx(1.0, abs=0.01)


def test_scores_are_cosines() -> None:
    cases = taught_samples.labelled(30, signal=1.0)

    scores = fit_direction(cases.vectors, cases.has_it).score(cases.vectors)

    assert (np.abs(scores) <= 1 + 1e-6).all()


@pytest.mark.parametrize("kind", [np.ones, np.zeros])
def test_one_kind_alone_teaches_nothing(kind: type) -> None:
    vectors = taught_samples.labelled(10).vectors

    direction = fit_direction(vectors, np.array(kind(10), dtype=np.bool_))

    assert not direction.along.any()
    assert not direction.score(vectors).any()


def test_vectors_that_are_all_alike_teach_nothing() -> None:
    alike = np.ones((20, 3), dtype=np.float32)

    assert not fit_direction(alike, np.arange(20) < 10).score(alike).any()


@settings(max_examples=8)
@given(st.integers(0, 19), st.integers(0, 2**16))
def test_nobody_is_scored_by_a_probe_that_saw_their_patient(place: int, seed: int) -> None:
    cases = taught_samples.labelled(20, signal=1.0, size=4)
    patients = np.arange(20) // 2
    own = patients == patients[place]
    changed = cases.vectors.copy()
    # Whatever the patient's other scan and the labels are, the score of this scan stays.
    other = own & (np.arange(20) != place)
    changed[other] = np.random.default_rng(seed).standard_normal(4)
    labels = np.where(own, ~cases.has_it, cases.has_it)

    before = blind_scores(cases.vectors, cases.has_it, patients)
    after = blind_scores(changed, labels, patients)

    assert before[place] == after[place]


def test_labels_without_meaning_are_not_found_in_scores() -> None:
    values = []
    for seed in range(16):
        cases = taught_samples.labelled(30, seed=seed, size=24, share=1 / 3)
        scores = blind_scores(cases.vectors, cases.has_it, np.arange(30))
        values.append(auroc(cases.has_it, scores))

    # The mean of sixteen such AUROCs varies by 0.03; leaving one out must not push it below.
    assert np.mean(np.array(values, dtype=np.float64)) == pytest.approx(0.5, abs=0.09)


@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_fewer_numbers_tell_the_same(seed: int) -> None:
    cases = taught_samples.labelled(12, signal=1.0, size=40, seed=seed)
    small = in_own_space(cases.vectors)

    assert small.shape == (12, 12)
    np.testing.assert_allclose(
        fit_direction(small, cases.has_it).score(small),
        fit_direction(cases.vectors, cases.has_it).score(cases.vectors),
        atol=2e-3,
    )


def test_many_vectors_stay_as_they_are() -> None:
    vectors = taught_samples.labelled(20, size=8).vectors

    assert in_own_space(vectors) is vectors


@given(GROUPS, st.integers(2, 12), st.integers(0, 99))
def test_no_patient_is_in_two_parts(patients: npt.NDArray[np.int64], count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    has_it = rng.random(len(patients)) < 0.5

    for parts in (
        parts_of_patients(patients, count, rng),
        mixed_parts(has_it, patients, count, rng),
    ):
        assert len(parts) == len(patients)
        for patient in np.unique(patients):
            assert len(np.unique(parts[patients == patient])) == 1


def test_few_patients_are_left_out_one_at_a_time() -> None:
    patients = np.array([0, 0, 1, 2])
    rng = np.random.default_rng(0)

    assert len(np.unique(parts_of_patients(patients, 3, rng))) == 3
    assert len(np.unique(parts_of_patients(np.arange(100), 20, rng))) == 20


def test_every_part_has_its_share_of_both_kinds() -> None:
    has_it = np.arange(40) < 20

    parts = mixed_parts(has_it, np.arange(40), 10, np.random.default_rng(0))

    assert np.bincount(parts[has_it]).tolist() == np.bincount(parts[~has_it]).tolist() == [2] * 10


@given(GROUPS, st.integers(0, 99))
def test_dealt_labels_are_the_same_ones(patients: npt.NDArray[np.int64], seed: int) -> None:
    rng = np.random.default_rng(seed)
    has_it = rng.random(len(patients)) < 0.4

    assert dealt_labels(has_it, patients, rng).sum() == has_it.sum()


def test_labels_of_one_patient_are_dealt_together() -> None:
    patients = np.repeat(np.arange(10), 4)
    has_it = patients < 5

    dealt = dealt_labels(has_it, patients, np.random.default_rng(0))

    assert {len(set(dealt[patients == patient].tolist())) for patient in range(10)} == {1}
    assert (dealt != has_it).any()


def test_stopping_ends_it() -> None:
    cases, cancel = taught_samples.labelled(20), CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        blind_scores(cases.vectors, cases.has_it, np.arange(20), cancel=cancel)
