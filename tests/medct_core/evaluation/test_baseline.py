"""The trivial baseline sees density and coarse place, and nothing else."""

from pathlib import Path

import numpy as np

from medct_core.evaluation.baseline import TrivialBaseline, trivial_features
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


def test_features_are_a_histogram_and_block_means() -> None:
    values = np.zeros((64, 96, 96), np.float32)
    values[:8, :12, :12] = -1.0

    features = trivial_features(values)

    assert features.shape == (64 + 512,)
    np.testing.assert_allclose(features[:64].sum(), 1.0, rtol=1e-5)
    assert features[64] == -1.0
    assert (features[65:] == 0).all()


def test_a_saved_baseline_scores_the_same(tmp_path: Path) -> None:
    values, labels = scans(60, 3)
    features = np.stack([*map(trivial_features, values)])
    baseline = fit_trivial_baseline(features, labels)

    baseline.save(tmp_path / "baseline.npz")

    loaded = TrivialBaseline.load(tmp_path / "baseline.npz")
    np.testing.assert_array_equal(loaded.score(features), baseline.score(features))
