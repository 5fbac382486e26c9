"""Evaluation: thresholds from validation, both models by one rule, everything said with it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medct_core.evaluation.multilabel.compare import compare
from medct_core.evaluation.multilabel.overall import overall
from medct_core.evaluation.multilabel.thresholds import choose_thresholds
from medct_core.evaluation.scans.evaluation import NOTICE, Contest, Entry, Split, judge
from medct_core.evaluation.scans.labelled_scans import LeftOut
from medct_core.vocabulary import FINDINGS
from tests.evaluation_samples import ADAPTED, BASE, evaluation, named, split
from tests.labelled_samples import labelled
from tests.prediction_samples import modelled


def test_numbers_are_those_of_thresholds_from_validation() -> None:
    test, validation = (named(modelled(80, 1.0, seed=s, findings=18)) for s in (0, 1))
    better = replace(test, probability=np.sqrt(test.probability))
    contest = Contest(
        "zero-shot", "", split("a", test), split("b", validation), FINDINGS, 0.9, seed=3
    )

    result = judge(
        contest,
        [
            Entry("base", BASE, "", {}, test, validation),
            Entry("site", ADAPTED, "", {}, better, validation),
        ],
    )

    cuts = choose_thresholds(validation)
    assert result.models[0].overall == overall(test, cuts)
    assert result.comparisons["site"] == compare(
        test,
        better,
        base_thresholds=cuts,
        other_thresholds=cuts,
        rng=np.random.default_rng(3),
    )
    for one in result.models[0].findings:
        assert one.at_specificity.threshold is not None
        assert one.at_specificity.specificity is not None


def test_a_result_says_all_that_it_stands_on() -> None:
    said = json.loads(json.dumps(evaluation(60).to_json()))

    assert said["notice"] == NOTICE
    assert said["contest"]["test"]["n"] == 60
    assert said["contest"]["test"]["left_out"] == [
        {"scan": "valid_3_a_1", "why": "there is no such file"}
    ]
    assert said["contest"]["labels"]
    assert [model["stamp"]["adapter"] for model in said["models"]] == [None, "site"]
    assert said["models"][0]["wordings"]["Emphysema"]["absent"] == ["Emphysema is not present."]
    assert {"thresholds", "intervals", "p", "not defined", "macro f1"} <= set(said["rules"])


def test_a_class_without_positives_is_not_defined_and_not_zero() -> None:
    result = evaluation(60)

    hernia = result.models[0].findings[5]
    assert hernia.positives == 0
    assert hernia.auroc is hernia.average_precision is hernia.calls.f1 is None
    assert result.models[0].overall.told_apart == 17
    assert result.comparisons["site"].findings[hernia.name].auroc.gain is None


def test_a_split_counts_scans_and_patients() -> None:
    scans, _ = labelled(4)

    counted = Split.of(replace(scans, patients=np.array([1, 1, 2, 3])).without({3: "gone"}))

    assert (counted.n, counted.patients) == (3, 2)
    assert counted.left_out == (LeftOut("4.nii.gz", "gone"),)


def test_the_seed_decides_the_intervals() -> None:
    one, two = evaluation(40), evaluation(40)

    assert one.to_json() == two.to_json()
    assert one.models[0].intervals["accuracy"][0] != pytest.approx(0.0)
