"""Tip-Adapter: labelled scans are remembered, and a new one is likened to them; for comparison.

Zhang et al. choose one class of many and add, for each class, the likeness to its remembered
examples, of which every class has equally many. Several findings may be present at once and most
are rare, so here every finding is a question of its own with two classes, present and absent, and
their difference is taken: the mean likeness to scans with the finding less that to scans without.
Without examples on both sides the memory is silent and the prompts decide alone.
"""

import math
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from medct_core.training.adapt.labelled_vectors import (
    LabelledVectors,
    Logits,
    Vectors,
    mean_auroc,
)

ALPHAS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Weights of the memory beside the prompts that are tried."""
BETAS = (1.0, 3.0, 5.5, 10.0, 30.0, 100.0)
"""Sharpnesses that are tried; 5.5 is the authors' first."""

_EPOCHS = 20
_BATCH = 64
_RATE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class TipAdapter:
    """A memory of labelled scans beside the prompts of a frozen model.

    Attributes
    ----------
    keys
        ``(remembered, d)``: their vectors, unit length unless they were fine-tuned.
    votes
        ``(remembered, findings)``; see `votes_of`.
    toward
        ``(findings, d)``: directions of the prompts, times the scale of the logits.
    alpha
        Weight of the memory, above 0.
    beta
        How fast likeness falls with distance, above 0.
    trained
        How many numbers learned; 0 unless fine-tuned.

    References
    ----------
    Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot Classification"
    (ECCV 2022), equations 3 to 6.
    """

    keys: Tensor
    votes: Tensor
    toward: Tensor
    alpha: float = 1.0
    beta: float = 5.5
    trained: int = 0

    def remembered(self, vectors: Tensor) -> Tensor:
        """How alike scans are to every remembered one: ``exp(-beta (1 - cosine))``."""
        return torch.exp(self.beta * (vectors @ self.keys.T - 1))

    def logits(self, vectors: Tensor, likeness: Tensor) -> Tensor:
        """Add what the memory says to the prompt logits, ``(n, findings)``."""
        return self.alpha * likeness @ self.votes + vectors @ self.toward.T

    @torch.no_grad()
    def score(self, vectors: Vectors) -> Logits:
        """Score scans, ``(n, d)`` unit vectors to ``(n, findings)``."""
        given = torch.from_numpy(vectors)
        scored: Logits = self.logits(given, self.remembered(given)).numpy()
        return scored


def votes_of(labels: Tensor) -> Tensor:
    """Say what every remembered scan speaks for.

    Parameters
    ----------
    labels
        ``(n, findings)`` bool.

    Returns
    -------
    ``(n, findings)`` float32: one over the number of scans with the finding where it is present,
    minus one over the number without where it is absent, 0 where all are of one kind.
    """
    present = labels.float()
    with_it, without = present.sum(0), (1 - present).sum(0)
    votes = present / with_it.clamp_min(1) - (1 - present) / without.clamp_min(1)
    return votes * ((with_it > 0) & (without > 0))


def remember(training: LabelledVectors, validation: LabelledVectors, toward: Vectors) -> TipAdapter:
    """Build Tip-Adapter: nothing is trained, `alpha` and `beta` are the best on validation.

    Parameters
    ----------
    training, validation
        Of the same findings.
    toward
        ``(findings, d)``: what a unit vector is multiplied by to give the prompt logits.

    Raises
    ------
    UsageError
        If no finding is both present and absent in validation.
    """
    votes = votes_of(torch.from_numpy(training.labels))
    memory = TipAdapter(torch.from_numpy(training.vectors), votes, torch.from_numpy(toward))
    return _tuned(memory, validation)


def fine_tune(
    memory: TipAdapter, training: LabelledVectors, validation: LabelledVectors, *, seed: int
) -> TipAdapter:
    """Build Tip-Adapter-F: the keys learn, then `alpha` and `beta` are chosen once more.

    The loss is binary cross-entropy. A scan that learns does not see itself in the memory, as it
    would know its own labels.

    Parameters
    ----------
    memory
        What `remember` gave for the same scans.
    training, validation
        Of the same findings.
    seed
        Of the order of scans.

    Raises
    ------
    UsageError
        If no finding is both present and absent in validation.
    """
    keys = memory.keys.clone().requires_grad_()
    learning = replace(memory, keys=keys, trained=keys.numel())
    _learn(learning, training, seed)
    return _tuned(replace(learning, keys=keys.detach()), validation)


def _learn(memory: TipAdapter, training: LabelledVectors, seed: int) -> None:
    vectors = torch.from_numpy(training.vectors)
    labels = torch.from_numpy(training.labels).float()
    optimizer = torch.optim.AdamW([memory.keys], lr=_RATE)
    steps = _EPOCHS * math.ceil(len(vectors) / _BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    rng = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        for rows in torch.split(torch.from_numpy(rng.permutation(len(vectors))), _BATCH):
            itself = F.one_hot(rows, len(vectors)).bool()
            likeness = memory.remembered(vectors[rows]).masked_fill(itself, 0.0)
            logits = memory.logits(vectors[rows], likeness)
            loss = F.binary_cross_entropy_with_logits(logits, labels[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()


def _tuned(memory: TipAdapter, validation: LabelledVectors) -> TipAdapter:
    """Choose `alpha` and `beta` by the mean AUROC on validation; of equal ones the smallest."""
    tried = [replace(memory, alpha=alpha, beta=beta) for alpha, beta in product(ALPHAS, BETAS)]
    return max(tried, key=lambda one: mean_auroc(validation, one.score(validation.vectors)))
