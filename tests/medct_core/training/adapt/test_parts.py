"""Scans of a run are prepared once, divided by patients, and none is lost without a word."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.training.adapt.parts import findings_without_positives, open_parts, prepare_scans
from medct_core.training.adapt.run_file import DataPlan
from medct_core.training.tables.scan_table import TextOrder
from tests.scan_rows import write_table
from tests.tiny_model import RECIPE


def _plan(folder: Path, table: Path, *others: Path) -> DataPlan:
    validation, test = others or (None, None)
    return DataPlan(
        train=(table,),
        validation=validation,
        test=test,
        split=None if others else (0.5, 0.25, 0.25),
        split_seed=0,
        scans=None,
        reports=None,
        metadata=None,
        cache=folder / "cache",
        workers=1,
    )


def _prepared(plan: DataPlan) -> dict[str, str]:
    return prepare_scans(plan, RECIPE, cancel=CancelToken(), on_progress=lambda share: None)


def _lines(table: Path, name: str, rows: list[int]) -> Path:
    """Write a table of some lines of another."""
    header, *lines = table.read_text(encoding="utf-8").splitlines()
    path = table.with_name(name)
    path.write_text("\n".join([header, *(lines[row] for row in rows)]), encoding="utf-8")
    return path


def test_a_table_is_divided_into_patients_of_their_own(tmp_path: Path) -> None:
    plan = _plan(tmp_path, write_table(tmp_path, 8))

    parts = open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST)

    scans = [viewer.cohort.scans for viewer in (parts.train, parts.validation, parts.test)]
    assert [len(part) for part in scans] == [4, 2, 2]
    assert len({scan for part in scans for scan in part}) == 8
    assert parts.train.views([0], 0).values.shape == (1, 1, *RECIPE.shape)
    assert parts.left_out == ()


def test_a_scan_that_cannot_be_prepared_is_named_and_the_others_stay(tmp_path: Path) -> None:
    table = write_table(tmp_path, 6)
    (tmp_path / "scan0.nii").write_bytes(b"no scan")
    tables = [_lines(table, f"{n}.csv", rows) for n, rows in enumerate(([0, 1], [2, 3], [4, 5]))]
    plan = _plan(tmp_path, *tables)

    parts = open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST)

    assert parts.train.cohort.scans == ("scan1.nii",)
    (left,) = parts.left_out_of[0]
    assert parts.left_out == (left,)
    assert (left.table, left.line, left.scan) == ("0.csv", 2, "scan0.nii")
    assert left.why
    assert "cache" not in left.why


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    table = write_table(tmp_path, 6)
    tables = [_lines(table, f"{n}.csv", rows) for n, rows in enumerate(([0, 1], [2, 3], [4, 5]))]
    bad = tables[0].read_text(encoding="utf-8").replace("Report 1.,1,0", "Report 1.,maybe,0")
    tables[0].write_text(bad, encoding="utf-8")
    plan = _plan(tmp_path, *tables)

    parts = open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST)

    assert [(one.line, one.scan) for one in parts.left_out] == [(3, "scan1.nii")]


def test_a_line_of_a_divided_table_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    table = write_table(tmp_path, 8)
    bad = table.read_text(encoding="utf-8").replace("Report 1.,1,0", "Report 1.,maybe,0")
    table.write_text(bad, encoding="utf-8")
    plan = _plan(tmp_path, table)

    parts = open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST)

    assert [[one.scan for one in part] for part in parts.left_out_of] == [["scan1.nii"], [], []]


def test_a_patient_in_two_parts_is_refused(tmp_path: Path) -> None:
    table = write_table(tmp_path, 4)
    tables = [_lines(table, f"{n}.csv", rows) for n, rows in enumerate(([0, 1], [2], [1, 3]))]
    plan = _plan(tmp_path, *tables)

    with pytest.raises(UsageError, match=r"training and the test part, the first of them .*P1"):
        open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST)


def test_a_scan_in_two_parts_is_refused_although_one_table_names_no_patients(
    tmp_path: Path,
) -> None:
    table = write_table(tmp_path, 4)
    tables = [_lines(table, f"{n}.csv", rows) for n, rows in enumerate(([0, 1], [2], [1, 3]))]
    nameless = re.sub(r",(patient|P\d)", "", tables[2].read_text(encoding="utf-8"))
    tables[2].write_text(nameless, encoding="utf-8")
    plan = _plan(tmp_path, *tables)

    with pytest.raises(UsageError, match=r"training and the test part, .* scan scan1\.nii"):
        open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST)


def test_parts_with_other_findings_are_refused(tmp_path: Path) -> None:
    table = write_table(tmp_path, 3)
    tables = [_lines(table, f"{n}.csv", [n]) for n in range(3)]
    text = tables[2].read_text(encoding="utf-8").replace("Lung nodule", "Atelectasis")
    tables[2].write_text(text, encoding="utf-8")
    plan = _plan(tmp_path, *tables)

    with pytest.raises(UsageError, match="Atelectasis, Lung nodule"):
        open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST)


def test_a_finding_nobody_has_is_named(tmp_path: Path) -> None:
    plan = _plan(tmp_path, write_table(tmp_path, 8))
    cohort = open_parts(plan, RECIPE, _prepared(plan), TextOrder.FINDINGS_FIRST).train.cohort
    all_sick = replace(cohort, labels=np.ones_like(cohort.labels))

    assert findings_without_positives(cohort) == ("Lung nodule",)
    assert findings_without_positives(all_sick) == ()
