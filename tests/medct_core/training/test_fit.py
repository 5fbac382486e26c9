"""A run learns what the scans show, and an interrupted one loses nothing."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizer

from medct_core.models.joint import JointModel
from medct_core.training.corpus import Corpus
from medct_core.training.fit import Trainer
from medct_core.training.run_config import RunConfig
from medct_core.training.validate import validate

CONFIG = RunConfig(
    epochs=15, batch_bodies=4, image_rate=5e-3, text_rate=1e-3, report_weight=0.0, ema_decay=0.9
)
FOREVER_S = 1e9


def nothing(_share: float) -> None:
    """Take a share and show it to nobody."""


def weights(network: JointModel) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in network.named_parameters() if p.requires_grad}


@pytest.mark.slow
def test_findings_that_are_plain_to_see_are_learned(
    network: JointModel, tokenizer: BertTokenizer, corpus: Corpus, tmp_path: Path
) -> None:
    trainer = Trainer(network, tokenizer, CONFIG)

    trainer.run(corpus, corpus, tmp_path, FOREVER_S, nothing)

    trainer.swap_average()
    mean = validate(network, tokenizer, corpus, CONFIG)["score"]["mean"]
    assert mean is not None
    assert mean > 0.75


def test_the_log_ends_with_a_validation(
    network: JointModel, tokenizer: BertTokenizer, corpus: Corpus, tmp_path: Path
) -> None:
    short = RunConfig(epochs=1, report_from=0.0)

    Trainer(network, tokenizer, short).run(corpus, corpus, tmp_path, FOREVER_S, nothing)

    last = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])
    assert last["step"] == 2
    assert set(last["validation"]) == {"score", "whole", "token"}


def test_a_resumed_run_takes_the_same_step_as_one_that_was_not_stopped(
    network: JointModel, tokenizer: BertTokenizer, corpus: Corpus, tmp_path: Path
) -> None:
    rows = np.arange(8)
    trainer = Trainer(network, tokenizer, CONFIG)
    trainer.learn(corpus, rows, 0.5)
    trainer.step += 1
    trainer.save(tmp_path / "checkpoint.pt")
    trainer.learn(corpus, rows, 0.5)
    straight = weights(network)

    again = Trainer(network, tokenizer, CONFIG)
    again.resume(tmp_path / "checkpoint.pt")
    again.learn(corpus, rows, 0.5)

    assert again.step == 1
    for name, value in weights(network).items():
        torch.testing.assert_close(value, straight[name])


def test_swapping_the_average_twice_changes_nothing(
    network: JointModel, tokenizer: BertTokenizer, corpus: Corpus
) -> None:
    trainer = Trainer(network, tokenizer, CONFIG)
    trainer.learn(corpus, np.arange(8), 0.5)
    before = weights(network)

    trainer.swap_average()
    averaged = weights(network)
    trainer.swap_average()

    assert any(not torch.equal(averaged[name], before[name]) for name in before)
    assert all(torch.equal(value, before[name]) for name, value in weights(network).items())
