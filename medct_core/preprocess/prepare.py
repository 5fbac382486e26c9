"""prepare: a volume and a recipe become the input of a model."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.preprocess.body import plan_body
from medct_core.preprocess.model_input import ModelInput
from medct_core.preprocess.recipe import Clipping, Extent, Recipe
from medct_core.preprocess.steps import (
    AxisPlan,
    FloatArray,
    blend_slices,
    plan_axes,
    resample_slice,
    to_model_scale,
    to_volume_index,
)
from medct_core.volume.orientation import reorient
from medct_core.volume.resample import straighten
from medct_core.volume.volume import Volume

_SLAB_SLICES = 4
"""Output slices a thread makes at a time: a few megabytes, which stay in its cache."""

_MOST_THREADS = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What the threads share; each writes its own slices of `output`."""

    values: npt.NDArray[np.int16]
    recipe: Recipe
    plans: tuple[AxisPlan, AxisPlan, AxisPlan]
    output: npt.NDArray[np.float32]
    cancel: CancelToken

    def fill(self, slab: slice) -> None:
        """Compute the rows `slab` of the slice axis."""
        self.cancel.raise_if_cancelled()
        along_k, along_i, along_j = self.plans
        rows = along_k.weights[slab]
        low, high = int(rows.indices.min()), int(rows.indices.max()) + 1
        mixed = blend_slices(self._before(self.values[:, :, low:high].T), rows[:, low:high])
        for row, image in enumerate(mixed, start=along_k.first + slab.start):
            resampled = resample_slice(image, along_i, along_j)
            self.output[row, along_i.covered, along_j.covered] = self._after(resampled)

    def _before(self, hu: npt.NDArray[np.int16]) -> FloatArray:
        if self.recipe.clipping is Clipping.AFTER:
            return hu.astype(np.float32)
        return to_model_scale(hu, self.recipe)

    def _after(self, resampled: FloatArray) -> FloatArray:
        if self.recipe.clipping is Clipping.BEFORE:
            return resampled
        return to_model_scale(resampled, self.recipe)


def prepare(volume: Volume, recipe: Recipe, *, cancel: CancelToken | None = None) -> ModelInput:
    """Bring a scan to the orientation, spacing, shape and range that a model wants.

    The scan is straightened and turned, clipped before or after it is resampled, and cropped or
    padded about its centre, or its body is fitted to the shape. Only what survives the crop is
    computed.

    Parameters
    ----------
    volume
        The scan; whether it may be scored is `suitability.check_scorable`'s question.
    recipe
        What the model wants.
    cancel
        Checked every few slices.

    Raises
    ------
    Cancelled
        If the token was raised.
    InvalidVolumeError
        If the axes of the scan are too oblique to be straightened.

    References
    ----------
    CT-CLIP's released inference preprocessing (Hamamci et al., 2024), for recipe ``ct-clip``;
    the order of steps of Astra's published chest preprocessing, for recipe ``astra``.
    """
    token = CancelToken() if cancel is None else cancel
    straight = reorient(straighten(volume, cancel=token), recipe.orientation)
    plans = _plans(straight, recipe)
    output = np.full(recipe.shape, recipe.pad_value, dtype=np.float32)
    _run(_Work(straight.values, recipe, plans, output, token))
    return ModelInput(
        values=output[None],
        recipe_id=recipe.id,
        affine=straight.geometry.affine @ to_volume_index(plans),
        volume_sha256=volume.content_sha256,
        notices=straight.notices,
    )


def _plans(volume: Volume, recipe: Recipe) -> tuple[AxisPlan, AxisPlan, AxisPlan]:
    if recipe.extent is Extent.BODY:
        return plan_body(volume.values, recipe)
    return plan_axes(volume.geometry.shape, volume.geometry.spacing_mm, recipe)


def _run(work: _Work) -> None:
    with ThreadPoolExecutor(_thread_count(), thread_name_prefix="prepare") as pool:
        for _ in pool.map(work.fill, _slabs(int(work.plans[0].weights.shape[0]))):
            pass


def _thread_count() -> int:
    """One for each core, or for each that the environment grants this process."""
    granted = os.environ.get("OMP_NUM_THREADS", "")
    cores = int(granted) if granted.isdigit() else os.cpu_count() or 1
    return min(_MOST_THREADS, max(cores, 1))


def _slabs(rows: int) -> Iterator[slice]:
    for start in range(0, rows, _SLAB_SLICES):
        yield slice(start, min(start + _SLAB_SLICES, rows))
