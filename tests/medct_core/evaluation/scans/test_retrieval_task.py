"""Retrieval on a table: scans and reports are encoded once, and each model is measured."""

from dataclasses import replace
from pathlib import Path

import pytest

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.retrieval import RetrievalEvaluation
from medct_core.evaluation.scans.contenders import Contender
from medct_core.evaluation.scans.labelled_scans import LabelledScans
from medct_core.evaluation.scans.retrieval_task import evaluate_table_retrieval
from tests.labelled_samples import labelled


def measured(
    contenders: tuple[Contender, ...], scans: LabelledScans, folder: Path
) -> tuple[RetrievalEvaluation, ...]:
    return evaluate_table_retrieval(
        contenders, scans, folder, cancel=CancelToken(), on_progress=lambda _: None
    )


def test_each_model_is_measured_on_what_is_there(
    contenders: tuple[Contender, ...], tmp_path: Path
) -> None:
    scans, reads = labelled(5, refused={4: "It has no lungs."})
    scans = replace(scans, reports=("", *scans.reports[1:]))

    base, site = measured(contenders, scans, tmp_path)
    again = measured(contenders, scans, tmp_path)

    assert (base.n, base.with_report, base.patients) == (4, 3, 4)
    assert base.stamp.adapter is None
    assert site.stamp.adapter == "site"
    assert "4 scans of test.csv, 1 left out" in base.source
    ranking = base.results[0].report_to_volume
    assert ranking is not None
    assert ranking.queries == ranking.candidates == 3
    assert ranking.mrr.value is not None
    assert base.results[0].label_overlap is not None
    assert again == (base, site)
    assert reads.rows == [0, 1, 2, 3, 4, 4]  # what was refused is tried again


def test_a_table_without_reports_still_finds_scans_by_scans(
    contenders: tuple[Contender, ...], tmp_path: Path
) -> None:
    scans, _ = labelled(4)

    (base,) = measured(contenders[:1], replace(scans, reports=("",) * 4), tmp_path)

    assert base.results[0].report_to_volume is None
    assert base.results[0].label_overlap is not None


def test_a_single_scan_finds_nothing(contenders: tuple[Contender, ...], tmp_path: Path) -> None:
    scans, _ = labelled(2, refused={0: "It has no lungs."})

    with pytest.raises(UsageError, match="two or more"):
        measured(contenders, scans, tmp_path)
