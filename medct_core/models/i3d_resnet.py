"""I3D ResNet: a residual network for pictures whose filters were given a depth."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from math import prod
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from medct_core.cancel import CancelToken
from medct_core.errors import ModelUnavailableError
from medct_core.models.checkpoint import Tensors, check_keys, listed, require_fit

EXPANSION = 4
"""A block's output is this many times as wide as its inner convolution."""

_BATCH_NORM_EPS = 1e-5  # torch's own, with which these networks are trained
_BATCH_NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
_COUNTER = "num_batches_tracked"
_STEM_CHANNELS = 3  # of the published weights: red, green and blue, all given the same scan


@dataclass(frozen=True, slots=True)
class I3DConfig:
    """Sizes of an I3D ResNet.

    Attributes
    ----------
    blocks
        Bottlenecks in each stage; a stage after the first halves all three axes.
    width
        Channels of the stem, and inner width of the first stage; it doubles with every stage.
    volume_shape
        Voxels of the input, (depth, height, width).
    """

    blocks: tuple[int, ...]
    width: int
    volume_shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", tuple(self.blocks))
        object.__setattr__(self, "volume_shape", tuple(self.volume_shape))
        if min((*self.blocks, self.width), default=0) < 1 or not self.blocks:
            raise ValueError("a network has at least one stage, one block and one channel")
        if len(self.volume_shape) != 3:
            raise ValueError("a volume has three axes")
        if any(
            size % step for size, step in zip(self.volume_shape, self.token_voxels, strict=True)
        ):
            raise ValueError(f"positions of {self.token_voxels} voxels do not tile the volume")

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Shape of one input, (channel, depth, height, width)."""
        return 1, *self.volume_shape

    @property
    def token_voxels(self) -> tuple[int, int, int]:
        """Voxels between two positions of the last map, (depth, height, width)."""
        halvings = 2 ** (len(self.blocks) - 1)
        # The stem halves the plane, the pooling after it all three.
        return 2 * halvings, 4 * halvings, 4 * halvings

    @property
    def grid(self) -> tuple[int, int, int]:
        """Positions of the last map, (depth, height, width)."""
        depth, height, width = (
            size // step for size, step in zip(self.volume_shape, self.token_voxels, strict=True)
        )
        return depth, height, width

    @property
    def channels(self) -> int:
        """Channels of the last map, and dimensions of the embedding."""
        return int(self.width * 2 ** (len(self.blocks) - 1) * EXPANSION)

    @property
    def largest_numbers(self) -> int:
        """Numbers that live at once where most do: the stem and its pooling, or a first block."""
        voxels = prod(self.volume_shape)
        stem = self.width * voxels // 4
        return max(stem * 9 // 8, 4 * EXPANSION * self.width * voxels // 32)

    def to_json(self) -> dict[str, Any]:
        """Give plain values for a JSON file; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ModelUnavailableError
            If an entry is unknown, missing or contradicts another.
        """
        try:
            return cls(**values)
        except (TypeError, ValueError) as error:
            raise ModelUnavailableError(
                f"The model's configuration cannot be used: {error}.",
                remedy="Install the model again.",
            ) from error


I3D_RESNET_152 = I3DConfig(blocks=(3, 8, 36, 3), width=64, volume_shape=(160, 224, 224))


class Bottleneck(nn.Module):
    """Narrow, look around, widen, and add to what came in; batch norms are folded in.

    References
    ----------
    He et al., Deep residual learning, 2016, figure 5, with the stride in the middle.
    """

    def __init__(self, channels: int, inner: int, stride: int) -> None:
        super().__init__()
        wide = inner * EXPANSION
        self.conv1 = nn.Conv3d(channels, inner, 1)
        self.conv2 = nn.Conv3d(inner, inner, 3, stride=stride, padding=1)
        self.conv3 = nn.Conv3d(inner, wide, 1)
        self.downsample = None
        if stride > 1 or channels != wide:
            self.downsample = nn.Conv3d(channels, wide, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        """``(b, channels, d, h, w)`` to ``(b, 4 inner, d / stride, h / stride, w / stride)``."""
        kept = x if self.downsample is None else self.downsample(x)
        inner = self.conv1(x).relu_()
        inner = self.conv2(inner).relu_()
        wide: Tensor = self.conv3(inner)
        # In place: the sum is the largest array, and nothing else reads it.
        return wide.add_(kept).relu_()


class I3DResNet(nn.Module):
    """The network without its training: one channel, batch norms folded, no head.

    Kept in torch's ``channels_last_3d`` order, in which CPUs and GPUs convolve fastest.

    References
    ----------
    Carreira and Zisserman, Quo vadis, action recognition, 2017 (filters given a depth); the image
    tower of Merlin (Blankemeier et al., 2024), whose sizes Astra shares.
    """

    def __init__(self, config: I3DConfig) -> None:
        super().__init__()
        self.config = config
        self.conv1 = nn.Conv3d(1, config.width, (3, 7, 7), stride=(1, 2, 2), padding=(1, 3, 3))
        channels = config.width
        for number, count in enumerate(config.blocks):
            inner = config.width * 2**number
            blocks = [
                Bottleneck(
                    channels if first else inner * EXPANSION,
                    inner,
                    stride=2 if first and number else 1,
                )
                for first in (at == 0 for at in range(count))
            ]
            self.add_module(f"layer{number + 1}", nn.Sequential(*blocks))
            channels = inner * EXPANSION

    @property
    def blocks(self) -> Iterator[Bottleneck]:
        """The bottlenecks in the order in which they run."""
        return (part for part in self.modules() if isinstance(part, Bottleneck))

    def forward(self, values: Tensor, cancel: CancelToken | None = None) -> Tensor:
        """Compute the last map.

        Parameters
        ----------
        values
            ``(b, 1, d, h, w)`` as the recipe prepares them, any floating type.
        cancel
            Checked before every block.

        Returns
        -------
        ``(b, channels, *grid)``, not below 0, in the precision of the weights.

        Raises
        ------
        Cancelled
            If `cancel` was raised meanwhile.
        """
        token = cancel or CancelToken()
        x = values.to(self.conv1.weight.dtype, memory_format=torch.channels_last_3d)
        x = functional.max_pool3d(self.conv1(x).relu_(), kernel_size=3, stride=2, padding=1)
        for block in self.blocks:
            token.raise_if_cancelled()
            x = block(x)
        return x


def pooled(features: Tensor) -> Tensor:
    """Average a map over its positions: ``(b, c, d, h, w)`` to ``(b, c)`` float32, unit length."""
    return functional.normalize(features.float().mean(dim=(2, 3, 4)), dim=-1)


def folded(published: Mapping[str, Tensor], config: I3DConfig, *, name: str) -> Tensors:
    """Turn published weights into those of `I3DResNet`, float32.

    A batch norm at rest is a scale and a shift, so it becomes part of the convolution before it.
    Three equal channels give what one channel gives through the sum of their filters.

    Parameters
    ----------
    published
        Names as in torchvision's ResNets: ``layer1.0.conv1.weight``, ``layer1.0.bn1.running_var``.
    config
        Sizes of the network.
    name
        Of the model, for messages.

    Raises
    ------
    ModelUnavailableError
        If a tensor is missing, misshapen or unknown.
    """
    with torch.device("meta"):
        wanted = I3DResNet(config).state_dict()
    convolutions = [key.removesuffix(".weight") for key in wanted if key.endswith(".weight")]
    _require_published(published, wanted, convolutions, name)
    tensors: Tensors = {}
    for convolution in convolutions:
        weight, bias = _folded_pair(published, convolution)
        tensors[f"{convolution}.weight"], tensors[f"{convolution}.bias"] = weight, bias
    return tensors


def _published_names(convolution: str) -> tuple[str, str]:
    """Names of a convolution and of the batch norm after it."""
    if convolution.endswith("downsample"):
        return f"{convolution}.0", f"{convolution}.1"
    before, _, number = convolution.rpartition("conv")
    return convolution, f"{before}bn{number}"


def _require_published(
    published: Mapping[str, Tensor], wanted: Tensors, convolutions: list[str], name: str
) -> None:
    expected: Tensors = {}
    for convolution in convolutions:
        weight = wanted[f"{convolution}.weight"]
        filters, norm = _published_names(convolution)
        shape = list(weight.shape)
        if convolution == "conv1":
            shape[1] = _STEM_CHANNELS
        expected[f"{filters}.weight"] = torch.empty(shape, device="meta")
        one_each = {f"{norm}.{part}": weight[:, 0, 0, 0, 0] for part in _BATCH_NORM_PARTS}
        expected |= one_each | {f"{norm}.{_COUNTER}": torch.empty((), device="meta")}
    check = check_keys(published, expected)
    require_fit(check, name)
    if check.unmatched:
        raise ModelUnavailableError(
            f"{name} holds {len(check.unmatched)} tensors the model has no place for: "
            f"{listed(check.unmatched)}.",
            remedy="Install the model again.",
        )


def _folded_pair(published: Mapping[str, Tensor], convolution: str) -> tuple[Tensor, Tensor]:
    filters, norm = _published_names(convolution)
    weight = published[f"{filters}.weight"].float()
    if convolution == "conv1":
        weight = weight.sum(dim=1, keepdim=True)
    scale, shift, mean, variance = (
        published[f"{norm}.{part}"].float() for part in _BATCH_NORM_PARTS
    )
    scale = scale / torch.sqrt(variance + _BATCH_NORM_EPS)
    return weight * scale.view(-1, 1, 1, 1, 1), shift - mean * scale


def build(config: I3DConfig, tensors: Mapping[str, Tensor], dtype: torch.dtype) -> I3DResNet:
    """Put folded tensors into a network in evaluation mode; it keeps no gradient.

    Parameters
    ----------
    config
        Sizes of the network.
    tensors
        From `folded`.
    dtype
        In which it will compute.
    """
    with torch.device("meta"):
        network = I3DResNet(config)
    network.load_state_dict(
        {key: _arranged(tensor, dtype) for key, tensor in tensors.items()}, assign=True
    )
    return network.eval().requires_grad_(requires_grad=False)


def _arranged(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    if tensor.ndim < 5:
        return tensor.to(dtype)
    return tensor.to(dtype, memory_format=torch.channels_last_3d)
