"""LabelSet: what is judged, and what is asked to judge it."""

import numpy as np

from medct_core.evaluation.scans.label_set import own_labels, rad_labels
from medct_core.vocabulary import FINDINGS


def test_own_labels_are_asked_as_they_are() -> None:
    labels = own_labels("valid.csv", FINDINGS)
    values = np.random.default_rng(0).random((3, 18))

    assert labels.asked == labels.findings == FINDINGS
    assert labels.judged(values) is values
    assert "valid.csv" in labels.said


def test_sixteen_are_judged_by_seventeen() -> None:
    labels = rad_labels()
    values = np.random.default_rng(0).random((3, 17))

    judged = labels.judged(values)

    both = [
        labels.asked.index(f"{name} wall calcification") for name in ("Arterial", "Coronary artery")
    ]
    assert judged.shape == (3, 16)
    calcified = judged[:, labels.findings.index("Calcification")]
    assert np.array_equal(calcified, values[:, both].max(axis=1))
    assert "no official mapping" in labels.said
