"""RunConfig: everything that decides a training run on phantoms."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Settings of one run; the run can be repeated from these alone.

    Attributes
    ----------
    anatomies
        Distinct bodies; each is rendered twice, with independent findings.
    first_seed
        Seed of the first body; the others follow.
    validation_scans, validation_seed
        Scans that every choice is made on, and the first of their seeds.
    calibration_scans
        Scans that temperature, Platt scaling and thresholds are fitted on.
    epochs, batch_bodies
        Passes over the corpus; bodies a step (two scans each).
    image_rate, text_rate
        Peak learning rates of the image side and of the text adapter.
    weight_decay, warmup_share, clip_norm, ema_decay
        Of AdamW; share of the steps that warm up; gradient norm; of the averaged weights.
    local_weight, local_top
        Score = (1 - w) global + w * mean of the strongest tokens, while it learns; what the model
        is used with is chosen on the validation scans.
    report_weight, report_from
        Weight of the contrastive report loss, and the share of the run after which it starts.
    text_layers, text_rank
        Upper layers of the text tower that are adapted, and the rank. A rank below the number of
        findings cannot turn each of them round: denied wordings then all fall on one spot.
    text_steps, text_start_rate
        Steps on wordings alone before the first scan, and the text adapter's rate in them.
    seed
        Of initial weights, order, wordings and augmentation.
    """

    anatomies: int = 3000
    first_seed: int = 0
    validation_scans: int = 200
    validation_seed: int = 1_000_000
    calibration_scans: int = 400
    epochs: float = 8.0
    batch_bodies: int = 4
    image_rate: float = 1.0e-3
    text_rate: float = 1.0e-4
    weight_decay: float = 0.05
    warmup_share: float = 0.05
    clip_norm: float = 1.0
    ema_decay: float = 0.998
    local_weight: float = 0.5
    local_top: int = 4
    report_weight: float = 0.1
    report_from: float = 0.5
    text_layers: int = 2
    text_rank: int = 32
    text_steps: int = 150
    text_start_rate: float = 2.0e-3
    seed: int = 0

    @property
    def id(self) -> str:
        """Start of a hash over all settings."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def save(self, path: Path) -> None:
        """Write the settings as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2, sort_keys=True), encoding="utf-8")
