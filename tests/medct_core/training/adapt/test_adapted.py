"""A fitted model scores as the engine will when its adapter is loaded again."""

from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import load_model
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.learner import ADAPTER_NAME
from medct_core.training.adapt.wordings import TextSide
from tests.adapt_samples import FINDINGS, fitted, viewer


def test_a_saved_adapter_scores_as_the_fit_did(tiny: Path, tmp_path: Path) -> None:
    made = fitted(tiny, tmp_path / "run", head="both")
    assert made.host is not None
    made.host.save(ADAPTER_NAME, tmp_path / "adapter", AdapterNotes(head=made.head))
    values = viewer().values

    again = AdapterHost(load_model(tiny))
    again.load(tmp_path / "adapter")

    assert again.head is not None
    with torch.inference_mode():
        latent = again.network.encode_volume(torch.from_numpy(values)).latent
        logits = again.head(latent).numpy()
    np.testing.assert_allclose(made.prompt_and_head_logits(values)[1], logits, atol=1e-5)


def test_taking_the_adapter_off_gives_the_base_for_a_while(tiny: Path, tmp_path: Path) -> None:
    values = viewer().values
    made = fitted(tiny, tmp_path / "run", head="prompt", rate=0.05)
    untouched = load_model(tiny)
    with torch.no_grad():
        text = TextSide(untouched, FINDINGS, AdaptConfig()).directions()
        latent = untouched.network.encode_volume(torch.from_numpy(values)).latent
        expected = (untouched.network.logit_scale * latent @ text.T).numpy()
    adapted = made.prompt_logits(values)

    with made.as_base():
        base = made.prompt_logits(values)

    np.testing.assert_allclose(base, expected, atol=1e-5)
    assert np.abs(adapted - base).max() > 0.01
    np.testing.assert_array_equal(made.prompt_logits(values), adapted)


def test_one_look_gives_what_prompts_say_and_what_the_head_says(tiny: Path, tmp_path: Path) -> None:
    values = viewer().values
    made = fitted(tiny, tmp_path / "run", head="both")

    by_prompts, by_head = made.prompt_and_head_logits(values)

    np.testing.assert_array_equal(by_prompts, made.prompt_logits(values))
    assert np.abs(by_head - by_prompts).max() > 0.01


@pytest.mark.parametrize("tune", ["lora", "full"])
def test_what_was_learned_has_a_stamp_of_its_own(tiny: Path, tmp_path: Path, tune: str) -> None:
    base = load_model(tiny).stamp
    stamps = [
        fitted(tiny, tmp_path / f"{seed}", tune=tune, seed=seed).model.stamp for seed in (1, 2)
    ]

    assert len({base, *stamps}) == 3
    assert all(stamp.checkpoint_sha256 == base.checkpoint_sha256 for stamp in stamps)


def test_a_head_alone_leaves_the_stamp_of_the_base(tiny: Path, tmp_path: Path) -> None:
    made = fitted(tiny, tmp_path / "run", tune="head")

    assert made.model.stamp == load_model(tiny).stamp
    assert made.host is None
