"""Fitting a joint model to phantoms: findings, their places, and their reports."""

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from transformers import PreTrainedTokenizerBase

from medct_core.models.joint import JointModel, VolumeFeatures
from medct_core.training.augment import augmented
from medct_core.training.corpus import Corpus, occurrence
from medct_core.training.losses import (
    balanced_token_loss,
    place_weights,
    report_loss,
    strongest_mean,
)
from medct_core.training.run_config import RunConfig
from medct_core.training.text_start import start_text
from medct_core.training.validate import validate
from medct_core.training.wordings import WordingPool, directions, encode_wordings

_WORDINGS_A_STEP = 2
_WORDING_TOKENS = 32
_REPORT_TOKENS = 128
_HIGHEST_LOG_SCALE = math.log(100.0)
_HIGHEST_HARDNESS = 0.5
_HARDNESS_PER_RUN = 1.5
_ELSEWHERE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Similarities:
    """What a batch of scans says to every finding, before scaling.

    Attributes
    ----------
    whole
        ``(batch, findings)`` by the global vector.
    tokens
        ``(batch, tokens, findings)`` by each token.
    """

    whole: Tensor
    tokens: Tensor

    def combined(self, config: RunConfig) -> Tensor:
        """``(batch, findings)`` as the model is used."""
        strongest = strongest_mean(self.tokens, config.local_top)
        return (1 - config.local_weight) * self.whole + config.local_weight * strongest


def similarities(features: VolumeFeatures, toward: Tensor) -> Similarities:
    """Compare scans with the directions of the findings, ``(findings, d)``."""
    assert features.local is not None
    with torch.autocast(toward.device.type, enabled=False):
        tokens = features.local.flatten(1, 3).float() @ toward.float().T
        return Similarities(features.latent.float() @ toward.float().T, tokens)


class Trainer:
    """One run: the network, its averaged weights, and where it stands."""

    def __init__(
        self, network: JointModel, tokenizer: PreTrainedTokenizerBase, config: RunConfig
    ) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.config = config
        self.step = 0
        self.trained = {n: p for n, p in network.named_parameters() if p.requires_grad}
        self.average = {n: p.detach().clone() for n, p in self.trained.items()}
        self.optimizer = torch.optim.AdamW(self._groups(), betas=(0.9, 0.98))
        self._pool = WordingPool.of_training()
        self._place_of: tuple[Corpus, Tensor] | None = None

    def _groups(self) -> list[dict[str, object]]:
        config = self.config
        groups: list[dict[str, object]] = []
        for prefix, rate in (("text_transformer", config.text_rate), ("", config.image_rate)):
            chosen = [
                (n, p)
                for n, p in self.trained.items()
                if n.startswith("text_transformer") == bool(prefix)
            ]
            for decays in (True, False):
                params = [p for _, p in chosen if (p.ndim > 1) == decays]
                decay = config.weight_decay if decays else 0.0
                groups.append({"params": params, "peak": rate, "lr": rate, "weight_decay": decay})
        return groups

    def start(self) -> None:
        """Teach the text side its wordings before the first scan."""
        start_text(self.network, self.tokenizer, self.config)
        for name, parameter in self.trained.items():
            self.average[name].copy_(parameter.detach())

    def run(
        self,
        corpus: Corpus,
        validation: Corpus,
        folder: Path,
        every_s: float,
        on_progress: Callable[[float], None],
    ) -> None:
        """Train to the end of the schedule, with checkpoints and validation on the way."""
        steps = math.ceil(self.config.epochs * len(corpus) / (2 * self.config.batch_bodies))
        saved = time.monotonic()
        for rows in self._batches(corpus, steps):
            losses = self.learn(corpus, rows, self.step / steps)
            self.step += 1
            on_progress(self.step / steps)
            if self.step % 20 == 0:
                _log(folder, {"step": self.step, "steps": steps, **losses})
            if time.monotonic() - saved > every_s or self.step == steps:
                self._checkpoint(folder, validation)
                saved = time.monotonic()

    def _batches(self, corpus: Corpus, steps: int) -> Iterator[npt.NDArray[np.int64]]:
        bodies, size = len(corpus) // 2, self.config.batch_bodies
        while self.step < steps:
            position = self.step * size
            epoch, start = divmod(position, bodies)
            order = np.random.default_rng((self.config.seed, epoch)).permutation(bodies)
            chosen = order[start : start + size]
            yield np.concatenate([2 * chosen, 2 * chosen + 1]).astype(np.int64)

    def learn(
        self, corpus: Corpus, rows: npt.NDArray[np.int64], progress: float
    ) -> dict[str, float]:
        """Take one step on some rows of the corpus; `progress` is the share of the run done."""
        self.network.train()
        self._set_rates(progress)
        generator = torch.Generator().manual_seed(self.config.seed * 1_000_003 + self.step)
        values = augmented(torch.from_numpy(corpus.values(rows)), generator)
        device = self.network.temperature.device
        with torch.autocast(device.type, dtype=torch.bfloat16):
            losses = self._losses(values.to(device), corpus, rows, progress)
        total = torch.stack(list(losses.values())).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained.values(), self.config.clip_norm)
        self.optimizer.step()
        self._after_step()
        return {name: round(float(loss.detach()), 4) for name, loss in losses.items()}

    def _losses(
        self, values: Tensor, corpus: Corpus, rows: npt.NDArray[np.int64], progress: float
    ) -> dict[str, Tensor]:
        network, config = self.network, self.config
        rng = np.random.default_rng((config.seed, 1, self.step))
        texts = self._pool.draw(rng, _WORDINGS_A_STEP)
        present, absent = (
            encode_wordings(network, self.tokenizer, part, _WORDING_TOKENS) for part in texts
        )
        features = network.encode_volume(values)
        similar = similarities(features, directions(present, absent, _WORDINGS_A_STEP))
        labels = torch.from_numpy(corpus.labels[rows]).to(values.device, torch.float32)
        coverage = _token_coverage(corpus, rows).to(values.device)
        scale = network.logit_scale
        losses = {
            "score": F.binary_cross_entropy_with_logits(scale * similar.combined(config), labels),
            "whole": 0.5 * F.binary_cross_entropy_with_logits(scale * similar.whole, labels),
            "token": balanced_token_loss(
                scale * similar.tokens, coverage, self._place(corpus), _hardness(progress)
            ),
        }
        if config.report_weight and progress >= config.report_from:
            reports = [corpus.reports[row] for row in rows]
            vectors = encode_wordings(network, self.tokenizer, reports, _REPORT_TOKENS)
            contrast = report_loss(features.latent.float(), vectors, scale)
            losses["report"] = config.report_weight * contrast
        return losses

    def _place(self, corpus: Corpus) -> Tensor:
        if self._place_of is None or self._place_of[0] is not corpus:
            weights = place_weights(torch.from_numpy(occurrence(corpus)), _ELSEWHERE)
            self._place_of = corpus, weights.to(self.network.temperature.device)
        return self._place_of[1]

    def _set_rates(self, progress: float) -> None:
        warm = min(1.0, progress / self.config.warmup_share + 1e-3)
        factor = warm * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor

    @torch.no_grad()
    def _after_step(self) -> None:
        self.network.temperature.clamp_(0.0, _HIGHEST_LOG_SCALE)
        # A short run must not keep its random start in the average.
        decay = min(self.config.ema_decay, (1 + self.step) / (10 + self.step))
        for name, parameter in self.trained.items():
            self.average[name].lerp_(parameter, 1 - decay)

    @torch.no_grad()
    def swap_average(self) -> None:
        """Exchange the weights with their running average; twice is nothing."""
        for name, parameter in self.trained.items():
            kept = parameter.detach().clone()
            parameter.copy_(self.average[name])
            self.average[name].copy_(kept)

    def _checkpoint(self, folder: Path, validation: Corpus) -> None:
        self.save(folder / "checkpoint.pt")
        self.swap_average()
        report = validate(self.network, self.tokenizer, validation, self.config)
        self.swap_average()
        _log(folder, {"step": self.step, "validation": report})

    def save(self, path: Path) -> None:
        """Write everything a later run needs to go on, under a temporary name first."""
        state = {
            "step": self.step,
            "trained": {n: p.detach() for n, p in self.trained.items()},
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
        }
        waiting = path.with_suffix(".part")
        torch.save(state, waiting)
        waiting.replace(path)

    @torch.no_grad()
    def resume(self, path: Path) -> None:
        """Go on where a checkpoint stopped."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.step = state["step"]
        for name, parameter in self.trained.items():
            parameter.copy_(state["trained"][name])
            self.average[name].copy_(state["average"][name])
        self.optimizer.load_state_dict(state["optimizer"])


def _hardness(progress: float) -> float:
    return min(_HARDNESS_PER_RUN * progress, _HIGHEST_HARDNESS)


def _token_coverage(corpus: Corpus, rows: npt.NDArray[np.int64]) -> Tensor:
    """``(batch, tokens, findings)`` float32 in [0, 1]."""
    coverage = torch.from_numpy(corpus.coverage[rows]).flatten(2).transpose(1, 2)
    return coverage.float() / 255.0


def _log(folder: Path, entry: dict[str, object]) -> None:
    entry = {"time": round(time.time(), 1), **entry}
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
