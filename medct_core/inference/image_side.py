"""The image side of a model: how a prepared scan becomes features, whatever the network is."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from medct_core.cancel import CancelToken
from medct_core.inference.device import convolving_bytes, encoding_bytes
from medct_core.inference.similarity import FloatArray
from medct_core.models.attention import PositionConvolution
from medct_core.models.bundle import LoadedModel
from medct_core.models.contribution import contributions, pooled_contributions
from medct_core.models.i3d_resnet import pooled
from medct_core.models.image_model import AnyModel, LoadedImageModel
from medct_core.models.joint import VolumeFeatures
from medct_core.models.precision import encode_volume_reduced, reduced_tokens

OnTokens = Callable[[FloatArray], None]
"""Takes the tokens of a scan, ``(d, h, w, dim)`` float32, as they reach the head."""


class ImageSide(Protocol):
    """What an engine must know of the network that reads scans."""

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Shape of a prepared scan, (channel, depth, height, width)."""

    @property
    def token_voxels(self) -> tuple[int, int, int]:
        """Voxels that one token covers, (depth, height, width)."""

    @property
    def working_bytes(self) -> int:
        """Memory that encoding one scan takes beside the weights and the input."""

    @property
    def layers(self) -> Sequence[nn.Module]:
        """What runs one after the other; each that began is progress."""

    def features(self, values: Tensor, cancel: CancelToken) -> VolumeFeatures:
        """Encode ``(b, 1, d, h, w)``."""

    def tokens(self, values: Tensor, cancel: CancelToken) -> Tensor:
        """Encode as far as the tokens, ``(b, d, h, w, dim)``."""

    def shares(self, tokens: Tensor, directions: Tensor) -> Tensor:
        """Split the product of a scan's vector with directions over its tokens.

        ``(d, h, w, dim)`` and ``(n, latent)`` to ``(n, d, h, w)``.
        """

    def watch_tokens(self, told: OnTokens) -> RemovableHandle:
        """Tell of the tokens of every scan that is encoded, until the handle is removed."""


def image_side_of(loaded: AnyModel) -> ImageSide:
    """Give the image side of a model."""
    if isinstance(loaded, LoadedImageModel):
        return ConvolvedSide(loaded)
    return JointSide(loaded)


class JointSide:
    """The image tower of a model that reads text too."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._network = loaded.network
        self._vision = loaded.config.vision
        self._is_full = loaded.stamp.precision == "float32"

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Shape of a prepared scan, (channel, depth, height, width)."""
        return self._vision.input_shape

    @property
    def token_voxels(self) -> tuple[int, int, int]:
        """Voxels that one token covers, (depth, height, width)."""
        return self._vision.token_voxels

    @property
    def working_bytes(self) -> int:
        """Memory that encoding one scan takes beside the weights and the input."""
        return encoding_bytes(self._vision)

    @property
    def layers(self) -> Sequence[nn.Module]:
        """Every layer begins with one position convolution."""
        parts = self._network.visual_transformer.modules()
        return [part for part in parts if isinstance(part, PositionConvolution)]

    def features(self, values: Tensor, cancel: CancelToken) -> VolumeFeatures:
        """Encode ``(b, 1, d, h, w)``."""
        if self._is_full:
            return self._network.encode_volume(values, cancel=cancel)
        return encode_volume_reduced(self._network, values, cancel=cancel)

    def tokens(self, values: Tensor, cancel: CancelToken) -> Tensor:
        """Encode as far as the tokens; quantised where there is a quantiser."""
        tower = self._network.visual_transformer
        if self._is_full:
            encoded: Tensor = tower(values, cancel).values
            return encoded
        return reduced_tokens(tower, values, cancel).values

    def shares(self, tokens: Tensor, directions: Tensor) -> Tensor:
        """Split over the tokens as the head joins them."""
        return contributions(self._network, tokens, directions)

    def watch_tokens(self, told: OnTokens) -> RemovableHandle:
        """Tell of the tokens of every scan that is encoded, until the handle is removed."""
        tower = self._network.visual_transformer
        return tower.register_forward_hook(
            lambda _tower, _given, found: told(_array(found.values[0]))
        )


class ConvolvedSide:
    """A convolutional network whose last map is averaged."""

    def __init__(self, loaded: LoadedImageModel) -> None:
        self._network = loaded.network
        self._config = loaded.config

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Shape of a prepared scan, (channel, depth, height, width)."""
        return self._config.input_shape

    @property
    def token_voxels(self) -> tuple[int, int, int]:
        """Voxels between two positions of the last map, (depth, height, width)."""
        return self._config.token_voxels

    @property
    def working_bytes(self) -> int:
        """Memory that encoding one scan takes beside the weights and the input."""
        itemsize = self._network.conv1.weight.dtype.itemsize
        return convolving_bytes(self._config.largest_numbers, itemsize)

    @property
    def layers(self) -> Sequence[nn.Module]:
        """The blocks."""
        return list(self._network.blocks)

    def features(self, values: Tensor, cancel: CancelToken) -> VolumeFeatures:
        """Encode ``(b, 1, d, h, w)``; there is a vector and nothing else."""
        return VolumeFeatures(pooled(self._network(values, cancel)))

    def tokens(self, values: Tensor, cancel: CancelToken) -> Tensor:
        """Encode as far as the last map, each position a token."""
        found: Tensor = self._network(values, cancel).float().permute(0, 2, 3, 4, 1)
        return found

    def shares(self, tokens: Tensor, directions: Tensor) -> Tensor:
        """Split over the positions, which are averaged."""
        return pooled_contributions(tokens, directions)

    def watch_tokens(self, told: OnTokens) -> RemovableHandle:
        """Tell of the tokens of every scan that is encoded, until the handle is removed."""
        return self._network.register_forward_hook(
            lambda _network, _given, found: told(_array(found[0].permute(1, 2, 3, 0)))
        )


def _array(tokens: Tensor) -> FloatArray:
    return np.ascontiguousarray(tokens.float().cpu().numpy(), dtype=np.float32)
