"""Wordings are drawn from training alone and become directions."""

import numpy as np
import torch
from transformers import BertTokenizer

from medct_core.models.joint import JointModel
from medct_core.training.statements import STATEMENTS
from medct_core.training.wordings import WordingPool, directions, encode_wordings
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS


def test_each_step_draws_wordings_for_every_finding_and_polarity() -> None:
    present, absent = WordingPool.of_training().draw(np.random.default_rng(1), 2)

    assert len(present) == len(absent) == 2 * len(FINDINGS)
    assert not set(present) & set(absent)


def test_the_unlabelled_findings_are_never_drawn() -> None:
    pool = WordingPool.of_training()
    texts = [text.lower() for group in (*pool.present, *pool.absent) for text in group]

    assert not any(name.lower() in text for name in UNLABELLED_FINDINGS for text in texts)


def test_swapping_the_polarity_turns_a_direction_round() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(2, 12, 8), dim=-1)

    forth = directions(vectors[0], vectors[1], 3)

    torch.testing.assert_close(forth, -directions(vectors[1], vectors[0], 3))
    assert forth.shape == (4, 8)


def test_padding_changes_no_vector(network: JointModel, tokenizer: BertTokenizer) -> None:
    network.eval()
    short, long = "Emphysema.", "There is a very small pleural effusion in the left lung today."

    alone = encode_wordings(network, tokenizer, [short], 32)
    padded = encode_wordings(network, tokenizer, [short, long], 32)

    torch.testing.assert_close(alone[0], padded[0], atol=1e-5, rtol=1e-4)


def test_statements_are_drawn_now_and_then() -> None:
    pool = WordingPool.of_training()

    for place, name in enumerate(FINDINGS):
        for group, statements in zip((pool.present, pool.absent), STATEMENTS[name], strict=True):
            share = sum(text in statements for text in group[place]) / len(group[place])
            assert 0.1 < share < 0.3
