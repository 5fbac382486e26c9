"""Cases match row by row, and a patient who is unknown is nobody else."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.evaluation.retrieval_cases import joined
from tests import case_rows


def test_scans_of_one_patient_are_one_group_and_unknown_ones_their_own() -> None:
    cases = replace(case_rows.rows(5), patients=("a", "", "b", "a", ""))

    groups = cases.groups

    assert groups[0] == groups[3]
    assert len(set(groups)) == 4


def test_rows_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="one row"):
        replace(case_rows.rows(5), reports=("only one",))


def test_joined_cases_keep_their_order() -> None:
    one, other = case_rows.rows(3, seed=1), case_rows.rows(2, seed=2)

    both = joined([one, other])

    assert len(both) == 5
    assert both.reports == one.reports + other.reports
    np.testing.assert_array_equal(both.vectors[3:], other.vectors)


def test_nothing_is_no_case() -> None:
    with pytest.raises(ValueError, match="at least one"):
        joined([])
