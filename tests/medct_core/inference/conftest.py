"""Tiny engines and a scan prepared for them."""

import numpy as np
import pytest

from medct_core.inference.engine import InferenceEngine
from medct_core.models.bundle import LoadedModel
from medct_core.preprocess.model_input import ModelInput
from tests import tiny_model


@pytest.fixture(scope="session")
def pair_model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """Scores by the global vector, pairs of wordings."""
    return tiny_model.loaded_model(tmp_path_factory.mktemp("models") / "pair", tiny_model.PAIR)


@pytest.fixture(scope="session")
def single_model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """Asked with one wording."""
    return tiny_model.loaded_model(tmp_path_factory.mktemp("models") / "single", tiny_model.SINGLE)


@pytest.fixture(scope="session")
def local_model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """Scores by the global vector and the strongest tokens."""
    return tiny_model.loaded_model(tmp_path_factory.mktemp("models") / "local", tiny_model.LOCAL)


@pytest.fixture
def engine(pair_model: LoadedModel) -> InferenceEngine:
    """Build a fresh engine without a cache."""
    return InferenceEngine(pair_model)


@pytest.fixture
def model_input() -> ModelInput:
    """Noise in the shape and range the tiny models want."""
    return noise(seed=1)


def noise(seed: int) -> ModelInput:
    """Make an input no other seed makes."""
    values = np.random.default_rng(seed).uniform(-1, 1, (1, *tiny_model.RECIPE.shape))
    return ModelInput(
        values=values.astype(np.float32),
        recipe_id=tiny_model.RECIPE.id,
        affine=np.eye(4),
        volume_sha256=f"{seed:064x}",
    )
