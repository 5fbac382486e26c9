"""Both bases are trained from their own losses, and open as models."""

from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.models.bundle import load_tokenizer
from medct_core.phantom.seeds import TRAINING
from medct_core.training.corpus import Corpus, bodies, open_corpus, render_corpus
from medct_core.training.fit import Trainer
from medct_core.training.mini_network import new_network, tokenizer_folder
from medct_core.training.reproduce.bases import (
    SETTINGS,
    Base,
    BaseRun,
    ContrastTrainer,
    base_model,
    some_sentences,
    train_base,
)
from medct_core.training.reproduce.form import DOMAIN_A, NETWORK, RECIPE
from medct_core.training.run_config import RunConfig


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    assert list(render_corpus(bodies(TRAINING, 0, 2), folder, 1, DOMAIN_A))[-1] == 1.0
    return open_corpus(folder)


def run_of(base: Base, corpus: Corpus, folder: Path) -> BaseRun:
    config = RunConfig(anatomies=2, epochs=1.0, batch_bodies=2, text_steps=1, local_weight=0.0)
    return BaseRun(base, config, corpus, corpus, folder / "work", folder / base.value)


@pytest.mark.parametrize("base", list(Base))
def test_a_trained_base_opens_as_a_model_of_the_experiments_recipe(
    base: Base, corpus: Corpus, tmp_path: Path
) -> None:
    told: list[float] = []

    manifest = train_base(run_of(base, corpus, tmp_path), lambda _stage, share: told.append(share))
    model = base_model(tmp_path, base)

    assert told[-1] == 1.0
    assert model.recipe == RECIPE
    assert model.stamp.checkpoint_sha256 == manifest.weights_sha256
    assert not model.network.training


def test_the_base_of_reports_never_reads_a_label(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> torch.Tensor:
        raise AssertionError("a label was read")

    monkeypatch.setattr(Trainer, "_place", refuse)
    monkeypatch.setattr("medct_core.training.fit.start_text", refuse)
    blind = Corpus(corpus.volumes, corpus.coverage[:0], corpus.labels[:0], corpus.reports)
    run = run_of(Base.REPORTS, corpus, tmp_path)
    trainer = _trainer(run)
    trainer.start()
    losses = trainer.learn(blind, np.arange(4), 0.5)

    assert set(losses) == {"report"}


def _trainer(run: BaseRun) -> ContrastTrainer:
    tokenizer = load_tokenizer(tokenizer_folder())
    return ContrastTrainer(new_network(run.config, NETWORK), tokenizer, run.config)


def test_both_bases_learn_from_equally_many_bodies() -> None:
    assert len({config.anatomies for config in SETTINGS.values()}) == 1


def test_a_few_sentences_of_a_report_are_drawn_in_their_order() -> None:
    report = "No nodule. A 4.5 mm cyst is seen. Clear pleura. Enlarged heart. 1. Cyst. 2. Heart."
    sentences = ("No nodule.", "A 4.5 mm cyst is seen.", "Clear pleura.", "Enlarged heart.")

    drawn = [some_sentences(report, np.random.default_rng(seed)) for seed in range(40)]

    assert len(set(drawn)) > 10
    assert not any("1." in text.split() for text in drawn)
    for text in drawn:
        found = [text.index(sentence) for sentence in sentences if sentence in text]
        assert found == sorted(found)
    assert some_sentences("Clear.", np.random.default_rng(0)) == "Clear."
