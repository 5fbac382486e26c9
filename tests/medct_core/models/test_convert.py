"""A checkpoint is converted whole, or refused with every tensor that is amiss."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.errors import ModelUnavailableError
from medct_core.models.bundle import load_model
from medct_core.models.catalogue import CT_CLIP as CT_CLIP_ENTRY
from medct_core.models.checkpoint import Tensors
from medct_core.models.config import CT_CLIP, JointConfig
from medct_core.models.convert import LICENCE_FILE, Target, convert
from medct_core.models.joint import JointModel
from medct_core.models.manifest import WEIGHTS_FILE, verify_files
from medct_core.models.reference import read_config, rebuild_weights, value
from medct_core.preprocess.recipe import CT_CLIP as CT_CLIP_RECIPE

EXTRAS = {
    "to_text_latent_extra.weight": torch.zeros(8, 16),
    "visual_transformer.to_pixels.0.bias": torch.zeros(3),
    "visual_transformer.enc_spatial_transformer.layers.0.1.context_norm.gamma": torch.ones(16),
    "visual_transformer.vq._codebook.initted": torch.ones(1),
    "text_transformer.pooler.dense.bias": torch.zeros(16),
    "text_transformer.embeddings.position_ids": torch.arange(32)[None],
}


class Run:
    """Unpickling it would create a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


@pytest.fixture
def target(tiny_config: JointConfig) -> Target:
    """Aim at the tiny configuration."""
    return Target(config=tiny_config)


def _saved(path: Path, tensors: Tensors, prefix: str = "") -> Path:
    torch.save({prefix + name: tensor for name, tensor in tensors.items()}, path)
    return path


@pytest.mark.parametrize("prefix", ["", "module.", "trained_model._orig_mod.", "base_model.model."])
def test_a_converted_model_has_the_weights_of_the_checkpoint(
    tmp_path: Path, tiny_network: JointModel, tokenizer_dir: Path, target: Target, prefix: str
) -> None:
    state = tiny_network.state_dict()
    checkpoint = _saved(tmp_path / "c.pt", state | EXTRAS, prefix)

    convert(checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m", target=target)

    loaded = load_model(tmp_path / "m")
    found = loaded.network.state_dict()
    assert all(torch.equal(found[name], state[name]) for name in state)
    assert loaded.recipe == CT_CLIP_RECIPE


def test_every_tensor_is_accounted_for(
    tmp_path: Path, tiny_network: JointModel, tokenizer_dir: Path, target: Target
) -> None:
    strangers = {"optimizer.state": torch.zeros(1), "ema.decay": torch.zeros(1)}
    state = tiny_network.state_dict()
    checkpoint = _saved(tmp_path / "c.pt", state | EXTRAS | strangers)

    done = convert(checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m", target=target)

    assert done.kept == len(state)
    assert set(done.dropped) == set(EXTRAS)
    assert set(done.unmatched) == set(strangers)


def test_the_folder_says_what_may_be_done_with_it(
    tmp_path: Path, tiny_network: JointModel, tokenizer_dir: Path, target: Target
) -> None:
    checkpoint = _saved(tmp_path / "c.pt", tiny_network.state_dict())

    done = convert(checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m", target=target)

    assert done.manifest.licence == "CC-BY-NC-SA-4.0"
    assert (tmp_path / "m" / LICENCE_FILE).read_text(encoding="utf-8") == (
        CT_CLIP_ENTRY.licence_note + "\n"
    )
    assert set(verify_files(tmp_path / "m", done.manifest)) == {
        *("config.json", "recipe.json", "vocab.txt"),
        *(LICENCE_FILE, WEIGHTS_FILE),
    }


def test_half_precision_weights_are_widened(
    tmp_path: Path, tiny_network: JointModel, tokenizer_dir: Path, target: Target
) -> None:
    halved = {name: tensor.half() for name, tensor in tiny_network.state_dict().items()}
    checkpoint = _saved(tmp_path / "c.pt", halved)

    convert(checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m", target=target)

    found = load_model(tmp_path / "m").network.state_dict()
    assert all(torch.equal(found[name], halved[name].float()) for name in halved)


def test_all_that_is_amiss_is_named_and_nothing_is_written(
    tmp_path: Path, tiny_network: JointModel, tokenizer_dir: Path, target: Target
) -> None:
    state = tiny_network.state_dict()
    missing = [name for name in state if ".encoder.layer.0." in name]
    kept = {name: tensor for name, tensor in state.items() if name not in missing}
    kept |= {"to_visual_latent.weight": torch.zeros(8, 3), "stranger": torch.zeros(1)}
    checkpoint = _saved(tmp_path / "c.pt", kept)

    with pytest.raises(ModelUnavailableError) as caught:
        convert(checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m", target=target)

    for name in [*missing, "to_visual_latent.weight: (8, 3)", "stranger"]:
        assert name in caught.value.summary
    assert not (tmp_path / "m").exists()


def test_adapters_beside_the_weights_are_not_dropped_in_silence(
    tmp_path: Path, tiny_network: JointModel, tokenizer_dir: Path, target: Target
) -> None:
    state = tiny_network.state_dict() | {"x.to_q.lora_A.default.weight": torch.zeros(1)}
    checkpoint = _saved(tmp_path / "c.pt", state)

    with pytest.raises(ModelUnavailableError, match="LoRA adapters"):
        convert(checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m", target=target)


def test_a_checkpoint_that_wants_to_run_code_runs_none(
    tmp_path: Path, tokenizer_dir: Path, target: Target
) -> None:
    torch.save({"temperature": Run(tmp_path / "ran")}, tmp_path / "c.pt")

    with pytest.raises(ModelUnavailableError, match="may run code"):
        convert(tmp_path / "c.pt", tokenizer=tokenizer_dir, out=tmp_path / "m", target=target)

    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "m").exists()


def test_a_vocabulary_larger_than_the_models_is_refused(
    tmp_path: Path, tiny_network: JointModel, tokenizer_dir: Path, target: Target
) -> None:
    smaller = replace(target.config, text=replace(target.config.text, vocab_size=9))
    checkpoint = _saved(tmp_path / "c.pt", tiny_network.state_dict())

    with pytest.raises(ModelUnavailableError, match="knows 15 words, the model 9"):
        convert(
            checkpoint,
            tokenizer=tokenizer_dir,
            out=tmp_path / "m",
            target=replace(target, config=smaller),
        )


def test_a_folder_that_exists_is_left_alone(
    tmp_path: Path, tokenizer_dir: Path, target: Target
) -> None:
    with pytest.raises(ModelUnavailableError, match="exists already"):
        convert(tmp_path / "c.pt", tokenizer=tokenizer_dir, out=tmp_path, target=target)


@pytest.mark.shared_data
def test_a_checkpoint_with_the_released_names_is_converted_without_a_question(
    shared_dir: Path, tmp_path: Path, tokenizer_dir: Path
) -> None:
    with np.load(shared_dir / "reference" / "reference_small.npz") as file:
        config = read_config(str(file["config"]))
    listed = json.loads((shared_dir / "reference" / "state_dict_small.json").read_text())
    tensors = {
        name: torch.from_numpy(np.asarray(value(name, tuple(shape))))
        for name, (shape, _) in listed.items()
    }
    checkpoint = _saved(tmp_path / "c.pt", tensors, "module.")

    done = convert(
        checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m", target=Target(config=config)
    )

    network = load_model(tmp_path / "m").network
    assert done.unmatched == ()
    assert done.kept + len(done.dropped) == len(listed)
    assert all(
        torch.equal(tensor, rebuild_weights(network, "")[name])
        for name, tensor in network.state_dict().items()
    )


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_full_checkpoint_loses_a_third_and_no_live_tensor(
    shared_dir: Path, tmp_path: Path, tokenizer_dir: Path
) -> None:
    listed = json.loads((shared_dir / "reference" / "state_dict_full.json").read_text())
    tensors = {name: torch.zeros(shape) for name, (shape, _) in listed.items()}
    checkpoint = _saved(tmp_path / "CT-CLIP_v2.pt", tensors)
    size = checkpoint.stat().st_size

    done = convert(checkpoint, tokenizer=tokenizer_dir, out=tmp_path / "m")
    checkpoint.unlink()

    assert done.unmatched == ()
    assert done.kept + len(done.dropped) == len(listed)
    assert load_model(tmp_path / "m").config == CT_CLIP
    assert (tmp_path / "m" / WEIGHTS_FILE).stat().st_size / size == pytest.approx(0.65, abs=0.01)
