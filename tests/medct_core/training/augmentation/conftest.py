"""Scans to augment: small ones with a known side, and ones of pure chance."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import Phantom, draw_phantom
from medct_core.phantom.sampling import PhantomSpec
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import Recipe, Resampling
from medct_core.training.augmentation.augment import Look
from medct_core.training.augmentation.frame import Frame

SMALL = Recipe(
    name="small",
    shape=(24, 32, 32),
    spacing_mm=(13.0, 12.0, 12.0),
    hu_range=(-1000.0, 1000.0),
    scale=1000.0,
    shift=0.0,
    pad_value=-1.0,
    resampling=Resampling.AREA,
)

OWN = replace(SMALL, name="own", shape=(48, 64, 64), spacing_mm=(6.5, 6.0, 6.0))


@pytest.fixture(scope="session")
def own_frame() -> Frame:
    return Frame.of(OWN)


@pytest.fixture(scope="session")
def frame() -> Frame:
    return Frame.of(SMALL)


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    """Draw fluid beside the left lung, and the liver where it belongs."""
    spec = PhantomSpec(3, "a", (("Pleural effusion", "severe"),), (("Pleural effusion", "left"),))
    return draw_phantom(spec, Grid(shape=(64, 64, 48), spacing_mm=(6.0, 6.0, 6.5)))


@pytest.fixture(scope="session")
def prepared(phantom: Phantom) -> Callable[[Recipe], Look]:
    """Give what a recipe makes of the phantom, without a mask."""

    def show(recipe: Recipe) -> Look:
        return Look(prepare(phantom.volume, recipe).values, "Left pleural effusion.")

    return show


@pytest.fixture(scope="session")
def fluid(phantom: Phantom) -> Look:
    """Give the phantom on its own grid with the mask of its effusion, in the order (k, i, j)."""
    mask = (phantom.masks["Pleural effusion"] > 0.5).transpose(2, 0, 1)
    values = prepare(phantom.volume, OWN).values
    return Look(values, "Left pleural effusion.", mask[None].astype(np.uint8))


@pytest.fixture(scope="session")
def chance() -> Look:
    """Draw voxels and a mask at random."""
    rng = np.random.default_rng(5)
    values = rng.uniform(-1.0, 1.0, (1, *SMALL.shape)).astype(np.float32)
    return Look(values, "", (values > 0).astype(np.uint8))
