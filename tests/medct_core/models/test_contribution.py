"""The map of a similarity adds up to the similarity, whatever the head is made of."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medct_core.cancel import CancelToken
from medct_core.models.config import JointConfig
from medct_core.models.contribution import contributions
from medct_core.models.joint import JointModel

OPTIONS = {
    "as released": {},
    "narrow head": {"head_channels": 3},
    "depth kept": {"pool_depth": False},
    "queries": {"pool_queries": 2},
    "all": {"head_channels": 3, "pool_depth": False, "pool_queries": 2, "quantise": False},
}


def network_with(config: JointConfig, options: str) -> JointModel:
    torch.manual_seed(0)
    vision = config.to_json()["vision"] | OPTIONS[options]
    return JointModel(JointConfig.from_json(config.to_json() | {"vision": vision})).eval()


@pytest.mark.parametrize("options", OPTIONS)
def test_the_map_adds_up_to_the_similarity(tiny_config: JointConfig, options: str) -> None:
    network = network_with(tiny_config, options)
    volume = torch.rand(1, *tiny_config.vision.input_shape) * 2 - 1
    directions = torch.randn(3, tiny_config.dim_latent)

    with torch.inference_mode():
        tokens = network.visual_transformer(volume, CancelToken())
        latent = network.features(tokens.values, tokens.codes).latent[0]
        shares = contributions(network, tokens.values[0], directions)

    assert shares.shape == (3, *tiny_config.vision.grid)
    np.testing.assert_allclose(shares.sum(dim=(1, 2, 3)), directions @ latent, atol=1e-5)


def test_a_token_whose_row_does_not_matter_adds_nothing(tiny_config: JointConfig) -> None:
    network = network_with(tiny_config, "as released")
    tokens = torch.randn(*tiny_config.vision.grid, tiny_config.vision.dim)
    tokens[1, 2, 3] = 0

    with torch.inference_mode():
        shares = contributions(network, tokens, torch.randn(1, tiny_config.dim_latent))

    assert shares[0, 1, 2, 3] == 0
    assert (shares != 0).sum() == shares.numel() - 1


def test_opposite_directions_have_opposite_maps(tiny_config: JointConfig) -> None:
    network = network_with(
        replace(tiny_config, vision=replace(tiny_config.vision, pool_queries=1)), "narrow head"
    )
    tokens = torch.randn(*tiny_config.vision.grid, tiny_config.vision.dim)
    direction = torch.randn(1, tiny_config.dim_latent)

    with torch.inference_mode():
        there = contributions(network, tokens, direction)
        back = contributions(network, tokens, -direction)

    np.testing.assert_allclose(there, -back, atol=1e-7)
