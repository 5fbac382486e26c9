"""Averages of adapters: one that changes every layer by the mean of what the others change.

What an adapter adds to a weight is a product, ``scale * B @ A``. The mean of products is not the
product of means, so averaging the thin matrices themselves would make another adapter. Here they
are put side by side: ``[w1 s1 B1, w2 s2 B2] @ [A1; A2]`` is exactly the weighted mean of the
products, up to the rounding of float32, and ranks add up.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, PeftConfig
from peft.utils.other import get_pattern_key

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.models.adapter_manifest import (
    ADAPTER_CONFIG_FILE,
    ADAPTER_FILE,
    ADAPTER_WEIGHTS_FILE,
    AdapterManifest,
    is_usable_name,
    read_adapter_manifest,
    read_learned_from,
    verify_adapter,
    write_learned_from,
)
from medct_core.models.bundle import require_new, staged
from medct_core.models.checkpoint import Tensors, open_tensors, write_tensors
from medct_core.models.manifest import file_sha256

_PREFIX, _DOWN, _UP = "base_model.model.", ".lora_A.weight", ".lora_B.weight"


@dataclass(frozen=True, slots=True, eq=False)
class ThinPair:
    """What an adapter adds to one layer: ``up @ down``, ``(out, r)`` and ``(r, in)``."""

    up: torch.Tensor
    down: torch.Tensor


def average_adapters(
    folders: Sequence[Path], weights: Sequence[float], out: Path
) -> AdapterManifest:
    """Write the weighted mean of adapters of one base as an adapter folder of its own.

    A layer that only some of them change is changed by their share. Linear heads are left out:
    each was fitted to the latents of its own adapter.

    Parameters
    ----------
    folders
        At least two adapter folders.
    weights
        One each, at least 0; made to sum to 1.
    out
        Must not exist; its name is the name of the adapter.

    Raises
    ------
    ModelMismatchError
        If they are not of one base and recipe.
    ModelUnavailableError
        If one is damaged or no plain LoRA, or `out` exists.
    UsageError
        If there are too few, the weights make no sense, or the name of `out` cannot be used.
    """
    shares = shares_of(weights, len(folders))
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError("An adapter is named twice.", remedy="Name each once, with its weight.")
    manifests = [read_adapter_manifest(folder) for folder in folders]
    for manifest in manifests[1:]:
        _require_one_base(manifests[0], manifest)
    named = list(zip(folders, manifests, strict=True))
    changes = [_pairs_in(*one) for one in named]
    learned = frozenset[str]().union(*(read_learned_from(*one) for one in named))
    return _write(averaged(changes, shares), learned, manifests[0], out)


def shares_of(weights: Sequence[float], count: int) -> tuple[float, ...]:
    """Make weights sum to 1.

    Raises
    ------
    UsageError
        If there are fewer than two adapters, another number of weights, or a weight is negative,
        not a number, or all are 0.
    """
    if count < 2:
        raise UsageError("An average needs at least two adapters.", remedy="Name another one.")
    if len(weights) != count:
        raise UsageError(
            f"There are {len(weights)} weights for {count} adapters.",
            remedy="Give one weight for each, as in: --weights 0.7,0.3",
        )
    total = math.fsum(weights)
    if not all(math.isfinite(one) and one >= 0 for one in weights) or not total > 0:
        raise UsageError(
            f"The weights {', '.join(f'{one:g}' for one in weights)} give no average.",
            remedy="Give numbers of 0 or more that are not all 0.",
        )
    return tuple(one / total for one in weights)


def averaged(
    changes: Sequence[Mapping[str, ThinPair]], shares: Sequence[float]
) -> dict[str, ThinPair]:
    """Put the thin matrices of every layer side by side, those of a share of 0 left out."""
    counted = [(change, share) for change, share in zip(changes, shares, strict=True) if share > 0]
    layers = sorted({layer for change, _ in counted for layer in change})
    return {layer: _side_by_side(layer, counted) for layer in layers}


def _side_by_side(layer: str, counted: Sequence[tuple[Mapping[str, ThinPair], float]]) -> ThinPair:
    there = [(change[layer], share) for change, share in counted if layer in change]
    up = torch.cat([share * pair.up for pair, share in there], dim=1)
    return ThinPair(up, torch.cat([pair.down for pair, _ in there]))


def _require_one_base(one: AdapterManifest, other: AdapterManifest) -> None:
    if (one.base_sha256, one.recipe_id) != (other.base_sha256, other.recipe_id):
        raise ModelMismatchError(
            f"The adapter {one.name!r} is for {one.base_name} ({one.base_sha256[:12]}..., "
            f"{one.recipe_id}), {other.name!r} for {other.base_name} "
            f"({other.base_sha256[:12]}..., {other.recipe_id}).",
            remedy="Average adapters of one model only.",
        )


def _pairs_in(folder: Path, manifest: AdapterManifest) -> dict[str, ThinPair]:
    """Read what an adapter adds to each layer, the scale in the first matrix."""
    verify_adapter(folder, manifest)
    config, tensors = _plain_config(folder, manifest), open_tensors(folder / ADAPTER_WEIGHTS_FILE)
    layers = [name.removesuffix(_UP) for name in tensors if name.endswith(_UP)]
    if len(tensors) != 2 * len(layers) or any(f"{layer}{_DOWN}" not in tensors for layer in layers):
        raise _not_plain(manifest)
    return {
        layer.removeprefix(_PREFIX): ThinPair(
            tensors[f"{layer}{_UP}"] * _scale(config, layer.removeprefix(_PREFIX)),
            tensors[f"{layer}{_DOWN}"],
        )
        for layer in layers
    }


def _plain_config(folder: Path, manifest: AdapterManifest) -> LoraConfig:
    config = PeftConfig.from_pretrained(str(folder))
    if not isinstance(config, LoraConfig) or config.use_dora or config.bias != "none":
        raise _not_plain(manifest)
    return config


def _not_plain(manifest: AdapterManifest) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The adapter {manifest.name!r} is no plain LoRA: it holds more than two thin matrices "
        "a layer.",
        remedy="Average adapters that this program trained.",
    )


def _scale(config: LoraConfig, layer: str) -> float:
    """Give the factor on the product, as peft works it out from its patterns."""
    ranks, alphas = config.rank_pattern or {}, config.alpha_pattern or {}
    rank: int = ranks.get(get_pattern_key(list(ranks), layer), config.r)
    alpha: float = alphas.get(get_pattern_key(list(alphas), layer), config.lora_alpha)
    return alpha / math.sqrt(rank) if config.use_rslora else alpha / rank


def _write(
    pairs: Mapping[str, ThinPair], learned: frozenset[str], like: AdapterManifest, out: Path
) -> AdapterManifest:
    require_new(out)
    if not is_usable_name(out.name):
        raise UsageError(
            f"An adapter cannot be called {out.name!r}.",
            remedy="Choose a folder whose name has letters, digits and dashes only.",
        )
    if not pairs:
        raise ModelUnavailableError(
            f"The adapter {like.name!r} changes no layer.", remedy="Name another one."
        )
    tensors: Tensors = {}
    for layer, pair in pairs.items():
        tensors[f"{_PREFIX}{layer}{_UP}"] = pair.up
        tensors[f"{_PREFIX}{layer}{_DOWN}"] = pair.down
    with staged(out) as stage:
        weights_sha256 = write_tensors(stage / ADAPTER_WEIGHTS_FILE, tensors)
        _write_config(pairs, stage)
        manifest = AdapterManifest(
            name=out.name,
            base_name=like.base_name,
            base_sha256=like.base_sha256,
            recipe_id=like.recipe_id,
            weights_sha256=weights_sha256,
            config_sha256=file_sha256(stage / ADAPTER_CONFIG_FILE),
            layers=len(pairs),
            parameters=sum(tensor.numel() for tensor in tensors.values()),
            learned_from_sha256=write_learned_from(learned, stage),
        )
        (stage / ADAPTER_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _write_config(pairs: Mapping[str, ThinPair], stage: Path) -> None:
    """Say the rank of every layer; alpha equals it, as the scales are in the matrices."""
    ranks = {re.escape(layer): pair.down.shape[0] for layer, pair in pairs.items()}
    config = LoraConfig(
        r=max(ranks.values()),
        lora_alpha=max(ranks.values()),
        lora_dropout=0.0,
        target_modules=list(pairs),
        rank_pattern=ranks,
        alpha_pattern=dict(ranks),
        inference_mode=True,
    )
    config.save_pretrained(str(stage))
    path = stage / ADAPTER_CONFIG_FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    # peft shortens names to endings, and an ending may fit another layer.
    content["target_modules"] = sorted(pairs)
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
