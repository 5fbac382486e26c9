"""Before the first scan, wordings know their finding and whether it is denied."""

import pytest
import torch
from transformers import BertTokenizer

from medct_core.models.joint import JointModel
from medct_core.training.run_config import RunConfig
from medct_core.training.text_start import polarity_loss, start_text
from medct_core.training.wordings import directions, encode_wordings
from medct_core.vocabulary import FINDINGS


def pairs(network: JointModel, tokenizer: BertTokenizer) -> torch.Tensor:
    """Directions of "X is present." against "X is not present."."""
    texts = [[f"{name} is {word}." for name in FINDINGS] for word in ("present", "not present")]
    with torch.no_grad():
        vectors = [encode_wordings(network, tokenizer, part, 32) for part in texts]
    return directions(vectors[0], vectors[1], 1)


def likeness_of_polarities(vectors: torch.Tensor) -> float:
    """Mean cosine between the directions of two findings."""
    unit = torch.nn.functional.normalize(vectors, dim=-1)
    cosines = unit @ unit.T - torch.eye(len(unit))
    return float(cosines.abs().mean())


@pytest.mark.slow
def test_what_denies_one_finding_no_longer_denies_all(
    network: JointModel, tokenizer: BertTokenizer
) -> None:
    before = likeness_of_polarities(pairs(network, tokenizer))

    start_text(network, tokenizer, RunConfig(text_steps=100))

    assert likeness_of_polarities(pairs(network, tokenizer)) < 0.75 * before


def test_a_wording_on_its_anchor_costs_least() -> None:
    anchors = torch.eye(4, 8)
    right = torch.cat([anchors, -anchors])

    assert polarity_loss(right, anchors, 1) < 0.01
    assert polarity_loss(-right, anchors, 1) > 5
    assert polarity_loss(right.roll(1, 0), anchors, 1) > 5
