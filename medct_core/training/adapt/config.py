"""AdaptConfig: everything that decides how a model is fitted to labelled scans."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from medct_core.errors import UsageError
from medct_core.models.lora import PRESETS, Preset

Tune = Literal["lora", "full", "head"]
Towers = Literal["both", "image", "text"]
HeadKind = Literal["paper", "prompt", "both"]
LossKind = Literal["bce", "contrast", "sum"]
ContrastKind = Literal["infonce", "siglip"]
PromptForm = Literal["pair", "single"]
TemperatureMode = Literal["frozen", "learned"]
TextOrderName = Literal["findings-first", "impression-first"]
DeviceChoice = Literal["auto", "cpu", "cuda"]

NOT_DECIDING = frozenset({"checkpoint_minutes", "readers"})
"""Settings that change nothing of what comes out."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_CHOICES: dict[str, tuple[str, ...]] = {
    "tune": get_args(Tune),
    "towers": get_args(Towers),
    "preset": PRESETS,
    "head": get_args(HeadKind),
    "loss": get_args(LossKind),
    "contrast": get_args(ContrastKind),
    "prompts": get_args(PromptForm),
    "temperature": get_args(TemperatureMode),
    "text_order": get_args(TextOrderName),
    "device": get_args(DeviceChoice),
}
_AT_LEAST_ONE: tuple[float, float, str] = (1, math.inf, "1 or more")
_SHARE: tuple[float, float, str] = (0, math.nextafter(1, 0), "0 or more and below 1")
_ABOVE_ZERO: tuple[float, float, str] = (math.ulp(0), math.inf, "above 0")
_NOT_NEGATIVE: tuple[float, float, str] = (0, math.inf, "0 or more")
_RANGES = {
    "vision_rank": _AT_LEAST_ONE,
    "vision_alpha": _AT_LEAST_ONE,
    "vision_dropout": _SHARE,
    "text_rank": _AT_LEAST_ONE,
    "text_alpha": _AT_LEAST_ONE,
    "head_dropout": _SHARE,
    "contrast_weight": _ABOVE_ZERO,
    "epochs": _AT_LEAST_ONE,
    "batch": _AT_LEAST_ONE,
    "accumulation": _AT_LEAST_ONE,
    "rate": _ABOVE_ZERO,
    "weight_decay": _NOT_NEGATIVE,
    "text_tokens": (3, math.inf, "3 or more"),
    "seed": _NOT_NEGATIVE,
    "checkpoint_minutes": _ABOVE_ZERO,
    "readers": _AT_LEAST_ONE,
}


class SettingRefusedError(UsageError):
    """One setting of a run is none of its choices, or out of range.

    Parameters
    ----------
    name
        Field of `AdaptConfig`.
    value
        What was given.
    allowed
        What may be, in words.
    """

    def __init__(self, name: str, value: object, allowed: str) -> None:
        super().__init__(
            f"The setting {name!r} of the run is {value!r}.", remedy=f"Give {allowed}."
        )
        self.name = name


@dataclass(frozen=True, slots=True)
class AdaptConfig:
    """Settings of one run; the run can be repeated from these, the base and the data alone.

    The defaults are those of MedCT-VLM (arXiv 2512.00597).

    Attributes
    ----------
    name
        Of the adapter; letters, digits and dashes.
    tune
        ``lora`` trains an adapter, ``full`` every weight in use, ``head`` the linear head alone.
    towers
        Which side learns; without meaning where `tune` is ``head``.
    preset
        Which layers LoRA changes, and its ranks where none are given.
    vision_rank, vision_alpha, vision_dropout, text_rank, text_alpha
        Of LoRA, in place of the preset's; None keeps those.
    head
        What the labels are compared with: ``paper``, a linear layer on the image latent;
        ``prompt``, the scores of prompts, so that the text side learns too; ``both``.
    head_dropout
        On the latent before the linear head, in [0, 1).
    prompts
        How findings are asked: ``pair`` as CT-CLIP, ``single`` as MedCT-VLM.
    loss
        ``bce`` over the labels, ``contrast`` between scans and reports, or their ``sum``.
    contrast, contrast_weight
        Which contrast, and its weight in the sum.
    temperature
        Of the cosines; learned with every weight in use only, as an adapter does not keep it.
    epochs, batch, accumulation
        Passes over the scans; scans encoded at a time by all processes together; batches a step.
    rate, weight_decay
        Of AdamW.
    bf16, checkpointing
        Compute in bfloat16; compute activations twice rather than keep them.
    augmentation, text_order
        How the scans and texts were made that the run sees, for the record.
    text_tokens
        Most tokens of a report, what is longer loses its end; the model's limit if that is lower.
    seed
        Of the thin matrices, the head, the order and dropout.
    device
        ``auto`` takes the accelerator of this process if there is one.
    checkpoint_minutes
        How much work a killed run may lose; an epoch's end is always kept.
    readers
        Threads that read and augment scans while a step is taken.

    Raises
    ------
    UsageError
        If a value is none of its choices or out of range, or two contradict each other.
    """

    name: str = "trained"
    tune: Tune = "lora"
    towers: Towers = "both"
    preset: Preset = "paper"
    vision_rank: int | None = None
    vision_alpha: int | None = None
    vision_dropout: float | None = None
    text_rank: int | None = None
    text_alpha: int | None = None
    head: HeadKind = "paper"
    head_dropout: float = 0.3
    prompts: PromptForm = "pair"
    loss: LossKind = "bce"
    contrast: ContrastKind = "infonce"
    contrast_weight: float = 1.0
    temperature: TemperatureMode = "frozen"
    epochs: int = 15
    batch: int = 8
    accumulation: int = 1
    rate: float = 5e-4
    weight_decay: float = 0.01
    bf16: bool = False
    checkpointing: bool = False
    augmentation: str = "none"
    text_order: TextOrderName = "findings-first"
    text_tokens: int = 256
    seed: int = 0
    device: DeviceChoice = "auto"
    checkpoint_minutes: float = 5.0
    readers: int = 1

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise SettingRefusedError(name, getattr(self, name), f"one of {', '.join(choices)}")
        self._check_numbers()
        self._check_sense()

    @property
    def uses_head(self) -> bool:
        """Whether a linear head is trained."""
        return self.loss != "contrast" and self.head != "prompt"

    @property
    def uses_prompts(self) -> bool:
        """Whether prompts are compared with the labels."""
        return self.loss != "contrast" and self.head != "paper"

    @property
    def uses_reports(self) -> bool:
        """Whether scans are compared with reports."""
        return self.loss != "bce"

    @property
    def image_learns(self) -> bool:
        """Whether weights of the image tower change."""
        return self.tune != "head" and self.towers != "text"

    @property
    def text_learns(self) -> bool:
        """Whether weights of the text tower change, where the loss reaches them."""
        return self.tune != "head" and self.towers != "image"

    @property
    def own_ranks(self) -> bool:
        """Whether LoRA differs from the preset in size or towers."""
        return self.towers != "both" or any(
            given is not None
            for given in (
                *(self.vision_rank, self.vision_alpha, self.vision_dropout),
                *(self.text_rank, self.text_alpha),
            )
        )

    def deciding(self) -> dict[str, Any]:
        """Give all settings that change the result, as plain values."""
        return {k: v for k, v in asdict(self).items() if k not in NOT_DECIDING}

    @property
    def id(self) -> str:
        """Start of a hash over all settings that change the result."""
        return short_hash(self.deciding())

    def _check_numbers(self) -> None:
        for name, (lowest, highest, allowed) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not (lowest <= value <= highest and math.isfinite(value)):
                raise SettingRefusedError(name, value, allowed)

    def _check_sense(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise SettingRefusedError("name", self.name, "letters, digits and dashes")
        if self.tune == "head" and (self.head != "paper" or self.loss != "bce"):
            raise _contradiction(
                "Only the head is to be trained (tune = head), but the loss also needs the towers.",
                "head = paper and loss = bce",
            )
        if self.towers == "text" and self.loss == "bce" and self.head == "paper":
            raise _contradiction(
                "Only the text tower is to learn, but the head 'paper' looks at the scan alone.",
                'kind = "prompt" in [head]',
            )
        if self.loss == "contrast" and self.head != "prompt":
            raise _contradiction(
                "A contrast between scans and reports alone trains no head: scores come from "
                "prompts.",
                'kind = "prompt" in [head], or kind = "sum" in [loss]',
            )
        if self.temperature == "learned" and self.tune != "full":
            raise _contradiction(
                "The temperature is to be learned, but an adapter does not keep it.",
                "temperature = frozen, or tune = full",
            )


def short_hash(values: Mapping[str, Any]) -> str:
    """Start of a SHA-256 over plain values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def _contradiction(summary: str, instead: str) -> UsageError:
    return UsageError(summary, remedy=f"Set {instead}.")
