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
    """Directions of "Signs of X." against "Nothing of X.", which no template says."""
    texts = [[f"{word} of {name}." for name in FINDINGS] for word in ("Signs", "Nothing")]
    with torch.no_grad():
        vectors = [encode_wordings(network, tokenizer, part, 32) for part in texts]
    return directions(vectors[0], vectors[1], 1)


@pytest.mark.slow
def test_directions_of_findings_become_long_and_different(
    network: JointModel, tokenizer: BertTokenizer
) -> None:
    def likeness(vectors: torch.Tensor) -> float:
        unit = torch.nn.functional.normalize(vectors, dim=-1)
        cosines = unit @ unit.T - torch.eye(len(unit))
        return float(cosines.abs().mean())

    before = pairs(network, tokenizer)

    start_text(network, tokenizer, RunConfig(text_steps=40))

    after = pairs(network, tokenizer)
    assert after.norm(dim=-1).mean() > 1.5 * before.norm(dim=-1).mean()
    assert likeness(after) < 0.7 * likeness(before)


def test_a_wording_on_its_anchor_costs_least() -> None:
    anchors = torch.eye(4, 8)
    right = torch.cat([anchors, -anchors])

    assert polarity_loss(right, anchors, 1) < 0.01
    assert polarity_loss(-right, anchors, 1) > 5
    assert polarity_loss(right.roll(1, 0), anchors, 1) > 5
