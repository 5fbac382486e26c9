"""Measuring: the numbers of a model are those the rest of the program would give."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from medct_core.cancel import Cancelled, CancelToken
from medct_core.evaluation.retrieval_overlap import Labelled, label_overlap
from medct_core.evaluation.retrieval_ranks import Pairs, measure_ranking
from medct_core.models.bundle import LoadedModel
from medct_core.training.reproduce.measure import (
    encode_scans,
    head_scorer,
    measure,
    nearest_overlap,
    prompt_scorer,
    report_ranks,
    summary,
)
from tests.reproduce_samples import NoisyScans, TinyMaterials


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> TinyMaterials:
    return TinyMaterials(tmp_path_factory.mktemp("bases"))


@pytest.fixture(scope="module")
def model(materials: TinyMaterials) -> LoadedModel:
    return materials.base("M")


def test_scans_are_encoded_in_order_however_many_there_are(model: LoadedModel) -> None:
    viewer = NoisyScans("b", 11)

    found = encode_scans(model, viewer, CancelToken())

    last = encode_scans(model, NoisyScans("b", 11), CancelToken()).vectors[10]
    assert found.vectors.shape == (11, 8)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(found.vectors[10], last)


def test_prompts_score_as_pairs_of_present_and_absent(model: LoadedModel) -> None:
    viewer = NoisyScans("b", 4)
    vectors = encode_scans(model, viewer, CancelToken()).vectors

    logits = prompt_scorer(model, viewer.cohort.findings)(vectors)
    opposite = prompt_scorer(model, viewer.cohort.findings)(-vectors)

    assert logits.shape == (4, 18)
    np.testing.assert_allclose(opposite, -logits, rtol=1e-5)


def test_a_head_scores_as_the_layer_does() -> None:
    head = nn.Linear(8, 18)
    vectors = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)

    logits = head_scorer(head)(vectors)

    expected = vectors @ head.weight.detach().numpy().T + head.bias.detach().numpy()
    np.testing.assert_allclose(logits, expected, rtol=1e-5)


def test_without_a_scorer_of_its_own_a_model_answers_by_prompts(
    model: LoadedModel, materials: TinyMaterials
) -> None:
    answers = measure(model, None, materials.tests, CancelToken())

    numbers = summary(answers)
    np.testing.assert_array_equal(answers.logits["own", "A"], answers.logits["prompts", "A"])
    assert numbers["overall_b"]["own"] == numbers["overall_b"]["prompts"]
    assert numbers["overall_b"]["own"]["n"] == 12
    assert 0 <= numbers["retrieval_b"]["report_to_volume_recall"]["10"] <= 1


def test_thresholds_come_from_the_validation_scans_alone(
    model: LoadedModel, materials: TinyMaterials
) -> None:
    here, other = materials.tests, TinyMaterials(Path(), "-other").tests
    mixed = type(here)(here.validation_b, other.test_b, other.test_a)

    one, two = (measure(model, None, scans, CancelToken()) for scans in (here, mixed))

    assert one.cuts("own") == two.cuts("own")
    assert not np.array_equal(one.logits["own", "B"], two.logits["own", "B"])


def test_measuring_can_be_stopped(model: LoadedModel, materials: TinyMaterials) -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        measure(model, None, materials.tests, token)


def _vectors(count: int, seed: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=(count, 5)).astype(np.float32)
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))


@given(st.integers(2, 30), st.integers(0, 99))
def test_ranks_agree_with_the_measured_ranking(count: int, seed: int) -> None:
    scans, reports = _vectors(count, seed), _vectors(count, seed + 1)
    correct = np.eye(count, dtype=np.bool_)
    known = measure_ranking(Pairs(reports, scans, correct, np.arange(count)))

    ranks = report_ranks(reports @ scans.T, correct)

    assert np.mean(1 / ranks) == pytest.approx(known.mrr.value)
    assert np.mean(ranks <= 1) == pytest.approx(known.recall[1].value)


def test_among_equal_cosines_the_wrong_ones_come_first() -> None:
    cosines = np.array([[0.5, 0.5, 0.5, 0.1]], np.float32)

    ranks = report_ranks(cosines, np.array([[True, False, False, False]]))

    assert ranks.tolist() == [3]


@given(st.integers(0, 99))
def test_overlap_agrees_with_the_measured_one(seed: int) -> None:
    labels = np.random.default_rng(seed).random((40, 4)) < 0.5
    vectors = _vectors(40, seed)
    known = label_overlap(Labelled(vectors, labels, np.arange(40))).at[10]

    overlap = nearest_overlap(vectors, labels, 10)

    assert overlap.mean() == pytest.approx(known.value)
