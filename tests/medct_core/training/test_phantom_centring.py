"""The mean that comes with a model is that of phantoms which serve no other purpose."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.engine import InferenceEngine
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.phantom.seeds import CALIBRATION
from medct_core.preprocess.prepare import prepare
from medct_core.training.phantom_centring import phantom_centring
from tests import tiny_image_model

GRID = Grid(shape=(24, 24, 16), spacing_mm=(16.0, 16.0, 20.0))


@pytest.fixture
def engine(tmp_path: Path) -> InferenceEngine:
    """Read scans only, and keep what was embedded."""
    model = tiny_image_model.loaded_image_model(tmp_path / "tiny-image")
    return InferenceEngine(model, cache=EmbeddingCache(tmp_path / "cache"))


def test_the_mean_is_that_of_the_first_calibration_phantoms(engine: InferenceEngine) -> None:
    shares = list[float]()

    known = phantom_centring(engine, count=3, grid=GRID, on_progress=shares.append)

    vectors = []
    for seed in range(CALIBRATION.first, CALIBRATION.first + 3):
        phantom = draw_phantom(sample_spec(seed, Draw.BALANCED, "a"), GRID)
        vectors.append(engine.embed_volume(prepare(phantom.volume, engine.recipe)).vector)
    np.testing.assert_allclose(known.centring.mean, np.mean(vectors, axis=0), atol=1e-6)
    assert known.centring.fitted_on == 3
    assert known.of(engine.stamp) is not None
    assert shares == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_a_run_that_goes_on_embeds_nothing_twice(
    engine: InferenceEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = phantom_centring(engine, count=2, grid=GRID)
    monkeypatch.setattr(engine, "_encode", None)

    again = phantom_centring(engine, count=2, grid=GRID)

    np.testing.assert_array_equal(again.centring.mean, first.centring.mean)
