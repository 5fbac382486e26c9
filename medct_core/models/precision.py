"""Half precision where it was shown to be good enough: compared on the loaded weights first."""

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from medct_core.cancel import CancelToken
from medct_core.models.ctvit import CTViT, Tokens
from medct_core.models.joint import JointModel, VolumeFeatures

LEAST_CODES_AGREEING = 0.99
"""Share of codes that half precision may not fall below."""
LEAST_COSINE = 0.999
"""Cosine with the full-precision latent, the same limit as for agreement with released outputs."""


@dataclass(frozen=True, slots=True)
class PrecisionReport:
    """What half precision costs and gains, measured on one scan.

    Attributes
    ----------
    codes_agreeing
        Share of tokens with the same code, in [0, 1]; None without a quantiser.
    latent_cosine
        Of the latents in both precisions, the smallest of the batch, in [-1, 1].
    full_s, reduced_s
        Time of one encoding in float32 and in bfloat16, seconds.
    """

    codes_agreeing: float | None
    latent_cosine: float
    full_s: float
    reduced_s: float

    @property
    def allowed(self) -> bool:
        """Whether bfloat16 may be offered: it agrees with float32, and it is faster."""
        codes_agree = self.codes_agreeing is None or self.codes_agreeing >= LEAST_CODES_AGREEING
        return codes_agree and self.latent_cosine >= LEAST_COSINE and self.reduced_s < self.full_s


def compare_precision(
    model: JointModel, values: Tensor, *, cancel: CancelToken | None = None
) -> PrecisionReport:
    """Encode the same scan in both precisions with the weights that are loaded.

    Parameters
    ----------
    model
        In evaluation mode, in float32.
    values
        ``(b, 1, d, h, w)``, a prepared scan; noise says little about trained weights.
    cancel
        Checked between layers.

    Raises
    ------
    Cancelled
        If `cancel` was raised meanwhile.
    """
    token = cancel or CancelToken()
    with torch.inference_mode():
        started = time.perf_counter()
        full = model.encode_volume(values, cancel=token)
        between = _now(values)
        reduced = encode_volume_reduced(model, values, cancel=token)
        ended = _now(values)
    return PrecisionReport(
        codes_agreeing=_share_agreeing(full.codes, reduced.codes),
        latent_cosine=float((full.latent * reduced.latent).sum(dim=-1).min()),
        full_s=between - started,
        reduced_s=ended - between,
    )


def encode_volume_reduced(
    model: JointModel, values: Tensor, *, cancel: CancelToken | None = None
) -> VolumeFeatures:
    """Encode with the layers in bfloat16; patches, quantiser and head stay in float32.

    Parameters and errors are those of `JointModel.encode_volume`.
    """
    tokens = reduced_tokens(model.visual_transformer, values, cancel or CancelToken())
    return model.features(tokens.values, tokens.codes)


def reduced_tokens(tower: CTViT, values: Tensor, cancel: CancelToken) -> Tokens:
    """Turn ``(b, c, d, h, w)`` into tokens as `encode_volume_reduced` does.

    Raises
    ------
    Cancelled
        Between two layers, if `cancel` was raised.
    """
    tokens = tower.patch_tokens(values)
    with torch.autocast(values.device.type, dtype=torch.bfloat16):
        tokens = tower.after_spatial(tokens, cancel)
        tokens = tower.after_temporal(tokens, cancel)
    cancel.raise_if_cancelled()
    return tower.quantised(tokens.float())


def _share_agreeing(ours: Tensor | None, theirs: Tensor | None) -> float | None:
    if ours is None or theirs is None:
        return None
    return float((ours == theirs).float().mean())


def _now(values: Tensor) -> float:
    """Read the clock after the device has done what it was asked."""
    if values.device.type == "cuda":
        torch.cuda.synchronize(values.device)
    return time.perf_counter()
