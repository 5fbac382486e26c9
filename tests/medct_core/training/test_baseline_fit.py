"""The fitted baseline learns density and coarse place, and nothing else."""

import numpy as np

from medct_core.evaluation.baseline import trivial_features
from medct_core.evaluation.metrics import auroc
from medct_core.training.baseline_fit import fit_trivial_baseline


def scans(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.random((count, 2)) < 0.5
    values = rng.normal(0, 0.2, (count, 16, 24, 24)).clip(-1, 1).astype(np.float32)
    values[labels[:, 0], :4] += 0.2
    return values, labels


def test_it_learns_what_a_thumbnail_shows_and_not_what_no_voxel_shows() -> None:
    train, train_labels = scans(200, 1)
    test, test_labels = scans(200, 2)

    baseline = fit_trivial_baseline(np.stack([*map(trivial_features, train)]), train_labels)
    scores = baseline.score(np.stack([*map(trivial_features, test)]))

    seen, unseen = (auroc(test_labels[:, i], scores[:, i]) for i in range(2))
    assert seen is not None
    assert unseen is not None
    assert seen > 0.95
    assert 0.35 < unseen < 0.65
