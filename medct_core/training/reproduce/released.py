"""Sizes of the released CT-CLIP checkpoint and of the paper's adapter, counted, not downloaded."""

from dataclasses import dataclass

from peft import get_peft_model

from medct_core.models.config import CT_CLIP
from medct_core.models.joint import build_unloaded
from medct_core.models.lora import (
    RELEASED_PARAMETERS,
    LoraSize,
    ensure_pooler,
    lora_size,
    preset_config,
)

_FLOAT32 = 4
_CODEBOOK_NUMBERS = 8192 * 512 + 8192 + 1
_NORM_BUFFERS = 2 * 4608
"""Buffers of the released checkpoint, beside its parameters: the quantiser's and the norms'."""


@dataclass(frozen=True, slots=True)
class ReleasedSizes:
    """Bytes in float32.

    Attributes
    ----------
    checkpoint_bytes
        Everything in the released checkpoint, what is never used included.
    adapter
        The paper's adapter on it.
    """

    checkpoint_bytes: int
    adapter: LoraSize

    @classmethod
    def counted(cls) -> "ReleasedSizes":
        """Count both; no weight takes memory."""
        network = build_unloaded(CT_CLIP)
        config = preset_config(network, "paper")
        ensure_pooler(network, config)
        get_peft_model(network, config, adapter_name="counted")
        numbers = RELEASED_PARAMETERS + _CODEBOOK_NUMBERS + _NORM_BUFFERS
        return cls(_FLOAT32 * numbers, lora_size(network, "counted"))

    @property
    def adapter_bytes(self) -> int:
        """The adapter's numbers."""
        return _FLOAT32 * self.adapter.parameters

    @property
    def ratio(self) -> float:
        """How many times smaller the adapter is."""
        return self.checkpoint_bytes / self.adapter_bytes
