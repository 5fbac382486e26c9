"""Folding changes no output, positions tile the volume, and wrong weights are refused by name."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ModelUnavailableError
from medct_core.models.i3d_resnet import (
    EXPANSION,
    I3D_RESNET_152,
    I3DConfig,
    build,
    folded,
    pooled,
)
from tests.tiny_image_model import CONFIG, published_tensors


class Plain(nn.Module):
    """The network as it is trained: three channels, and batch norms of their own."""

    def __init__(self, published: dict[str, Tensor]) -> None:
        super().__init__()
        self.tensors = {name: tensor.float() for name, tensor in published.items()}

    def norm(self, x: Tensor, name: str) -> Tensor:
        """Apply a batch norm at rest."""
        parts = [self.tensors[f"{name}.{part}"] for part in ("running_mean", "running_var")]
        scale, shift = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return nn.functional.batch_norm(x, parts[0], parts[1], scale, shift)

    def convolve(self, x: Tensor, name: str, norm: str, stride: int = 1) -> Tensor:
        """Convolve and apply the batch norm."""
        weight = self.tensors[f"{name}.weight"]
        padding = weight.shape[-1] // 2
        return self.norm(nn.functional.conv3d(x, weight, None, stride, padding), norm)

    def block(self, x: Tensor, name: str, stride: int) -> Tensor:
        """Apply a bottleneck."""
        inner = self.convolve(x, f"{name}.conv1", f"{name}.bn1").relu()
        inner = self.convolve(inner, f"{name}.conv2", f"{name}.bn2", stride).relu()
        kept = x
        if f"{name}.downsample.0.weight" in self.tensors:
            kept = self.convolve(x, f"{name}.downsample.0", f"{name}.downsample.1", stride)
        return (self.convolve(inner, f"{name}.conv3", f"{name}.bn3") + kept).relu()

    def forward(self, values: Tensor) -> Tensor:
        """Turn ``(b, 3, d, h, w)`` into the last map."""
        stem = self.tensors["conv1.weight"]
        x = nn.functional.conv3d(values, stem, None, (1, 2, 2), (1, 3, 3))
        x = nn.functional.max_pool3d(self.norm(x, "bn1").relu(), 3, 2, 1)
        for stage, count in enumerate(CONFIG.blocks):
            for number in range(count):
                stride = 2 if stage and not number else 1
                x = self.block(x, f"layer{stage + 1}.{number}", stride)
        return x


@pytest.fixture(scope="module")
def published() -> dict[str, Tensor]:
    """Draw weights as they are published."""
    return published_tensors()


def scan(seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((1, *CONFIG.input_shape), generator=generator)


def test_one_channel_and_folded_norms_give_what_three_channels_and_norms_give(
    published: dict[str, Tensor],
) -> None:
    network = build(CONFIG, folded(published, CONFIG, name="tiny"), torch.float32)

    with torch.inference_mode():
        ours, plain = network(scan()), Plain(published)(scan().expand(-1, 3, -1, -1, -1))

    torch.testing.assert_close(ours, plain, rtol=1e-5, atol=1e-5 * float(plain.max()))


def test_the_last_map_has_a_position_for_every_block_of_voxels(
    published: dict[str, Tensor],
) -> None:
    network = build(CONFIG, folded(published, CONFIG, name="tiny"), torch.float32)

    with torch.inference_mode():
        found = network(scan())

    assert found.shape == (1, CONFIG.channels, *CONFIG.grid)
    assert CONFIG.token_voxels == (8, 16, 16)


def test_the_released_network_has_the_published_sizes() -> None:
    config = I3D_RESNET_152

    assert config.grid == (10, 7, 7)
    assert config.channels == 2048
    assert config.input_shape == (1, 160, 224, 224)


def test_half_precision_points_the_same_way(published: dict[str, Tensor]) -> None:
    tensors = folded(published, CONFIG, name="tiny")

    with torch.inference_mode():
        full, half = (
            pooled(build(CONFIG, tensors, dtype)(scan()))[0]
            for dtype in (torch.float32, torch.bfloat16)
        )

    assert float(full @ half) > 0.999
    assert half.dtype == torch.float32


def test_a_pooled_map_has_unit_length() -> None:
    vector = pooled(torch.rand((2, 6, 3, 2, 2)))

    torch.testing.assert_close(vector.norm(dim=1), torch.ones(2))


def test_encoding_stops_between_two_blocks(published: dict[str, Tensor]) -> None:
    network = build(CONFIG, folded(published, CONFIG, name="tiny"), torch.float32)
    token, begun = CancelToken(), list[nn.Module]()

    def stop(block: nn.Module, *_: object) -> None:
        begun.append(block)
        token.cancel()

    for block in network.blocks:
        block.register_forward_hook(stop)

    with pytest.raises(Cancelled), torch.inference_mode():
        network(scan(), token)

    assert len(begun) == 1


def test_every_stage_is_wider_than_the_one_before() -> None:
    grown = [I3DConfig((1,) * count, 4, (32, 64, 64)).channels for count in (1, 2, 3)]

    assert grown[0] == 4 * EXPANSION
    assert all(later == 2 * earlier for earlier, later in pairwise(grown))


@pytest.mark.parametrize("missing", ["conv1.weight", "layer2.0.downsample.1.running_var"])
def test_weights_that_lack_a_tensor_are_refused_by_its_name(
    published: dict[str, Tensor], missing: str
) -> None:
    tensors = {name: tensor for name, tensor in published.items() if name != missing}

    with pytest.raises(ModelUnavailableError, match=missing):
        folded(tensors, CONFIG, name="tiny")


def test_a_misshapen_tensor_is_refused_with_both_shapes(published: dict[str, Tensor]) -> None:
    tensors = published | {"conv1.weight": torch.zeros((4, 1, 3, 7, 7))}

    with pytest.raises(ModelUnavailableError, match=r"\(4, 1, 3, 7, 7\) instead of \(4, 3, 3"):
        folded(tensors, CONFIG, name="tiny")


def test_a_tensor_without_a_place_is_refused(published: dict[str, Tensor]) -> None:
    tensors = published | {"classifier.weight": torch.zeros(2)}

    with pytest.raises(ModelUnavailableError, match=r"classifier\.weight"):
        folded(tensors, CONFIG, name="tiny")


def test_a_configuration_survives_json() -> None:
    assert I3DConfig.from_json(I3D_RESNET_152.to_json()) == I3D_RESNET_152


@pytest.mark.parametrize(
    "changed",
    [{"blocks": []}, {"width": 0}, {"volume_shape": [16, 32]}, {"volume_shape": [15, 32, 32]}],
)
def test_a_configuration_that_contradicts_itself_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ModelUnavailableError, match="cannot be used"):
        I3DConfig.from_json(CONFIG.to_json() | changed)
