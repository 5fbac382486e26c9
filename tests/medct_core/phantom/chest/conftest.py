"""One harmless chest, shared: drawing it takes a third of a second."""

import numpy as np
import pytest

from medct_core.phantom.body import Body
from medct_core.phantom.canvas import Canvas, Grid
from medct_core.phantom.chest.draw import draw_chest
from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.scanner import SCANNERS
from medct_core.phantom.streams import stream

SEED = 17
GRID = Grid((96, 96, 64), (4.0, 4.0, 5.0))


@pytest.fixture(scope="session")
def body() -> Body:
    """Draw a chest without findings; read only."""
    drawn = draw_chest(GRID, SEED, SCANNERS["a"])
    drawn.canvas.hu.flags.writeable = False
    return drawn


@pytest.fixture(scope="session")
def habitus() -> Habitus:
    """Return the sizes of the patient that `body` shows."""
    return sample_habitus(stream(SEED, "habitus"), SCANNERS["a"].contrast_share)


@pytest.fixture
def canvas() -> Canvas:
    """Make a grid of nothing but air."""
    return Canvas(GRID, np.full(GRID.shape, -1000.0, np.float32))
