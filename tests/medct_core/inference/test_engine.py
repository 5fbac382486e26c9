"""One model, asked about scans and wordings: the same answer every time, never a mixed-up one."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ModelMismatchError, OutOfMemoryError, PromptRefusedError
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.inference.request import EmbedRequest, ScoreRequest
from medct_core.inference.scores import Scores
from medct_core.models.bundle import LoadedModel
from medct_core.preprocess.model_input import ModelInput
from tests import tiny_model

EFFUSION = Prompt("Effusion", ("pleural effusion is present.",), ("no pleural effusion.",))
NODULE = Prompt("Nodule", ("lung nodule is present.",), ("no lung nodule.",))
ENSEMBLE = Prompt(
    "Nodule", ("lung nodule is present.", "a lung nodule is seen."), ("no lung nodule.",)
)


def text_vector(model: LoadedModel, wording: str) -> torch.Tensor:
    """``(d,)`` as the network gives it for one wording alone."""
    tokens = model.tokenizer([wording], return_tensors="pt")
    with torch.no_grad():
        return model.network.encode_text(tokens["input_ids"], tokens["attention_mask"])[0]


def test_embedding_is_what_the_network_gives(
    engine: InferenceEngine, pair_model: LoadedModel, model_input: ModelInput
) -> None:
    with torch.no_grad():
        features = pair_model.network.encode_volume(torch.tensor(model_input.values[None]))

    embedding = engine.embed_volume(model_input)

    np.testing.assert_allclose(embedding.vector, features.latent[0].numpy(), atol=1e-6)
    assert features.codes is not None
    assert embedding.codes is not None
    np.testing.assert_array_equal(embedding.codes, features.codes[0].numpy())
    assert embedding.local is None
    assert embedding.stamp == pair_model.stamp
    assert embedding.volume_sha256 == model_input.volume_sha256


def test_pair_is_scored_by_the_difference_of_its_cosines(
    engine: InferenceEngine, pair_model: LoadedModel, model_input: ModelInput
) -> None:
    embedding = engine.embed_volume(model_input)
    scan = torch.from_numpy(embedding.vector.copy())
    present = scan @ text_vector(pair_model, EFFUSION.present[0])
    absent = scan @ text_vector(pair_model, EFFUSION.absent[0])
    logits = torch.exp(torch.tensor(1.5)) * torch.stack([present, absent])

    answer = engine.score(embedding, [EFFUSION]).answers[0]

    assert answer.logit == pytest.approx(float(logits[0] - logits[1]), abs=1e-5)
    assert answer.probability == pytest.approx(float(logits.softmax(0)[0]), abs=1e-6)


def test_single_prompt_is_scored_by_its_cosine_and_the_given_scale(
    single_model: LoadedModel, model_input: ModelInput
) -> None:
    engine = InferenceEngine(single_model)
    embedding = engine.embed_volume(model_input)
    prompt = Prompt("Effusion", ("ct scan showing pleural effusion",))
    cosine = torch.from_numpy(embedding.vector.copy()) @ text_vector(
        single_model, prompt.present[0]
    )

    answer = engine.score(embedding, [prompt]).answers[0]

    assert answer.logit == pytest.approx(5.0 * float(cosine), abs=1e-5)
    assert answer.probability == pytest.approx(float(torch.sigmoid(5.0 * cosine)), abs=1e-6)


def test_ensemble_is_the_mean_direction_of_its_wordings(
    engine: InferenceEngine, pair_model: LoadedModel, model_input: ModelInput
) -> None:
    embedding = engine.embed_volume(model_input)
    mean = torch.stack([text_vector(pair_model, text) for text in ENSEMBLE.present]).mean(0)
    present = mean / mean.norm() - text_vector(pair_model, ENSEMBLE.absent[0])

    answer = engine.score(embedding, [ENSEMBLE]).answers[0]

    expected = engine.logit_scale * float(torch.from_numpy(embedding.vector.copy()) @ present)
    assert answer.logit == pytest.approx(expected, abs=1e-5)


def test_local_model_mixes_in_its_strongest_tokens(
    local_model: LoadedModel, model_input: ModelInput
) -> None:
    engine = InferenceEngine(local_model)
    embedding = engine.embed_volume(model_input)
    direction = text_vector(local_model, NODULE.present[0]) - text_vector(
        local_model, NODULE.absent[0]
    )
    assert embedding.local is not None
    tokens = torch.from_numpy(embedding.local.astype(np.float32)).flatten(0, 2) @ direction
    alike = 0.6 * torch.from_numpy(embedding.vector.copy()) @ direction
    alike = alike + 0.4 * tokens.sort().values[-3:].mean()

    answer = engine.score(embedding, [NODULE]).answers[0]

    assert answer.logit == pytest.approx(engine.logit_scale * float(alike), abs=1e-4)


def test_answers_do_not_depend_on_company_or_order(
    engine: InferenceEngine, pair_model: LoadedModel, model_input: ModelInput
) -> None:
    embedding = engine.embed_volume(model_input)
    many = [
        Prompt(f"{n}", ("lung " * n + "nodule is present.",), ("no lung nodule.",))
        for n in range(1, 20)
    ]

    together = engine.score(embedding, [*many, EFFUSION]).answers
    alone = InferenceEngine(pair_model).score(embedding, [EFFUSION]).answers
    backwards = InferenceEngine(pair_model).score(embedding, [EFFUSION, *reversed(many)]).answers

    assert together[-1].logit == pytest.approx(alone[0].logit, abs=1e-5)
    for ours, theirs in zip(together, (*reversed(backwards[1:]), backwards[0]), strict=True):
        assert ours.prompt == theirs.prompt
        assert ours.logit == pytest.approx(theirs.logit, abs=1e-5)


def test_exchanged_wordings_give_the_opposite_logit(
    engine: InferenceEngine, model_input: ModelInput
) -> None:
    turned = Prompt("No effusion", EFFUSION.absent, EFFUSION.present)
    embedding = engine.embed_volume(model_input)

    straight, opposite = engine.score(embedding, [EFFUSION, turned]).answers

    assert straight.logit == pytest.approx(-opposite.logit, abs=1e-6)
    assert straight.probability + opposite.probability == pytest.approx(1.0)


def test_no_prompt_gives_no_answer(engine: InferenceEngine, model_input: ModelInput) -> None:
    assert engine.score(engine.embed_volume(model_input), []).answers == ()


def test_known_wordings_are_not_encoded_again(
    engine: InferenceEngine, model_input: ModelInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedding = engine.embed_volume(model_input)
    first = engine.score(embedding, [EFFUSION, NODULE])
    monkeypatch.setattr(engine.loaded.network, "text_features", _must_not_run)

    assert engine.score(embedding, [EFFUSION, NODULE]) == first


def test_embedding_of_another_model_is_refused(
    engine: InferenceEngine, model_input: ModelInput
) -> None:
    embedding = engine.embed_volume(model_input)
    foreign = dataclasses.replace(
        embedding, stamp=dataclasses.replace(embedding.stamp, precision="bfloat16")
    )

    with pytest.raises(ModelMismatchError, match="bfloat16"):
        engine.score(foreign, [EFFUSION])


def test_scan_prepared_for_another_model_is_refused(
    engine: InferenceEngine, model_input: ModelInput
) -> None:
    foreign = dataclasses.replace(model_input, recipe_id="ct-clip-00000000")

    with pytest.raises(ModelMismatchError, match="ct-clip"):
        engine.embed_volume(foreign)


def test_wording_beyond_the_models_reach_is_refused(engine: InferenceEngine) -> None:
    # The two marks at the ends count as well.
    fits = Prompt("Fits", ("nodule " * (tiny_model.LONGEST_WORDING - 2),))
    longer = Prompt("Too long", ("nodule " * (tiny_model.LONGEST_WORDING - 1),))

    engine.check_prompts([fits])
    with pytest.raises(PromptRefusedError, match=r"reads 32 word pieces at most, this has 33"):
        engine.check_prompts([longer])


def test_raised_token_stops_encoding(engine: InferenceEngine, model_input: ModelInput) -> None:
    token = CancelToken()

    with pytest.raises(Cancelled):
        engine.embed_volume(model_input, cancel=token, on_progress=lambda _: token.cancel())


def test_raised_token_stops_reading_prompts(engine: InferenceEngine) -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        engine.read_prompts([EFFUSION], cancel=token)


def test_progress_rises_to_one(engine: InferenceEngine, model_input: ModelInput) -> None:
    seen: list[float] = []

    engine.embed_volume(model_input, on_progress=seen.append)
    engine.embed_volume(model_input)

    assert seen == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_too_little_memory_is_said_before_work(
    pair_model: LoadedModel, model_input: ModelInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = InferenceEngine(pair_model, free_memory=lambda _: 10_000_000)
    monkeypatch.setattr(pair_model.network, "encode_volume", _must_not_run)

    with pytest.raises(OutOfMemoryError, match=r"0\.0 GB are free"):
        engine.embed_volume(model_input)


def test_memory_that_runs_out_meanwhile_is_explained(
    engine: InferenceEngine, model_input: ModelInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(engine.loaded.network, "encode_volume", run_out)

    with pytest.raises(OutOfMemoryError, match="ran out"):
        engine.embed_volume(model_input)


def test_kept_embedding_is_not_made_again(
    pair_model: LoadedModel,
    model_input: ModelInput,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache = EmbeddingCache(tmp_path)
    made = InferenceEngine(pair_model, cache=cache).embed_volume(model_input)
    monkeypatch.setattr(pair_model.network, "encode_volume", _must_not_run)

    kept = InferenceEngine(pair_model, cache=cache).embed_volume(model_input)

    np.testing.assert_array_equal(kept.vector, made.vector)
    assert kept.stamp == made.stamp


def test_damaged_cache_gives_the_same_embedding(
    pair_model: LoadedModel, model_input: ModelInput, tmp_path: Path
) -> None:
    engine = InferenceEngine(pair_model, cache=EmbeddingCache(tmp_path))
    made = engine.embed_volume(model_input)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1])

    again = engine.embed_volume(model_input)

    np.testing.assert_array_equal(again.vector, made.vector)


def test_requests_are_answered_like_calls(engine: InferenceEngine, model_input: ModelInput) -> None:
    embedding = engine.answer(EmbedRequest(model_input))
    assert isinstance(embedding, Embedding)

    scores = engine.answer(ScoreRequest(embedding, (EFFUSION,)))

    assert isinstance(scores, Scores)
    assert scores == engine.score(embedding, (EFFUSION,))


def _must_not_run(*_: object, **__: object) -> None:
    raise AssertionError("this work was done before")
