"""The experiment's phantoms are what its recipe makes of them, and its tokens tile them."""

import numpy as np

from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.preprocess.prepare import prepare
from medct_core.training.corpus import quantised
from medct_core.training.reproduce.form import DOMAIN_A, GRID, NETWORK, RECIPE


def test_preparing_a_phantom_changes_nothing_but_half_a_level() -> None:
    phantom = draw_phantom(sample_spec(1_100_007, Draw.NATURAL, "a"), GRID)

    prepared = prepare(phantom.volume, RECIPE).values[0]

    kept = quantised(phantom, DOMAIN_A).astype(np.float32) * (2 / 255) - 1
    assert np.abs(kept - prepared).max() <= 1 / 255 + 1e-6


def test_the_network_takes_the_recipe_and_has_512_tokens_as_the_masks_have() -> None:
    vision = NETWORK.vision

    assert vision.input_shape == (1, *RECIPE.shape)
    assert np.prod(vision.grid) == 512
    assert vision.grid == DOMAIN_A.coverage_shape[1:]
    assert vision.token_voxels == (6, 8, 8)
