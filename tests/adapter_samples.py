"""Adapters of tiny models, trained by nobody but unlike each other."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import load_model
from medct_core.models.lora import preset_config, text_config

BETTER: Mapping[str, float] = {
    "held_out_mean_auroc": 0.75,
    "held_out_base_mean_auroc": 0.7,
    "held_out_patients": 41,
}
WORSE: Mapping[str, float] = {**BETTER, "held_out_mean_auroc": 0.65}


def write_adapter(
    model: Path,
    folder: Path,
    *,
    seed: int = 1,
    metrics: Mapping[str, float] = BETTER,
    text_rank: int | None = None,
    has_head: bool = False,
) -> Path:
    """Write an adapter of a model folder, named after its own; with a rank, of the text alone."""
    host = AdapterHost(load_model(model))
    config = preset_config(host.network, "paper")
    if text_rank is not None:
        config = text_config(host.network, layers=1, rank=text_rank, alpha=3)
    host.attach(folder.name, config, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in host.network.named_parameters():
        if "lora_B" in name:
            tensor.data.normal_(std=0.1, generator=generator)
    head = nn.Linear(8, 18) if has_head else None
    host.save(folder.name, folder, AdapterNotes("paper", metrics, head))
    return folder
