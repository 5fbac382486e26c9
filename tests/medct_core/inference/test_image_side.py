"""Whatever the network is: tokens add up to the vector's products, and layers are counted."""

from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ModelMismatchError, NoTextSideError, OutOfMemoryError
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.image_side import image_side_of
from medct_core.inference.prompt import Prompt
from medct_core.inference.relevance import token_affine, tokens_of
from medct_core.inference.similarity import FloatArray
from medct_core.models.bundle import LoadedModel
from medct_core.models.image_model import AnyModel, LoadedImageModel
from medct_core.preprocess.model_input import ModelInput
from tests import tiny_image_model, tiny_model
from tests.medct_core.inference.conftest import noise

PROMPT = Prompt("Effusion", ("pleural effusion is present.",))


@pytest.fixture(scope="module")
def image_model(tmp_path_factory: pytest.TempPathFactory) -> LoadedImageModel:
    """Load a model that reads scans only."""
    return tiny_image_model.loaded_image_model(tmp_path_factory.mktemp("models") / "tiny-image")


@pytest.fixture
def scan() -> ModelInput:
    """Noise as the model without a text side wants it."""
    values = np.random.default_rng(2).uniform(0, 1, tiny_image_model.CONFIG.input_shape)
    recipe = tiny_image_model.RECIPE
    return ModelInput(values.astype(np.float32), recipe.id, np.eye(4), "ab" * 32)


def given_to(loaded: AnyModel, scan: ModelInput) -> ModelInput:
    return noise(1) if isinstance(loaded, LoadedModel) else scan


@pytest.fixture(params=["pair_model", "local_model", "image_model"])
def any_model(request: pytest.FixtureRequest) -> AnyModel:
    """Load a quantised one, one with token vectors, and one without a text side."""
    model: AnyModel = request.getfixturevalue(request.param)
    return model


def test_shares_of_the_tokens_add_up_to_the_product(any_model: AnyModel, scan: ModelInput) -> None:
    engine = InferenceEngine(any_model)
    given = given_to(any_model, scan)
    embedding = engine.embed_volume(given)
    tokens = tokens_of(engine, embedding, lambda: given)
    direction = np.random.default_rng(3).normal(size=(2, embedding.vector.size)).astype(np.float32)

    shares = engine.image.shares(torch.from_numpy(tokens.copy()), torch.from_numpy(direction))

    assert shares.shape == (2, *tokens.shape[:3])
    np.testing.assert_allclose(
        shares.sum(dim=(1, 2, 3)).numpy(), direction @ embedding.vector, atol=1e-4
    )


def test_tokens_are_told_while_a_scan_is_encoded(any_model: AnyModel, scan: ModelInput) -> None:
    engine, told = InferenceEngine(any_model), list[FloatArray]()
    given = given_to(any_model, scan)

    watch = engine.image.watch_tokens(told.append)
    engine.embed_volume(given)
    watch.remove()
    engine.embed_volume(given)

    assert len(told) == 1
    np.testing.assert_allclose(told[0], engine.tokens(given), atol=1e-6)


def test_tokens_tile_the_prepared_scan(any_model: AnyModel, scan: ModelInput) -> None:
    image = image_side_of(any_model)
    engine = InferenceEngine(any_model)

    grid = engine.tokens(given_to(any_model, scan)).shape[:3]

    assert (
        tuple(n * step for n, step in zip(grid, image.token_voxels, strict=True))
        == (image.input_shape[1:])
    )
    assert token_affine(np.eye(4), image.token_voxels)[0, 3] == (image.token_voxels[0] - 1) / 2


def test_every_layer_is_progress(any_model: AnyModel, scan: ModelInput) -> None:
    engine, shares = InferenceEngine(any_model), list[float]()

    engine.embed_volume(given_to(any_model, scan), on_progress=shares.append)

    assert len(shares) == len(engine.image.layers) + 1
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_scan_has_a_vector_of_unit_length_and_nothing_else(
    image_model: LoadedImageModel, scan: ModelInput
) -> None:
    embedding = InferenceEngine(image_model).embed_volume(scan)

    assert embedding.vector.shape == (tiny_image_model.CONFIG.channels,)
    assert float(np.linalg.norm(embedding.vector)) == pytest.approx(1.0, abs=1e-6)
    assert (embedding.codes, embedding.local) == (None, None)
    assert embedding.stamp == image_model.stamp


def test_an_embedding_without_a_text_side_is_kept_between_runs(
    image_model: LoadedImageModel, scan: ModelInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = EmbeddingCache(tmp_path)
    first = InferenceEngine(image_model, cache=cache).embed_volume(scan)
    engine = InferenceEngine(image_model, cache=cache)
    monkeypatch.setattr(engine, "_encode", None)

    again = engine.embed_volume(scan)

    np.testing.assert_array_equal(again.vector, first.vector)
    assert again.stamp == first.stamp


def test_a_scan_prepared_for_another_model_is_refused(image_model: LoadedImageModel) -> None:
    with pytest.raises(ModelMismatchError, match="tiny-image wants"):
        InferenceEngine(image_model).embed_volume(noise(1))


def test_encoding_is_stopped_and_refused_for_memory(
    image_model: LoadedImageModel, scan: ModelInput
) -> None:
    engine, token = InferenceEngine(image_model), CancelToken()

    with pytest.raises(Cancelled):
        engine.embed_volume(scan, cancel=token, on_progress=lambda _share: token.cancel())
    with pytest.raises(OutOfMemoryError, match="encoding a scan with tiny-image"):
        InferenceEngine(image_model, free_memory=lambda _device: 1000).embed_volume(scan)


def test_every_question_about_words_is_refused_in_the_same_words(
    image_model: LoadedImageModel, scan: ModelInput
) -> None:
    engine = InferenceEngine(image_model)
    embedding = engine.embed_volume(scan)

    for ask in (
        lambda: engine.check_prompts([PROMPT]),
        lambda: engine.read_prompts([]),
        lambda: engine.direction(PROMPT),
        lambda: engine.score(embedding, [PROMPT]),
        lambda: engine.logit_scale,
        lambda: engine.with_text,
    ):
        with pytest.raises(NoTextSideError, match="it cannot score findings or search by text"):
            ask()
    assert not engine.reads_text


def test_a_model_that_reads_text_says_so(tmp_path: Path) -> None:
    engine = InferenceEngine(tiny_model.loaded_model(tmp_path / "tiny"))

    assert engine.reads_text
    assert engine.with_text is engine.loaded
