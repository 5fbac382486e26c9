"""What the experiment's scans and network look like: small enough for a run in minutes."""

from dataclasses import replace

from medct_core.models.config import MINI, JointConfig, StemConfig
from medct_core.phantom.canvas import Grid
from medct_core.preprocess.recipe import Recipe, Resampling
from medct_core.training.corpus import CorpusForm

GRID = Grid(shape=(64, 64, 48), spacing_mm=(6.0, 6.0, 6.5))
"""Phantoms are drawn straight on the grid of the recipe, so preparing them changes nothing."""

TOKEN_VOXELS = (8, 8, 6)
"""Voxels along (i, j, k) under one token: 8 x 8 x 8 tokens of 48 x 48 x 39 mm."""

DOMAIN_A = CorpusForm(GRID, TOKEN_VOXELS)

RECIPE = Recipe(
    name="lora-experiment",
    shape=(48, 64, 64),
    spacing_mm=(6.5, 6.0, 6.0),
    hu_range=(-1000.0, 1000.0),
    scale=1000.0,
    shift=0.0,
    pad_value=-1.0,
    resampling=Resampling.AREA,
)

_DENSITIES = (-0.97, -0.92, -0.85, -0.70, -0.45, -0.15, 0.0, 0.05, 0.12, 0.35)

NETWORK: JointConfig = replace(
    MINI,
    vision=replace(
        MINI.vision,
        dim=96,
        image_size=64,
        frames=48,
        patch_size=2,
        temporal_patch_size=3,
        dim_head=24,
        stem=StemConfig(channels=(16, 32), strides=((2, 2, 2), (1, 2, 2)), densities=_DENSITIES),
    ),
)
"""Both towers as in medct-mini, the image tower narrower and with 512 tokens instead of 2,304."""
