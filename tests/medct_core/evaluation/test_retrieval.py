"""The evaluation as a whole: frames, duplicates, and what stands beside every number."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.evaluation.retrieval import (
    RAW,
    RULES,
    Frame,
    RetrievalEvaluation,
    evaluate_retrieval,
    frames_from,
)
from medct_core.evaluation.retrieval_cases import RetrievalCases
from tests import case_rows
from tests.library_samples import STAMP


def evaluated(cases: RetrievalCases, *frames: Frame) -> RetrievalEvaluation:
    return evaluate_retrieval(
        cases,
        frames,
        stamp=STAMP,
        source="rows",
        cancel=CancelToken(),
        on_progress=lambda _share: None,
    )


def test_every_number_stands_beside_its_interval_its_chance_and_the_rules() -> None:
    result = evaluated(case_rows.rows(12), RAW)

    fields = json.loads(json.dumps(result.to_json(), allow_nan=False))
    first = fields["results"][0]
    assert (fields["n"], fields["reports"], fields["patients"]) == (12, 12, 12)
    assert fields["rules"] == RULES
    assert fields["k"]["recall"] == [1, 5, 10, 50, 100]
    assert first["report_to_volume"]["queries"] == 12
    assert set(first["report_to_volume"]["recall"]["5"]) == {"value", "low", "high", "chance"}
    assert first["clip_released_map"]["at"]["1"]["chance"] is not None
    assert first["any_shared_label_map"]["candidates"] <= 11


def test_equal_reports_are_one_and_any_scan_that_has_it_is_right() -> None:
    cases = case_rows.rows(6)
    twice = replace(
        cases,
        reports=(*cases.reports[:5], cases.reports[0]),
        report_vectors=np.concatenate([cases.report_vectors[:5], cases.report_vectors[:1]]),
    )

    result = evaluated(twice, RAW).results[0]

    assert result.report_to_volume is not None
    assert result.volume_to_report is not None
    assert (result.report_to_volume.queries, result.report_to_volume.candidates) == (5, 6)
    assert (result.volume_to_report.queries, result.volume_to_report.candidates) == (6, 5)
    assert result.report_to_volume.recall[1].value == 1.0


def test_a_mean_fitted_on_others_brings_scans_and_reports_together_again() -> None:
    cases = case_rows.rows(60, offset=2.0)
    frames = frames_from(case_rows.rows(400, seed=7, offset=2.0), fitted_on="others")

    result = evaluated(cases, RAW, *frames)

    raw, mean, whitened = (one.volume_to_report for one in result.results)
    assert raw is not None
    assert mean is not None
    assert whitened is not None
    assert raw.mrr.value is not None
    assert mean.mrr.value is not None
    assert mean.mrr.value > raw.mrr.value
    assert [one.cosines for one in result.results] == ["raw", "mean", "whitened"]


def test_scans_without_reports_or_findings_have_no_number_for_them() -> None:
    cases = case_rows.rows(4)
    silent = replace(cases, reports=("",) * 4, labels=np.zeros_like(cases.labels))

    result = evaluated(silent, RAW)

    assert result.results[0].report_to_volume is None
    assert result.results[0].label_overlap is None
    assert result.without_finding == 4


def test_a_cancelled_evaluation_stops() -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        evaluate_retrieval(
            case_rows.rows(4),
            [RAW],
            stamp=STAMP,
            source="rows",
            cancel=cancel,
            on_progress=lambda _share: None,
        )
