"""Wordings of the findings as token numbers, drawn anew for every step."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from medct_core.models.joint import JointModel
from medct_core.training.statements import STATEMENTS
from medct_core.vocabulary import (
    ABSENT_TEMPLATES,
    FINDINGS,
    PRESENT_TEMPLATES,
    training_wordings,
)

_STATEMENT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class WordingPool:
    """All training wordings, per finding and polarity."""

    present: tuple[tuple[str, ...], ...]
    absent: tuple[tuple[str, ...], ...]

    @classmethod
    def of_training(cls) -> "WordingPool":
        """Every term in every template, and every statement, for the eighteen findings in order."""
        return cls(
            tuple(_pool(name, PRESENT_TEMPLATES, STATEMENTS[name][0]) for name in FINDINGS),
            tuple(_pool(name, ABSENT_TEMPLATES, STATEMENTS[name][1]) for name in FINDINGS),
        )

    def draw(self, rng: np.random.Generator, count: int) -> tuple[list[str], list[str]]:
        """Pick `count` present and `count` absent wordings a finding, finding by finding."""
        present = [p[i] for p in self.present for i in rng.choice(len(p), count, replace=False)]
        absent = [a[i] for a in self.absent for i in rng.choice(len(a), count, replace=False)]
        return present, absent


def _pool(name: str, templates: tuple[str, ...], statements: tuple[str, ...]) -> tuple[str, ...]:
    """Give statements, few as they are, a fair share of what is drawn."""
    filled = training_wordings(name, templates)
    times = round(_STATEMENT_SHARE * len(filled) / len(statements))
    return filled + times * statements


def encode_wordings(
    network: JointModel, tokenizer: PreTrainedTokenizerBase, texts: list[str], length: int
) -> Tensor:
    """Encode texts, padded to the longest and cut after `length` tokens.

    Returns
    -------
    ``(texts, d)`` float32 unit vectors on the network's device.
    """
    device = network.temperature.device
    batch = tokenizer(
        texts, padding=True, truncation=True, max_length=length, return_tensors="pt"
    ).to(device)
    return network.encode_text(batch["input_ids"], batch["attention_mask"]).float()


def directions(present: Tensor, absent: Tensor, count: int) -> Tensor:
    """Vector per finding whose product with a scan's vector is the pair's similarity.

    Parameters
    ----------
    present, absent
        ``(findings * count, d)`` unit vectors, finding by finding.
    count
        Wordings of each finding; their mean is brought back to unit length.

    Returns
    -------
    ``(findings, d)``, not of unit length: present minus absent.
    """
    means = (torch.unflatten(t, 0, (-1, count)).mean(dim=1) for t in (present, absent))
    up, down = (torch.nn.functional.normalize(mean, dim=-1) for mean in means)
    return up - down
