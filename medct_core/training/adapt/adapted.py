"""Adapted: a fitted model, and how it scores findings."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from medct_core.models.adapters import AdapterHost
from medct_core.models.bundle import LoadedModel
from medct_core.models.joint import JointModel, VolumeFeatures
from medct_core.models.stamp import ModelStamp
from medct_core.training.adapt.learner import Learner
from medct_core.training.adapt.wordings import TextSide

Values = npt.NDArray[np.float32]
Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Adapted:
    """What a fit made.

    Attributes
    ----------
    model
        The base with what was learned, in evaluation mode.
    host
        Holds the adapter, ready to be saved; None where none was trained.
    head
        Linear layer from the image latent to the logits of the findings; None without one.
    trained
        How many numbers learned.
    losses
        ``(epochs,)`` mean loss of each epoch.
    seconds
        How long it took, stopped time left out.
    """

    model: LoadedModel
    host: AdapterHost | None
    head: nn.Linear | None
    trained: int
    losses: tuple[float, ...]
    seconds: float
    _learner: Learner
    _text: TextSide

    @property
    def network(self) -> JointModel:
        """Both towers, in evaluation mode."""
        return self.model.network

    def prompt_logits(self, values: Values) -> Logits:
        """Score the findings of the cohort by the prompts of the run's form.

        Parameters
        ----------
        values
            ``(n, 1, d, h, w)`` float32 in the model's range.

        Returns
        -------
        ``(n, findings)`` float32.
        """
        return self._by_prompts(self._encoded(values))

    def prompt_and_head_logits(self, values: Values) -> tuple[Logits, Logits]:
        """Score by prompts and by the head, looking at each scan once; only with a head.

        Parameters and results are twice those of `prompt_logits`.
        """
        assert self.head is not None, "there is no head to ask"
        seen = self._encoded(values)
        with torch.no_grad():
            by_head: Logits = self.head(seen.latent.float()).cpu().numpy()
        return self._by_prompts(seen), by_head

    @contextmanager
    def as_base(self) -> Iterator[None]:
        """Take the adapter off for a while: `prompt_logits` then gives what the base says."""
        assert self.host is not None, "only an adapter can be taken off"
        self.host.use_none()
        self._text.forget()
        try:
            yield
        finally:
            self.host.use(self._learner.config.name)
            self._text.forget()

    @torch.no_grad()
    def _encoded(self, values: Values) -> VolumeFeatures:
        device = self.network.temperature.device
        return self.network.encode_volume(torch.from_numpy(values).to(device))

    @torch.no_grad()
    def _by_prompts(self, seen: VolumeFeatures) -> Logits:
        logits: Logits = self._learner.prompt_logits(seen, self._text.directions()).cpu().numpy()
        return logits


def adapted(learner: Learner, text: TextSide, losses: tuple[float, ...], seconds: float) -> Adapted:
    """Bring a learner to rest: evaluation mode, no gradient kept."""
    network = learner.network.eval()
    network.requires_grad_(requires_grad=False)
    head = learner.head
    if head is not None:
        head.eval().requires_grad_(requires_grad=False)
    text.forget()
    return Adapted(
        model=replace(learner.model, stamp=_stamp(learner)),
        host=learner.host,
        head=head,
        trained=learner.trained_count,
        losses=losses,
        seconds=seconds,
        _learner=learner,
        _text=text,
    )


def _stamp(learner: Learner) -> ModelStamp:
    """Name what the network computes now, by a hash over what learned."""
    base, config = learner.model.stamp, learner.config
    if config.tune == "head":
        return base
    digest = hashlib.sha256()
    for name, parameter in learner.trained.items():
        digest.update(name.encode())
        digest.update(parameter.detach().cpu().numpy().tobytes())
    return replace(base, adapter=f"{config.tune} {config.id}", adapter_sha256=digest.hexdigest())
