"""Labelled scans: rows that are left out, and splits that share nobody."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.scans.labelled_scans import LeftOut, require_apart
from tests.labelled_samples import labelled


def test_a_row_that_is_left_out_takes_everything_with_it() -> None:
    scans, _ = labelled(4)

    fewer = scans.without({1: "it is too short"})

    assert fewer.scans == ("1.nii.gz", "3.nii.gz", "4.nii.gz")
    assert fewer.patients.tolist() == [1, 3, 4]
    assert np.array_equal(fewer.truth, scans.truth[[0, 2, 3]])
    assert fewer.keys == tuple(scans.keys[row] for row in (0, 2, 3))
    assert fewer.left_out == (LeftOut("2.nii.gz", "it is too short"),)
    read, right = fewer.read(1, CancelToken()), scans.read(2, CancelToken())
    assert read.content_sha256 == right.content_sha256


def test_a_table_without_a_scan_left_is_an_error_with_the_reasons() -> None:
    scans, _ = labelled(2)

    with pytest.raises(UsageError, match="too short; no lungs"):
        scans.without({0: "too short", 1: "no lungs"})


def test_a_patient_in_both_splits_is_refused() -> None:
    (one, _), (two, _) = labelled(4), labelled(4, first=4, name="tuning.csv")

    with pytest.raises(UsageError, match=r"1 patients are in 'test.csv' and in 'tuning.csv'"):
        require_apart(one, two)

    require_apart(one, labelled(4, first=5)[0])


def test_one_table_for_both_splits_is_refused_by_its_name() -> None:
    one, _ = labelled(4)

    with pytest.raises(UsageError, match=r"The table 'test.csv' is given both"):
        require_apart(one, one)


def test_a_scan_in_both_splits_is_refused_although_one_names_no_patients() -> None:
    (one, _), (two, _) = labelled(4), labelled(4, first=4, name="tuning.csv")

    nameless = replace(two, patients=two.patients + 100)

    with pytest.raises(UsageError, match=r"1 scans are in 'test.csv' and in 'tuning.csv'"):
        require_apart(one, nameless)
