"""Two models: the gain, its interval and p, on the same patients."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from medct_core.evaluation.multilabel.compare import BOOTSTRAP, DELONG, Comparison, compare
from medct_core.evaluation.multilabel.overall import overall
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import choose_thresholds
from medct_core.evaluation.multilabel.weighted import METRICS
from tests.prediction_samples import modelled, predictions


def compared(base: Predictions, other: Predictions, seed: int = 0) -> Comparison:
    return compare(
        base,
        other,
        base_thresholds=choose_thresholds(base),
        other_thresholds=choose_thresholds(other),
        rng=np.random.default_rng(seed),
    )


@settings(max_examples=20)
@given(predictions())
def test_a_model_gains_nothing_over_itself(table: Predictions) -> None:
    result = compared(table, table)

    for gain in result.metrics.values():
        assert gain.gain in {0.0, None}
        assert gain.low in {0.0, None}
        assert gain.high in {0.0, None}
        assert gain.p in {1.0, None}


def test_a_better_model_gains_surely_and_the_other_way_round_loses_as_much() -> None:
    base = modelled(400, 0.8, seed=0)
    logits = np.log(base.probability / (1 - base.probability)) + 1.0 * base.truth
    better = replace(base, probability=1 / (1 + np.exp(-logits)))

    there, back = compared(base, better), compared(better, base)

    for name in METRICS:
        gain, loss = there.metrics[name], back.metrics[name]
        assert gain.gain is not None
        assert gain.low is not None
        assert loss.high is not None
        assert 0 < gain.low < gain.gain
        assert gain.p is not None
        assert gain.p < 0.01
        assert loss.high == pytest.approx(-gain.low)
    assert there.finding_test == DELONG
    assert json.loads(json.dumps(there.to_json()))["findings"]["finding 0"]["positives"] > 0


def test_base_and_other_are_what_each_has_alone() -> None:
    base, other = modelled(80, 0.5, seed=0), modelled(80, 0.5, seed=0)
    other = replace(other, probability=np.sqrt(other.probability[:, ::-1].copy()))

    result = compared(base, other)

    for name, gain in result.metrics.items():
        assert gain.base == getattr(overall(base, choose_thresholds(base)), name)
        assert gain.other == getattr(overall(other, choose_thresholds(other)), name)


def test_scans_of_one_patient_are_tested_by_the_patient() -> None:
    base = modelled(200, 0.8, seed=0, scans_a_patient=4)
    better = replace(base, probability=0.7 * base.probability + 0.3 * base.truth)

    result = compared(base, better)

    assert result.finding_test == BOOTSTRAP
    assert result.patients == 50
    assert all(one.auroc.p is not None for one in result.findings.values())


def test_a_finding_without_positives_has_no_gain_and_no_p() -> None:
    base = modelled(50, 1.0, seed=0)
    truth = base.truth.copy()
    truth[:, 0] = False
    base = replace(base, truth=truth)

    result = compared(base, replace(base, probability=base.probability**2))

    nothing = result.findings["finding 0"]
    assert nothing.positives == 0
    assert nothing.auroc.gain is nothing.auroc.p is nothing.p_holm is None
    assert result.metrics["mean_auroc"].gain is not None


def test_the_stream_of_draws_is_left_as_it_was() -> None:
    base = modelled(50, 1.0, seed=0)
    rng = np.random.default_rng(5)
    cuts = choose_thresholds(base)

    one, two = (
        compare(base, base, base_thresholds=cuts, other_thresholds=cuts, rng=rng) for _ in range(2)
    )

    assert one.to_json() == two.to_json()
