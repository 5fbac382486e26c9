"""Cohorts out of tables: rows, patients, labels and texts in order."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import UsageError
from medct_core.training.tables.cohort_reading import read_cohort
from medct_core.training.tables.scan_table import ScanTable, TextOrder, read_scan_table

FINDINGS_FIRST = TextOrder.FINDINGS_FIRST


def table(folder: Path, name: str, *lines: str) -> ScanTable:
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return read_scan_table(folder / name)


def test_tables_follow_one_another_with_patients_known_across_them(tmp_path: Path) -> None:
    header = "VolumeName,patient,Findings_EN,Impressions_EN,Emphysema,Lung nodule"
    turned = "VolumeName,patient,Findings_EN,Impressions_EN,Lung nodule,Emphysema"
    one = table(tmp_path, "1.csv", header, "a,P,See.,Say.,1,0", "b,Q,See,Not given.,0,0")
    two = table(tmp_path, "2.csv", turned, "c,P,See.,Say.,1,0", "d,,See.,Say.,0,0")

    cohort = read_cohort([one, two], TextOrder.IMPRESSION_FIRST)

    assert cohort.scans == ("a", "b", "c", "d")
    assert cohort.findings == ("Emphysema", "Lung nodule")
    assert cohort.patients.tolist() == [0, 1, 0, 2]
    assert cohort.labels.tolist() == [[True, False], [False, False], [False, True], [False, False]]
    assert cohort.labels.dtype == np.bool_
    assert cohort.reports[:2] == ("Say. See.", "See")
    assert len(cohort) == 4


def test_what_was_suspected_never_reaches_a_model(tmp_path: Path) -> None:
    header = "VolumeName,ClinicalInformation_EN,Technique_EN,Findings_EN,Impressions_EN,Emphysema"
    read = table(tmp_path, "t.csv", header, "a,Suspected,Spiral,Clear.,Normal.,0")

    assert read_cohort([read], FINDINGS_FIRST).reports == ("Clear. Normal.",)


def test_tables_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    one = table(tmp_path, "1.csv", "VolumeName,Emphysema", "a,1")
    two = table(tmp_path, "2.csv", "VolumeName,Lung nodule", "a,1")
    bare = table(tmp_path, "3.csv", "VolumeName", "a")

    with pytest.raises(UsageError, match="Emphysema, Lung nodule"):
        read_cohort([one, two], FINDINGS_FIRST)
    with pytest.raises(UsageError, match="no column for a finding"):
        read_cohort([bare], FINDINGS_FIRST)
    with pytest.raises(UsageError, match="no usable scan"):
        read_cohort([replace(one, rows=())], FINDINGS_FIRST)
