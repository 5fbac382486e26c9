"""Vectors and labels belong together, and a mean says which findings it is over."""

import numpy as np
import pytest

from medct_core.errors import UsageError
from medct_core.training.adapt.labelled_vectors import LabelledVectors, mean_auroc


def scans(labels: list[list[int]]) -> LabelledVectors:
    return LabelledVectors(np.ones((len(labels), 2), np.float32), np.array(labels, bool))


def test_vectors_without_a_label_each_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        LabelledVectors(np.ones((3, 2), np.float32), np.ones((2, 1), bool))


def test_a_finding_no_scan_has_does_not_count_in_the_mean() -> None:
    logits = np.array([[2, 0], [1, 0], [0, 0]], np.float32)

    # Of the two pairs of the first finding one is in order.
    assert mean_auroc(scans([[0, 0], [1, 0], [0, 0]]), logits) == 0.5


def test_without_any_finding_told_apart_there_is_nothing_to_choose_by() -> None:
    with pytest.raises(UsageError, match="2 validation scans"):
        mean_auroc(scans([[1, 0], [1, 0]]), np.zeros((2, 2), np.float32))
