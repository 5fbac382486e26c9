"""CLIP-Adapter: a small bottleneck on the vectors of a frozen model, beside LoRA for comparison."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from medct_core.training.adapt.labelled_vectors import (
    LabelledVectors,
    Logits,
    Vectors,
    mean_auroc,
)

REDUCTION = 4
"""How many times narrower the middle is; the authors' number."""
RESIDUALS = (0.2, 0.4, 0.6, 0.8)
"""Shares of the adapted vector that are tried; the authors search it for every data set."""

_EPOCHS = 100
_BATCH = 64
_RATE = 2e-3
_WEIGHT_DECAY = 0.01


class Bottleneck(nn.Module):
    """Two linear layers without bias, each followed by ReLU, as the authors have them."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.down = nn.Linear(dim, max(1, dim // REDUCTION), bias=False)
        self.up = nn.Linear(max(1, dim // REDUCTION), dim, bias=False)

    def forward(self, vectors: Tensor) -> Tensor:
        """Change vectors, ``(n, d)`` to ``(n, d)``, none of them negative."""
        made: Tensor = self.up(self.down(vectors).relu()).relu()
        return made


@dataclass(frozen=True, slots=True, eq=False)
class ClipAdapter:
    """A trained adapter: a scan's vector becomes a mixture of itself and what the bottleneck makes.

    Attributes
    ----------
    bottleneck
        What was trained.
    residual
        Share of the bottleneck's vector in [0, 1]; at 0 the model is as it was.
    toward
        ``(findings, d)``: directions of the prompts, times the scale of the logits.

    References
    ----------
    Gao et al., "CLIP-Adapter: Better Vision-Language Models with Feature Adapters" (IJCV 2024).
    Theirs chooses one class of many by a softmax; here every finding is a question of its own, so
    the loss is binary cross-entropy on the prompt logits.
    """

    bottleneck: Bottleneck
    residual: float
    toward: Vectors

    @property
    def trained(self) -> int:
        """How many numbers learned."""
        return sum(weight.numel() for weight in self.bottleneck.parameters())

    def logits(self, vectors: Tensor) -> Tensor:
        """``(n, d)`` unit vectors to ``(n, findings)``."""
        mixed = self.residual * self.bottleneck(vectors) + (1 - self.residual) * vectors
        return F.normalize(mixed, dim=-1) @ torch.from_numpy(self.toward).T

    @torch.no_grad()
    def score(self, vectors: Vectors) -> Logits:
        """Score scans, ``(n, d)`` unit vectors to ``(n, findings)``."""
        scored: Logits = self.logits(torch.from_numpy(vectors)).numpy()
        return scored


def fit_clip_adapter(
    training: LabelledVectors, validation: LabelledVectors, toward: Vectors, *, seed: int
) -> ClipAdapter:
    """Train an adapter for each share, and keep the one whose mean AUROC on validation is best.

    Parameters
    ----------
    training, validation
        Of the same findings.
    toward
        ``(findings, d)``: what a unit vector is multiplied by to give the prompt logits.
    seed
        Of the first weights and of the order of scans.

    Raises
    ------
    UsageError
        If no finding is both present and absent in validation.
    """
    fitted = [_fitted(training, toward, residual, seed) for residual in RESIDUALS]
    return max(fitted, key=lambda one: mean_auroc(validation, one.score(validation.vectors)))


def _fitted(training: LabelledVectors, toward: Vectors, residual: float, seed: int) -> ClipAdapter:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        adapter = ClipAdapter(Bottleneck(toward.shape[1]), residual, toward)
    vectors = torch.from_numpy(training.vectors)
    labels = torch.from_numpy(training.labels).float()
    learning = list(adapter.bottleneck.parameters())
    optimizer = torch.optim.AdamW(learning, lr=_RATE, weight_decay=_WEIGHT_DECAY)
    steps = _EPOCHS * math.ceil(len(vectors) / _BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    rng = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        for rows in torch.split(torch.from_numpy(rng.permutation(len(vectors))), _BATCH):
            loss = F.binary_cross_entropy_with_logits(adapter.logits(vectors[rows]), labels[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return adapter
