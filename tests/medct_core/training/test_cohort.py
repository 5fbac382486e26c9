"""Cohorts: scans with what is known of them."""

import numpy as np

from medct_core.training.cohort import Cohort, ScanViews


def cohort(count: int) -> Cohort:
    return Cohort(
        scans=tuple(f"scan{number}" for number in range(count)),
        patients=np.arange(count, dtype=np.int64),
        findings=("Emphysema",),
        labels=np.zeros((count, 1), dtype=np.bool_),
        reports=("",) * count,
    )


def test_a_cohort_is_as_long_as_it_has_scans() -> None:
    assert [len(cohort(count)) for count in (0, 1, 5)] == [0, 1, 5]


def test_equal_arrays_make_no_equal_values_so_both_are_compared_by_identity() -> None:
    one = cohort(2)
    views = ScanViews(np.zeros((2, 1, 2, 2, 2), dtype=np.float32), one.reports)

    assert one != cohort(2)
    assert len({one, one, views}) == 2
