"""Objective: what a batch costs, in parts that are logged by name."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from medct_core.models.joint import VolumeFeatures
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.contrast import Pairs, infonce, report_numbers, rivals, siglip
from medct_core.training.adapt.learner import Learner
from medct_core.training.adapt.processes import Processes
from medct_core.training.adapt.wordings import TextSide


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Scans encoded at once, of all processes, and this one's part.

    Attributes
    ----------
    values
        ``(n, 1, d, h, w)`` of this process.
    labels
        ``(n, findings)`` float32 of this process.
    reports
        ``n`` texts of this process.
    counts
        ``(n,)`` bool: False for a row that only fills up.
    patients
        ``(n,)`` int64 of this process.
    total
        Scans of the whole step, of all processes and batches.
    reported
        Those of them with a report.
    """

    values: Tensor
    labels: Tensor
    reports: tuple[str, ...]
    counts: npt.NDArray[np.bool_]
    patients: npt.NDArray[np.int64]
    total: int
    reported: int


def parts_of(config: AdaptConfig) -> tuple[str, ...]:
    """Name the parts of the cost, in the order in which `Objective.costs` gives them."""
    wanted = {
        "head": config.uses_head,
        "prompt": config.uses_prompts,
        "contrast": config.uses_reports,
    }
    return tuple(name for name, used in wanted.items() if used)


class Objective:
    """The cost of a batch as this process's share of the mean over the step."""

    def __init__(self, learner: Learner, text: TextSide, processes: Processes) -> None:
        self._learner = learner
        self._text = text
        self._processes = processes

    def costs(self, batch: Batch) -> dict[str, Tensor]:
        """Compute the parts, scalars with gradient; their sum over processes is the cost."""
        config = self._learner.config
        features = self._learner.features(batch.values)
        costs: dict[str, Tensor] = {}
        if config.uses_head:
            costs["head"] = self._bce(self._head_logits(features), batch)
        if config.uses_prompts:
            logits = self._learner.prompt_logits(features, self._text.directions())
            costs["prompt"] = self._bce(logits, batch)
        if config.uses_reports:
            weight = config.contrast_weight if config.loss == "sum" else 1.0
            costs["contrast"] = weight * self._contrast(features, batch)
        return costs

    def _head_logits(self, features: VolumeFeatures) -> Tensor:
        assert self._learner.head is not None
        latent = F.dropout(features.latent.float(), self._learner.config.head_dropout)
        logits: Tensor = self._learner.head(latent)
        return logits

    @staticmethod
    def _bce(logits: Tensor, batch: Batch) -> Tensor:
        cost = F.binary_cross_entropy_with_logits(logits, batch.labels, reduction="none")
        counts = torch.from_numpy(batch.counts).to(cost.device)
        return (cost.mean(dim=1) * counts).sum() / batch.total

    def _contrast(self, features: VolumeFeatures, batch: Batch) -> Tensor:
        pairs = self._pairs(features.latent.float(), batch)
        scale = self._learner.scale
        if self._learner.config.contrast == "siglip":
            return siglip(pairs, scale, self._learner.bias)
        return infonce(pairs, scale)

    def _pairs(self, images: Tensor, batch: Batch) -> Pairs:
        processes = self._processes
        texts = self._text.reports(batch.reports)
        told = np.array([bool(text.strip()) for text in batch.reports])
        mine = np.column_stack(
            [batch.patients, report_numbers(batch.reports), batch.counts & told]
        ).astype(np.int64)
        everyone = processes.gathered_numbers(torch.from_numpy(mine)).numpy()
        first = processes.index * len(mine)
        apart = rivals(everyone[:, :2], everyone[:, 2].astype(np.bool_))[first:][: len(mine)]
        return Pairs(
            images=images,
            texts=texts,
            all_images=processes.gathered(images),
            all_texts=processes.gathered(texts),
            first=first,
            rivals=torch.from_numpy(apart).to(images.device),
            counts=torch.from_numpy(mine[:, 2].astype(np.bool_)).to(images.device),
            total=max(batch.reported, 1),
        )
