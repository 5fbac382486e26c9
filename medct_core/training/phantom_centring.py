"""The mean of phantoms as a model sees them, for libraries too small to fit their own."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from medct_core.inference.engine import InferenceEngine
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.phantom.seeds import CALIBRATION
from medct_core.preprocess.prepare import prepare
from medct_core.retrieval.centring import fit_mean
from medct_core.retrieval.model_centring import ModelCentring

POPULATION = "phantoms"
COUNT = 200
"""Phantoms in the mean that comes with a model."""

GRID = Grid(shape=(192, 192, 128), spacing_mm=(2.0, 2.0, 2.5))
"""Twice as fine as for medct-mini, which sees 4 mm; a chest of the same size."""

_DOMAIN = "a"


def phantom_centring(
    engine: InferenceEngine,
    *,
    count: int = COUNT,
    grid: Grid = GRID,
    on_progress: Callable[[float], None] | None = None,
) -> ModelCentring:
    """Fit the mean of a model's embeddings on phantoms that serve no other purpose.

    An engine with a cache embeds no phantom twice, so a run that was stopped is quickly back
    where it was.

    Parameters
    ----------
    engine
        The model.
    count
        Phantoms, from the first seed of `seeds.CALIBRATION` on.
    grid
        On which they are drawn.
    on_progress
        Takes the fraction in [0, 1] that is done.

    Raises
    ------
    OutOfMemoryError
        If the encoder needs more memory than is free.
    """
    report = on_progress or _ignore
    vectors = []
    for number, vector in enumerate(_vectors(engine, count, grid), start=1):
        vectors.append(vector)
        report(number / count)
    return ModelCentring(engine.stamp, POPULATION, fit_mean(np.stack(vectors)))


def _vectors(engine: InferenceEngine, count: int, grid: Grid) -> Iterator[npt.NDArray[np.float32]]:
    first = CALIBRATION.first
    CALIBRATION.check(first, first + count)
    for seed in range(first, first + count):
        phantom = draw_phantom(sample_spec(seed, Draw.BALANCED, _DOMAIN), grid)
        yield engine.embed_volume(prepare(phantom.volume, engine.recipe)).vector


def _ignore(_fraction: float) -> None:
    return
