"""Which layers LoRA changes, and by how much: presets, sizes, and the way into a bundle."""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from peft import LoraConfig
from peft.tuners.lora import LoraLayer
from torch import nn
from transformers.models.bert.modeling_bert import BertPooler

from medct_core.errors import UsageError
from medct_core.models.bundle import TEXT_PREFIX, thin_tensors
from medct_core.models.checkpoint import Tensors
from medct_core.models.joint import JointModel

Preset = Literal["paper", "effective"]
PRESETS: tuple[Preset, ...] = get_args(Preset)

RELEASED_PARAMETERS = 438_148_761
"""Parameters of the released CT-CLIP checkpoint, those never used included: what shares are of."""

# MedCT-VLM's numbers: rank, alpha and dropout of the image tower, rank and alpha of the text tower.
_VISION_RANK, _VISION_ALPHA, _DROPOUT = 16, 32, 0.05
_TEXT_RANK, _TEXT_ALPHA = 8, 16

_VISION_LAYERS = ("to_q", "to_kv", "to_out")
_TEXT_LAYERS = ("query", "key", "value", "dense")
_POOLER = f"{TEXT_PREFIX}pooler.dense"
_ENCODER = f"{TEXT_PREFIX}encoder.layer."


@dataclass(frozen=True, slots=True)
class LoraSize:
    """How much an adapter adds.

    Attributes
    ----------
    layers
        Linear layers that are changed.
    parameters
        Numbers that are trained.
    """

    layers: int
    parameters: int

    @property
    def share_of_released(self) -> float:
        """Share of the released checkpoint with the adapter in it, in [0, 1]."""
        return self.parameters / (RELEASED_PARAMETERS + self.parameters)


def preset_config(network: JointModel, preset: Preset) -> LoraConfig:
    """Configure LoRA on both towers at once.

    ``paper`` counts the text tower's pooler, as the paper's totals do; it never receives a
    gradient and changes no output. ``effective`` leaves it out.

    Raises
    ------
    UsageError
        If there is no such preset.
    """
    if preset not in PRESETS:
        raise UsageError(
            f"There is no adapter preset {preset!r}.", remedy=f"Use {' or '.join(PRESETS)}."
        )
    vision = [
        name
        for name in _linear_names(network)
        if name.startswith("visual_transformer.") and name.endswith(_VISION_LAYERS)
    ]
    text = [name for name in _linear_names(network) if _is_text_target(name)]
    pooler = [_POOLER] if preset == "paper" else []
    return LoraConfig(
        r=_VISION_RANK,
        lora_alpha=_VISION_ALPHA,
        lora_dropout=_DROPOUT,
        target_modules=[*vision, *text, *pooler],
        rank_pattern={_any_of(TEXT_PREFIX): _TEXT_RANK},
        alpha_pattern={_any_of(TEXT_PREFIX): _TEXT_ALPHA},
    )


def text_config(network: JointModel, *, layers: int, rank: int, alpha: int) -> LoraConfig:
    """Configure LoRA on the upper layers of the text tower alone, without dropout.

    Parameters
    ----------
    network
        Whose text tower is meant.
    layers
        How many layers, counted from the last.
    rank, alpha
        Of every changed layer.

    Raises
    ------
    ValueError
        If the text tower has fewer layers.
    """
    total = network.config.text.num_hidden_layers
    if not 1 <= layers <= total:
        raise ValueError(f"layers must be 1 to {total}")
    prefixes = tuple(f"{_ENCODER}{number}." for number in range(total - layers, total))
    names = [name for name in _linear_names(network) if name.startswith(prefixes)]
    targets = [name for name in names if name.endswith(_TEXT_LAYERS)]
    return LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=0.0, target_modules=targets)


def _any_of(prefix: str) -> str:
    """Pattern of peft for every name under `prefix`."""
    return prefix.replace(".", r"\.") + ".*"


def _is_text_target(name: str) -> bool:
    return name.startswith(_ENCODER) and name.endswith(_TEXT_LAYERS)


def _linear_names(network: nn.Module) -> list[str]:
    """Name the linear layers, also those an adapter already surrounds."""
    return [
        name
        for name, module in network.named_modules()
        if isinstance(module, LoraLayer)
        or (isinstance(module, nn.Linear) and ".lora_" not in name and "base_layer" not in name)
    ]


def ensure_pooler(network: JointModel, config: LoraConfig) -> None:
    """Give the text tower a pooler of zeros if the adapter counts one.

    No output reads the pooler, so the checkpoint's own is not kept.
    """
    text = network.text_transformer
    if _POOLER not in (config.target_modules or ()) or text.pooler is not None:
        return
    pooler = nn.Module.to(BertPooler(text.config), network.temperature.device)  # type: ignore[no-untyped-call]
    for parameter in pooler.parameters():
        nn.init.zeros_(parameter)
    text.pooler = pooler.requires_grad_(requires_grad=False)


def lora_size(network: nn.Module, adapter: str) -> LoraSize:
    """Count what an attached adapter adds."""
    layers = [layer for layer in _lora_layers(network).values() if adapter in layer.lora_A]
    parameters = sum(tensor.numel() for layer in layers for tensor in _thin(layer, adapter))
    return LoraSize(len(layers), parameters)


def target_names(network: nn.Module, adapter: str) -> list[str]:
    """Name the layers an attached adapter changes, in full.

    peft shortens names to endings, and an ending may fit another layer of another network.
    """
    return sorted(name for name, layer in _lora_layers(network).items() if adapter in layer.lora_A)


def _thin(layer: LoraLayer, adapter: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the thin matrices of one layer, ``(out, r)`` and ``(r, in)``, without scale."""
    up, down = layer.lora_B[adapter], layer.lora_A[adapter]
    assert isinstance(up, nn.Linear)
    assert isinstance(down, nn.Linear)
    return up.weight.detach(), down.weight.detach()


def _lora_layers(network: nn.Module) -> dict[str, LoraLayer]:
    return {
        name: module for name, module in network.named_modules() if isinstance(module, LoraLayer)
    }


def bundle_tensors(network: JointModel, adapter: str) -> Tensors:
    """Give the tensors of a network with an adapter as a bundle stores them.

    Whole tensors keep the names they have without adapter; of every changed weight there is also
    its pair of thin matrices, with the scale in the first. A pooler that only the adapter brought
    is left out.
    """
    thin: Tensors = {}
    for name, layer in _lora_layers(network).items():
        if adapter in layer.lora_A and not name.startswith(f"{TEXT_PREFIX}pooler."):
            up, down = _thin(layer, adapter)
            thin |= thin_tensors(f"{name}.weight", up=up * layer.scaling[adapter], down=down)
    return plain_state(network) | thin


def plain_state(network: JointModel) -> Tensors:
    """Give the state dict as it is without any adapter."""
    state: dict[str, torch.Tensor] = network.state_dict()
    pooler = () if network.config.text_pooler else (f"{TEXT_PREFIX}pooler.",)
    return {
        name.replace(".base_layer.", "."): tensor.detach()
        for name, tensor in state.items()
        if ".lora_" not in name and not name.startswith(pooler)
    }
