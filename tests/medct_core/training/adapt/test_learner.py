"""Exactly what was asked for learns."""

from pathlib import Path
from typing import Any

import pytest
import torch

from medct_core.models.bundle import load_model
from medct_core.models.lora import Preset, preset_config
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.learner import Learner, lora_config, prepare_learner
from medct_core.training.adapt.wordings import TextSide
from tests.adapt_samples import FINDINGS, viewer

CPU = torch.device("cpu")


def _learner(folder: Path, **settings: Any) -> Learner:  # noqa: ANN401 - settings are of any type
    return prepare_learner(load_model(folder), len(FINDINGS), AdaptConfig(**settings), CPU)


def _names(learner: Learner) -> set[str]:
    return set(learner.trained)


@pytest.mark.parametrize(
    ("towers", "sides"),
    [
        ("both", {"text_transformer", "visual_transformer"}),
        ("image", {"visual_transformer"}),
        ("text", {"text_transformer"}),
    ],
)
def test_lora_changes_the_towers_that_are_named(tiny: Path, towers: str, sides: set[str]) -> None:
    learner = _learner(tiny, towers=towers, head="prompt")

    assert {name.split(".")[0] for name in _names(learner)} == sides
    assert all(".lora_" in name for name in _names(learner))


def test_ranks_of_ones_own_replace_the_presets(tiny: Path) -> None:
    config = AdaptConfig(vision_rank=2, vision_alpha=4, text_rank=1, text_alpha=3)

    learner = prepare_learner(load_model(tiny), 3, config, CPU)

    ranks = {
        ("text" if "text_" in name else "vision", parameter.shape[0])
        for name, parameter in learner.trained.items()
        if "lora_A" in name
    }
    assert ranks == {("text", 1), ("vision", 2)}


@pytest.mark.parametrize("preset", ["paper", "effective"])
def test_without_ranks_a_preset_stays_as_it_is(tiny: Path, preset: Preset) -> None:
    network = load_model(tiny).network

    assert lora_config(network, AdaptConfig(preset=preset)) == preset_config(network, preset)


def test_the_head_alone_learns_where_that_is_asked(tiny: Path) -> None:
    learner = _learner(tiny, tune="head")

    assert _names(learner) == {"head.weight", "head.bias"}
    assert learner.trained_count == 3 * 8 + 3


@pytest.mark.parametrize("folder", ["tiny", "tiny_local"])
def test_full_tuning_reaches_every_weight_in_use(
    folder: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(folder)
    learner = _learner(path, tune="full", head="both")
    text = TextSide(learner.model, FINDINGS, learner.config)
    assert learner.head is not None

    features = learner.features(torch.from_numpy(viewer().values[:2]))
    prompts = learner.prompt_logits(features, text.directions())
    torch.autograd.backward((prompts + learner.head(features.latent)).square().sum())

    assert [name for name, p in learner.trained.items() if p.grad is None] == []
    kept = [n for n, p in learner.network.named_parameters() if not p.requires_grad and p.numel()]
    assert kept == ["temperature"]


def test_full_tuning_leaves_the_file_of_the_model_alone(tiny: Path) -> None:
    learner = _learner(tiny, tune="full")
    with torch.no_grad():
        for parameter in learner.trained.values():
            parameter.add_(1.0)

    weight = load_model(tiny).network.to_visual_latent.weight

    assert not torch.equal(weight, learner.network.to_visual_latent.weight)


def test_a_frozen_image_tower_keeps_nothing_for_a_gradient(tiny: Path) -> None:
    learner = _learner(tiny, towers="text", head="prompt")

    features = learner.features(torch.from_numpy(viewer().values[:2]))

    assert not features.latent.requires_grad


def test_recomputed_layers_and_half_precision_change_little(tiny_local: Path) -> None:
    values = torch.from_numpy(viewer().values[:2])
    plain, again, half = (
        _learner(tiny_local, **settings).features(values).latent.detach()
        for settings in ({}, {"checkpointing": True}, {"bf16": True})
    )

    torch.testing.assert_close(plain, again)
    assert float((plain * half).sum(dim=1).min()) > 0.99


def test_a_learned_temperature_stays_in_bounds(tiny: Path) -> None:
    learner = _learner(tiny, tune="full", temperature="learned", head="prompt")
    with torch.no_grad():
        learner.network.temperature.fill_(9.0)

    learner.keep_scale_in_bounds()

    assert float(learner.scale.detach()) == pytest.approx(100.0)
