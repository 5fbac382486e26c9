"""Answers: what is stored is all that any number needs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from medct_core.training.reproduce.answers import (
    DOMAINS,
    READOUTS,
    RECALL_AT,
    Answers,
    probabilities,
    rounded,
)
from medct_core.training.reproduce.measure import nearest_overlap
from medct_core.training.reproduce.plan import Run
from tests.reproduce_samples import made_up_answers

ANSWERS = made_up_answers(Run("M"), skill=lambda _run, _domain: 1.0, scans=40)


def test_answers_read_as_they_were_stored() -> None:
    again = Answers.from_arrays(ANSWERS.to_arrays())

    assert again.findings == ANSWERS.findings
    for readout in READOUTS:
        assert again.cuts(readout) == ANSWERS.cuts(readout)
        for domain in DOMAINS:
            one, other = (which.predictions(readout, domain) for which in (again, ANSWERS))
            np.testing.assert_array_equal(one.probability, other.probability)
            np.testing.assert_array_equal(one.truth, other.truth)
    np.testing.assert_allclose(again.retrieved.numbers, ANSWERS.retrieved.numbers, rtol=1e-6)


def test_a_finding_without_threshold_has_none_after_storing() -> None:
    arrays = dict(ANSWERS.to_arrays())
    arrays["thresholds_own"] = arrays["thresholds_own"].copy()
    arrays["thresholds_own"][3] = np.nan

    values = Answers.from_arrays(arrays).cuts("own").values

    assert [row for row, value in enumerate(values) if value is None] == [3]


@given(arrays.arrays(np.float32, 12, elements=st.floats(-1e9, 1e9, width=32)))
def test_rounding_never_turns_an_order_round(logits: np.ndarray) -> None:
    ordered = np.sort(logits)

    probability = probabilities(rounded(ordered))

    assert (np.diff(probability) >= 0).all()
    assert ((probability >= 0) & (probability <= 1)).all()


def test_chance_is_what_scans_drawn_at_random_would_give() -> None:
    rng = np.random.default_rng(5)
    count = len(ANSWERS.truth["B"])
    labels = ANSWERS.truth["B"]
    drawn = []
    for _ in range(400):
        vectors = rng.normal(size=(count, 64)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        drawn.append(nearest_overlap(vectors, labels, 10).mean())

    recall, overlap = ANSWERS.retrieval_by_chance

    assert recall == 1  # of 40 scans all stand among the first 50
    assert overlap == pytest.approx(np.mean(drawn), rel=0.03)


def test_a_scan_is_recalled_where_it_stands_early_enough() -> None:
    recalled, overlap = ANSWERS.retrieved.numbers

    np.testing.assert_array_equal(recalled == 1, ANSWERS.retrieved.report_rank <= RECALL_AT)
    np.testing.assert_array_equal(overlap, ANSWERS.retrieved.overlap)
