"""The map of a score adds up to it, and says where in the patient it comes from."""

import numpy as np
import pytest
import torch

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ModelMismatchError
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.likeness import Towards
from medct_core.inference.loading import in_half_precision
from medct_core.inference.prompt import Prompt
from medct_core.inference.relevance import (
    CONTRIBUTION,
    explained,
    likeness_map,
    token_affine,
    tokens_of,
)
from medct_core.inference.scores import Relevance
from medct_core.models.bundle import LoadedModel
from medct_core.preprocess.model_input import ModelInput
from medct_core.retrieval.centring import fit_mean, fit_whitening
from medct_core.retrieval.why_similar import towards
from tests.library_samples import STAMP
from tests.medct_core.inference.conftest import noise

EFFUSION = Prompt("Effusion", ("pleural effusion is present.",), ("no pleural effusion.",))
MODELS = ("pair_model", "single_model", "local_model")


def map_of(engine: InferenceEngine, scan: ModelInput, prompt: Prompt = EFFUSION) -> Relevance:
    embedding = engine.embed_volume(scan)
    tokens = tokens_of(engine, embedding, lambda: scan)
    return explained(engine, embedding, tokens, prompt, input_affine=scan.affine)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_map_adds_up_to_the_score(
    model: str, seed: int, request: pytest.FixtureRequest
) -> None:
    engine, scan = InferenceEngine(request.getfixturevalue(model)), noise(seed)

    found = map_of(engine, scan)

    logit = engine.score(engine.embed_volume(scan), [EFFUSION]).answers[0].logit
    assert found.logit_scale * float(found.values.sum()) == pytest.approx(logit, abs=1e-4)
    assert found.values.shape == engine.with_text.config.vision.grid


def test_the_map_says_what_made_it(engine: InferenceEngine, model_input: ModelInput) -> None:
    found = map_of(engine, model_input)

    assert (found.prompt, found.method, found.stamp) == (EFFUSION, CONTRIBUTION, engine.stamp)
    assert found.volume_sha256 == model_input.volume_sha256


def test_a_quantised_scan_is_not_encoded_again(
    engine: InferenceEngine, model_input: ModelInput
) -> None:
    embedding = engine.embed_volume(model_input)

    def never() -> ModelInput:
        raise AssertionError("prepared again")

    tokens = tokens_of(engine, embedding, never)

    np.testing.assert_allclose(tokens, engine.tokens(model_input), atol=1e-6)


def test_tokens_are_those_of_the_precision_that_scored(
    local_model: LoadedModel, model_input: ModelInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medct_core.models.precision.PrecisionReport.allowed", True)
    engine = in_half_precision(InferenceEngine(local_model), model_input)

    found = map_of(engine, model_input)

    logit = engine.score(engine.embed_volume(model_input), [EFFUSION]).answers[0].logit
    assert engine.stamp.precision == "bfloat16"
    assert found.logit_scale * float(found.values.sum()) == pytest.approx(logit, abs=1e-4)


def test_encoding_again_reports_its_layers_and_stops_between_them(
    local_model: LoadedModel, model_input: ModelInput
) -> None:
    engine, token = InferenceEngine(local_model), CancelToken()
    embedding = engine.embed_volume(model_input)
    told: list[float] = []

    def stop(fraction: float) -> None:
        told.append(fraction)
        token.cancel()

    with pytest.raises(Cancelled):
        tokens_of(engine, embedding, lambda: model_input, cancel=token, on_progress=stop)

    assert len(told) == 1
    assert 0 < told[0] < 1


def test_a_scan_prepared_for_another_model_is_refused(engine: InferenceEngine) -> None:
    foreign = ModelInput(np.zeros((1, 2, 2, 2), np.float32), "other-1", np.eye(4), "0" * 64)

    with pytest.raises(ModelMismatchError, match="other-1"):
        engine.tokens(foreign)


def test_only_the_strongest_tokens_share_the_local_part(
    local_model: LoadedModel, model_input: ModelInput
) -> None:
    engine = InferenceEngine(local_model)
    embedding = engine.embed_volume(model_input)
    tokens = tokens_of(engine, embedding, lambda: model_input)
    assert embedding.local is not None
    moved = Embedding(
        embedding.vector, embedding.stamp, embedding.volume_sha256, None, -embedding.local
    )

    there, other = (
        explained(engine, one, tokens, EFFUSION, input_affine=np.eye(4)).values
        for one in (embedding, moved)
    )

    top = engine.loaded.manifest.scoring.local_top
    assert 0 < np.count_nonzero(~np.isclose(there, other, atol=1e-7)) <= 2 * top


def test_a_token_lies_in_the_middle_of_its_voxels() -> None:
    affine = np.diag([3.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-10, 5, 7)

    placed = token_affine(affine, (4, 8, 2))

    corner = affine @ [*(np.array([4, 8, 2]) * (1, 2, 3) + (np.array([4, 8, 2]) - 1) / 2), 1]
    np.testing.assert_allclose(placed @ [1, 2, 3, 1], corner)


def test_torch_keeps_no_hold_on_the_map(engine: InferenceEngine, model_input: ModelInput) -> None:
    found = map_of(engine, model_input)

    assert found.values.dtype == np.float32
    assert not found.values.flags.writeable
    assert not isinstance(found.values, torch.Tensor)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_whitened", [False, True])
def test_the_map_of_a_likeness_adds_up_to_the_cosine_of_the_centred_vectors(
    model: str, is_whitened: bool, request: pytest.FixtureRequest
) -> None:
    engine = InferenceEngine(request.getfixturevalue(model))
    scans = [noise(seed) for seed in range(4)]
    embeddings = [engine.embed_volume(scan) for scan in scans]
    vectors = np.stack([one.vector for one in embeddings])
    centring = fit_whitening(vectors) if is_whitened else fit_mean(vectors)
    tokens = tokens_of(engine, embeddings[0], lambda: scans[0])

    for other in embeddings[1:]:
        seen = towards(vectors[0], other.vector, centring, name="other", stamp=engine.stamp)
        found = likeness_map(engine, embeddings[0], tokens, seen, input_affine=np.eye(4))

        cosine = float(centring.unit(vectors[0]) @ centring.unit(other.vector))
        assert found.values.shape == engine.with_text.config.vision.grid
        assert float(found.values.sum()) + found.common == pytest.approx(cosine, abs=1e-4)


def test_the_map_of_a_likeness_says_what_made_it(
    engine: InferenceEngine, model_input: ModelInput
) -> None:
    embedding = engine.embed_volume(model_input)
    tokens = tokens_of(engine, embedding, lambda: model_input)
    seen = Towards("chest.nii.gz", embedding.vector, 0.0, engine.stamp)

    found = likeness_map(engine, embedding, tokens, seen, input_affine=model_input.affine)

    assert (found.other, found.stamp) == ("chest.nii.gz", engine.stamp)
    assert found.volume_sha256 == model_input.volume_sha256
    assert found.cosine == pytest.approx(1.0, abs=1e-4)


def test_a_scan_of_another_model_has_no_likeness(
    engine: InferenceEngine, model_input: ModelInput
) -> None:
    embedding = engine.embed_volume(model_input)
    tokens = tokens_of(engine, embedding, lambda: model_input)
    seen = Towards("chest.nii.gz", embedding.vector, 0.0, STAMP)

    with pytest.raises(ModelMismatchError, match=r"chest\.nii\.gz"):
        likeness_map(engine, embedding, tokens, seen, input_affine=model_input.affine)
