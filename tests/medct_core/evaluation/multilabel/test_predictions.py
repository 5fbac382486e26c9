"""Predictions: rows that match, and probabilities that are some."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from medct_core.evaluation.multilabel.predictions import Predictions, require_same_scans
from tests.prediction_samples import modelled, predictions


@given(predictions())
def test_findings_that_some_have_and_some_do_not_are_told_apart(table: Predictions) -> None:
    apart = table.told_apart

    for column, one in zip(table.truth.T, apart, strict=True):
        assert one == (0 < column.sum() < len(table))


def test_some_findings_are_kept_in_the_order_given() -> None:
    table = modelled(20, 1.0, seed=0)

    fewer = table.only(["finding 2", "finding 0"])

    assert fewer.findings == ("finding 2", "finding 0")
    assert np.array_equal(fewer.truth, table.truth[:, [2, 0]])
    assert np.array_equal(fewer.probability, table.probability[:, [2, 0]])
    assert fewer.patient_count == 20


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), float("inf")])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    table = modelled(5, 1.0, seed=0)
    probability = table.probability.copy()
    probability[3, 1] = wrong

    with pytest.raises(ValueError, match="between 0 and 1"):
        replace(table, probability=probability)


def test_rows_that_do_not_match_are_refused() -> None:
    table = modelled(5, 1.0, seed=0)

    with pytest.raises(ValueError, match="every scan"):
        replace(table, truth=table.truth[:4])
    with pytest.raises(ValueError, match="every scan"):
        replace(table, findings=("only one",))
    with pytest.raises(ValueError, match="stands once"):
        replace(table, findings=("a", "a", "b", "c"))


def test_models_on_other_scans_are_not_compared() -> None:
    table = modelled(5, 1.0, seed=0)

    require_same_scans(table, replace(table, probability=1 - table.probability))

    for other in (
        modelled(6, 1.0, seed=0),
        replace(table, truth=~table.truth),
        replace(table, patients=table.patients + 1),
        replace(table, findings=table.findings[::-1]),
    ):
        with pytest.raises(ValueError, match="the same scans"):
            require_same_scans(table, other)
