"""Cautions: said where numbers are weak, and only there."""

import numpy as np
import pytest

from medct_core.evaluation.scans.cautions import (
    FEW_PATIENTS,
    of_few_patients,
    of_learned_scans,
    of_one_sided_findings,
    of_unknown_patients,
)


@pytest.mark.parametrize(("patients", "count"), [(FEW_PATIENTS - 1, 1), (FEW_PATIENTS, 0)])
def test_few_patients_are_told(patients: int, count: int) -> None:
    said = of_few_patients("The test part", patients)

    assert len(said) == count
    assert all(text.startswith("The test part has 29 patients only") for text in said)


def test_findings_that_none_has_and_that_all_have_are_told_apart() -> None:
    truth = np.array([[True, False, True], [True, False, False]])

    never, always = of_one_sided_findings("t.csv", ("Emphysema", "Nodule", "Effusion"), truth)

    assert never == "No scan of t.csv has Nodule: no AUROC is defined."
    assert always == "Every scan of t.csv has Emphysema: no AUROC is defined."
    assert of_one_sided_findings("t.csv", ("Effusion",), truth[:, 2:]) == []


def test_unknown_patients_and_learned_scans_are_counted() -> None:
    (unknown,) = of_unknown_patients("t.csv", 3)
    (learned,) = of_learned_scans("site", "t.csv", 4, 9)

    assert unknown.startswith("3 scans of t.csv do not say whose they are")
    assert learned.startswith("site has learned from 4 of the 9 scans of t.csv")
    assert of_unknown_patients("t.csv", 0) == of_learned_scans("site", "t.csv", 0, 9) == []
