"""The counted facts about CT-RATE's labels."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from medct_core.phantom.prevalence import CORRELATION, PREVALENCE
from medct_core.vocabulary import FINDINGS


@pytest.fixture(scope="module")
def labels(shared_dir: Path) -> np.ndarray:
    """``(n, 18)`` bool, the counted rows."""
    path = shared_dir / "data" / "reports" / "ctrate_train_labels.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = [[row[name] == "1" for name in FINDINGS] for row in csv.DictReader(file)]
    return np.array(rows)


def test_every_finding_has_a_prevalence_and_a_row() -> None:
    matrix = np.array(CORRELATION)

    assert tuple(PREVALENCE) == FINDINGS
    assert matrix.shape == (18, 18)


def test_correlations_belong_to_a_distribution() -> None:
    matrix = np.array(CORRELATION)

    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(np.diag(matrix), 1.0)
    assert np.linalg.eigvalsh(matrix).min() > 0


@pytest.mark.shared_data
def test_prevalences_are_the_counted_ones(labels: np.ndarray) -> None:
    np.testing.assert_allclose(labels.mean(axis=0), list(PREVALENCE.values()), atol=1e-4)


@pytest.mark.shared_data
def test_correlations_give_the_counted_pairs(labels: np.ndarray) -> None:
    together = labels.T.astype(float) @ labels / len(labels)
    limits = ndtri(labels.mean(axis=0))

    for a, b in ((0, 12), (1, 4), (9, 10), (12, 15), (7, 16)):
        pair = [[1.0, CORRELATION[a][b]], [CORRELATION[a][b], 1.0]]
        expected = multivariate_normal([0, 0], pair).cdf([limits[a], limits[b]])
        assert expected == pytest.approx(together[a, b], abs=0.003)
