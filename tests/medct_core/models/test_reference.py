"""Reference files: read strictly, computed again, every array judged."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from medct_core.errors import ModelUnavailableError, UsageError
from medct_core.models.config import JointConfig
from medct_core.models.joint import build_unloaded
from medct_core.models.reference import (
    ArrayDifference,
    read_config,
    read_reference,
    rebuild_weights,
    value,
    verify_reference,
)
from tests.benchmarks import plain_ctclip

CONFIG: dict[str, Any] = {
    **{"dim": 24, "codebook_size": 11, "image_size": 24, "patch_size": 8, "frames": 60},
    **{"temporal_patch_size": 5, "spatial_depth": 1, "temporal_depth": 3, "dim_head": 6},
    **{"heads": 3, "dim_latent": 10},
    "text": {
        **{"vocab_size": 30, "hidden_size": 12, "num_hidden_layers": 1},
        **{"num_attention_heads": 2, "intermediate_size": 20, "max_position_embeddings": 16},
    },
}
IDS = np.array([[2, 7, 9, 3], [2, 5, 3, 0]])
MASK = np.array([[1, 1, 1, 1], [1, 1, 1, 0]])

Arrays = dict[str, Any]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    """Compute a reference file the plain way: other sizes, a salt, a seeded volume."""
    config = read_config(json.dumps(CONFIG))
    model = build_unloaded(config)
    weights = rebuild_weights(model, "pepper")
    model.load_state_dict(weights, assign=True)
    noise = np.random.default_rng(21).uniform(-1, 1, (60, 24, 24)).astype(np.float32)
    noise[:40] = -1
    with torch.inference_mode():
        found = _plain(weights, config, torch.from_numpy(noise)[None, None])
        output = model.text_transformer(
            input_ids=torch.from_numpy(IDS), attention_mask=torch.from_numpy(MASK)
        )
        words = output.last_hidden_state[:, 0]
        text = words @ weights["to_text_latent.weight"].T
        text = text / text.norm(dim=-1, keepdim=True)
        logits = math.exp(1.5) * text @ torch.from_numpy(found["image_latent"])
    found |= {"text_cls": words.numpy(), "text_latent": text.numpy(), "logits": logits.numpy()}
    found |= {"input_ids": IDS, "attention_mask": MASK, "volume_seed": 21}
    return found | {"config": json.dumps(CONFIG), "salt": "pepper"}


def _plain(weights: plain_ctclip.Weights, config: JointConfig, volume: torch.Tensor) -> Arrays:
    vision = config.vision
    tokens = plain_ctclip.patch_tokens(weights, vision, volume)
    spatial = plain_ctclip.stage(weights, vision, tokens, "spatial")
    temporal = plain_ctclip.stage(weights, vision, spatial, "temporal")
    latent, codes = plain_ctclip.encode_volume(weights, vision, volume)
    return {
        "patch_tokens": tokens[0, :, :2, :2].numpy(),
        "position_bias": plain_ctclip.position_bias(weights, 3, 3)[:, :5].numpy(),
        "after_spatial": spatial[0, :, :2, :2].numpy(),
        "after_temporal": temporal[0, :, :2, :2].numpy(),
        "codes": codes.flatten().numpy().astype(np.int16),
        "image_latent": latent[0].numpy(),
    }


@pytest.fixture
def written(tmp_path: Path, arrays: Arrays) -> Callable[[Arrays], Path]:
    """Write the reference file with some arrays changed, None for left out."""

    def write(changes: Arrays) -> Path:
        path = tmp_path / "reference.npz"
        kept = {name: array for name, array in (arrays | changes).items() if array is not None}
        np.savez(path, **kept)
        return path

    return write


def judged(path: Path) -> dict[str, ArrayDifference]:
    return {difference.name: difference for difference in verify_reference(path)}


def test_a_file_of_another_size_and_salt_agrees(written: Callable[[Arrays], Path]) -> None:
    differences = judged(written({}))

    assert [name for name, found in differences.items() if not found.passed] == []
    assert len(differences) == 10


@pytest.mark.parametrize(
    "name", ["position_bias", "patch_tokens", "after_spatial", "after_temporal", "text_cls"]
)
def test_an_array_that_differs_is_named(
    written: Callable[[Arrays], Path], arrays: Arrays, name: str
) -> None:
    changed = arrays[name].copy()
    changed.flat[3] += 2e-4

    differences = judged(written({name: changed}))

    assert [found.name for found in differences.values() if not found.passed] == [name]
    assert differences[name].largest == pytest.approx(2e-4, rel=0.1)


def test_of_few_codes_none_may_differ(written: Callable[[Arrays], Path], arrays: Arrays) -> None:
    changed = arrays["codes"].copy()
    changed[0] = (changed[0] + 1) % 11

    differences = judged(written({"codes": changed}))

    assert not differences["codes"].passed
    assert differences["codes"].largest == pytest.approx(1 / changed.size)
    assert differences["image_latent"].measure == "1 - cosine"
    assert differences["logits"].tolerance == 1e-2


def test_another_salt_is_another_model(written: Callable[[Arrays], Path]) -> None:
    differences = judged(written({"salt": "salt"}))

    assert not any(found.passed for found in differences.values())


def test_a_number_that_is_none_never_passes(
    written: Callable[[Arrays], Path], arrays: Arrays
) -> None:
    changed = arrays["logits"].copy()
    changed[0] = np.nan

    assert not judged(written({"logits": changed}))["logits"].passed


def test_an_array_of_another_shape_never_passes(
    written: Callable[[Arrays], Path], arrays: Arrays
) -> None:
    differences = judged(written({"text_cls": arrays["text_cls"][:, :3]}))

    assert differences["text_cls"].largest == math.inf


def test_codes_of_another_grid_are_refused(
    written: Callable[[Arrays], Path], arrays: Arrays
) -> None:
    path = written({"codes": arrays["codes"][:5]})

    with pytest.raises(UsageError, match=r"5 codes.*108"):
        verify_reference(path)


def test_a_volume_in_the_file_is_taken_before_a_seed(written: Callable[[Arrays], Path]) -> None:
    volume = np.zeros((60, 24, 24), dtype=np.float32)

    reference = read_reference(written({"volume": volume, "volume_seed": None}))

    np.testing.assert_array_equal(reference.volume, volume)


def test_a_volume_of_another_shape_is_refused(written: Callable[[Arrays], Path]) -> None:
    with pytest.raises(UsageError, match="volume"):
        read_reference(written({"volume": np.zeros((60, 24, 23), dtype=np.float32)}))


@pytest.mark.parametrize("name", ["codes", "logits", "volume_seed"])
def test_a_missing_array_is_named(written: Callable[[Arrays], Path], name: str) -> None:
    with pytest.raises(UsageError, match=name.removesuffix("_seed")):
        read_reference(written({name: None}))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.npz"
    path.write_text("nothing")

    with pytest.raises(UsageError, match=r"no\.npz"):
        read_reference(path)
    with pytest.raises(UsageError, match=r"absent\.npz"):
        read_reference(tmp_path / "absent.npz")


@pytest.mark.parametrize("config", ["[1]", "not json", json.dumps(CONFIG | {"dropout": 0.1})])
def test_a_configuration_nobody_knows_is_refused(
    written: Callable[[Arrays], Path], config: str
) -> None:
    with pytest.raises(ModelUnavailableError):
        read_reference(written({"config": config}))


def test_weights_follow_their_name_and_the_salt_alone() -> None:
    drawn = value("a.weight", (5, 3), "s")

    np.testing.assert_array_equal(drawn, value("sa.weight", (5, 3)))
    assert not np.array_equal(drawn, value("b.weight", (5, 3), "s"))


def test_weights_are_scaled_by_their_kind() -> None:
    rows = value("vq._codebook.embed", (1, 40, 16))

    np.testing.assert_allclose(np.linalg.norm(rows, axis=-1), 1, rtol=1e-6)
    np.testing.assert_array_equal(value("norm.beta", (4,)), np.zeros(4))
    assert value("temperature", ()) == 1.5
    assert value("x.gamma", (4000,)).mean() == pytest.approx(1, abs=0.01)
    assert value("x.bias", (4000,)).std() == pytest.approx(0.05, rel=0.05)
    assert value("x.weight", (50, 4, 25)).std() == pytest.approx(0.1, rel=0.05)


@pytest.mark.shared_data
def test_the_small_network_agrees_with_the_released_code(shared_dir: Path) -> None:
    differences = verify_reference(shared_dir / "reference" / "reference_small.npz")

    assert [found for found in differences if not found.passed] == []
    assert next(found.largest for found in differences if found.name == "codes") == 0


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_full_network_agrees_with_the_released_code(shared_dir: Path) -> None:
    differences = verify_reference(shared_dir / "reference" / "reference_full.npz")

    assert [found for found in differences if not found.passed] == []


@pytest.mark.shared_data
def test_an_untrue_claim_about_the_network_does_not_pass(shared_dir: Path, tmp_path: Path) -> None:
    reference = read_reference(shared_dir / "reference" / "reference_small.npz")
    config = json.loads(str(reference.arrays["config"])) | {"scrambled_peg": False}
    path = tmp_path / "untrue.npz"
    changed: Arrays = dict(reference.arrays) | {"config": json.dumps(config)}
    np.savez(path, **changed)

    differences = judged(path)

    assert differences["after_spatial"].passed
    assert not differences["after_temporal"].passed
    assert replace(differences["after_temporal"], largest=0.0).passed
