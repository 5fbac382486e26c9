"""Validation measures with fixed wordings."""

import torch
from transformers import BertTokenizer

from medct_core.models.joint import JointModel
from medct_core.training.corpus import Corpus
from medct_core.training.run_config import RunConfig
from medct_core.training.validate import choose_scoring, plain_directions, scores_of, validate
from medct_core.vocabulary import FINDINGS


def test_every_finding_is_measured_three_ways(
    network: JointModel, tokenizer: BertTokenizer, corpus: Corpus
) -> None:
    report = validate(network, tokenizer, corpus, RunConfig())

    for values in report.values():
        assert set(values) == {"mean", *FINDINGS}


@torch.no_grad()
def test_the_score_mixes_whole_and_tokens_as_the_run_says(
    network: JointModel, tokenizer: BertTokenizer, corpus: Corpus
) -> None:
    network.eval()
    toward = plain_directions(network, tokenizer)

    whole = scores_of(network, corpus, toward, RunConfig(local_weight=0.0))
    token = scores_of(network, corpus, toward, RunConfig(local_weight=1.0))

    assert (whole["score"] == whole["whole"]).all()
    assert (token["score"] == token["token"]).all()
    assert (whole["whole"] != token["token"]).any()


def test_the_mix_that_is_chosen_is_at_least_as_good_as_the_one_of_the_run(
    network: JointModel, tokenizer: BertTokenizer, corpus: Corpus
) -> None:
    scoring = choose_scoring(network, tokenizer, corpus)

    chosen = RunConfig(local_weight=scoring.local_weight, local_top=scoring.local_top)
    mean = {
        name: validate(network, tokenizer, corpus, config)["score"]["mean"] or 0.0
        for name, config in (("chosen", chosen), ("run", RunConfig()))
    }
    assert mean["chosen"] >= mean["run"]
