"""Wordings first: present and absent must part before a scan can be told from another.

MiniLM places "X is present" close to "X is not present", and what parts them is nearly the same
for every X. A scan compared with such pairs gets one answer to all questions. So the text side
starts alone: the topics get directions at right angles, then the adapter learns to turn a
direction round when the wording denies it.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from transformers import PreTrainedTokenizerBase

from medct_core.models.joint import JointModel
from medct_core.training.run_config import RunConfig
from medct_core.training.wordings import WordingPool, encode_wordings
from medct_core.vocabulary import (
    ABSENT_TEMPLATES,
    FINDINGS,
    PRESENT_TEMPLATES,
    TERMS,
    sentence,
)

_RIDGE = 1.0
_OTHER_MEANING = 0.5
_SHARPNESS = 12.0
_PROJECTION_RATE = 1.0e-3
_WARMUP_STEPS = 20
_WORDINGS = 2
_TOKENS = 32


def start_text(network: JointModel, tokenizer: PreTrainedTokenizerBase, config: RunConfig) -> None:
    """Bring the text side to where findings and polarities are apart; scans are not needed."""
    generator = torch.Generator().manual_seed(config.seed)
    dimensions = network.config.dim_latent
    square = torch.linalg.qr(torch.randn(dimensions, dimensions, generator=generator))[0].T
    anchors, others = square[: len(FINDINGS)], square[len(FINDINGS) :]
    with torch.no_grad():
        _place_topics(network, tokenizer, anchors, others)
    optimizer = torch.optim.AdamW(_groups(network, config), weight_decay=config.weight_decay)
    rng = np.random.default_rng((config.seed, 2))
    pool = WordingPool.of_training()
    for step in range(config.text_steps):
        _set_rates(optimizer, step, config.text_steps)
        present, absent = pool.draw(rng, _WORDINGS)
        vectors = encode_wordings(network, tokenizer, present + absent, _TOKENS)
        loss = polarity_loss(vectors, anchors, _WORDINGS)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def polarity_loss(vectors: Tensor, anchors: Tensor, count: int) -> Tensor:
    """Cross-entropy of choosing each wording's finding and polarity by cosine.

    Parameters
    ----------
    vectors
        ``(2 * findings * count, d)`` unit vectors: present wordings finding by finding, then
        absent ones.
    anchors
        ``(findings, d)`` orthonormal; a denied finding points the other way.
    count
        Wordings of each finding and polarity.
    """
    finding = torch.arange(len(anchors)).repeat_interleave(count)
    target = torch.cat([finding, finding + len(anchors)])
    return F.cross_entropy(_SHARPNESS * vectors @ torch.cat([anchors, -anchors]).T, target)


def _place_topics(
    network: JointModel, tokenizer: PreTrainedTokenizerBase, anchors: Tensor, others: Tensor
) -> None:
    """Set the projection so that a topic falls on its anchor, whatever its wording.

    Ridge regression from MiniLM's vectors: terms it knows to be related stay near. Directions
    the topics do not use keep MiniLM's own meaning, for free text about other things.
    """
    texts = [
        sentence(template, term)
        for name in FINDINGS
        for term in TERMS[name]
        for template in (PRESENT_TEMPLATES[0], ABSENT_TEMPLATES[0], "{term}")
    ]
    finding = [index for index, name in enumerate(FINDINGS) for _ in range(3 * len(TERMS[name]))]
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    known = F.normalize(network.text_features(batch["input_ids"], batch["attention_mask"]), dim=-1)
    ridge = known.T @ known + _RIDGE * torch.eye(known.shape[1])
    topics = torch.linalg.solve(ridge, known.T @ anchors[finding]).T
    axes = torch.linalg.svd(known - known.mean(dim=0), full_matrices=True)[2][: len(others)]
    weight = topics + _OTHER_MEANING * others[: len(axes)].T @ axes
    network.to_text_latent.weight.copy_(weight)


def _groups(network: JointModel, config: RunConfig) -> list[dict[str, object]]:
    adapter = [p for p in network.text_transformer.parameters() if p.requires_grad]
    return [
        {"params": adapter, "peak": config.text_start_rate},
        {"params": [network.to_text_latent.weight], "peak": _PROJECTION_RATE},
    ]


def _set_rates(optimizer: torch.optim.Optimizer, step: int, steps: int) -> None:
    factor = min(1.0, (step + 1) / _WARMUP_STEPS) * (1 - step / steps)
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor
