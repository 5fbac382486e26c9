"""The trivial baseline sees a histogram and a thumbnail, and nothing else."""

from pathlib import Path

import numpy as np

from medct_core.evaluation.baseline import TrivialBaseline, trivial_features


def test_features_are_a_histogram_and_block_means() -> None:
    values = np.zeros((64, 96, 96), np.float32)
    values[:8, :12, :12] = -1.0

    features = trivial_features(values)

    assert features.shape == (64 + 512,)
    np.testing.assert_allclose(features[:64].sum(), 1.0, rtol=1e-5)
    assert features[64] == -1.0
    assert (features[65:] == 0).all()


def test_a_saved_baseline_scores_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    baseline = TrivialBaseline(
        rng.normal(size=576).astype(np.float32),
        rng.uniform(1, 2, 576).astype(np.float32),
        rng.normal(size=(18, 576)).astype(np.float32),
        rng.normal(size=18).astype(np.float32),
    )
    features = rng.normal(size=(5, 576)).astype(np.float32)

    baseline.save(tmp_path / "baseline.npz")

    loaded = TrivialBaseline.load(tmp_path / "baseline.npz")
    np.testing.assert_array_equal(loaded.score(features), baseline.score(features))
