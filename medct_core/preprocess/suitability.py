"""Suitability: may this scan be scored, and if not, why.

The second gate. A file that reads as a grey 3D image may still be a brain MRI or an abdomen;
a model would score it without complaint, and the numbers would mean nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.errors import NotScorableError
from medct_core.preprocess.recipe import Recipe
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit, Volume

FEWEST_SLICES = 20
SHORTEST_BODY_MM = 100.0
LEAST_LUNG_ML = 500.0

_STEP_MM = 4.0
"""Lungs and body are as plain at 4 mm as at 0.7, at a hundredth of the cost."""

_MOST_LABELS = 256
"""A CT holds thousands of different values, a label map at most this many."""

_LABEL_AGREEMENT = 0.5
"""Share of labelled neighbours with one label; noise leaves a picture far below it."""

_PADDING_HU = -1500
"""Padding such as -2000 is no measurement; the coldest CT value is near -1024."""

_TISSUE_HU = -300
_AIR_HU = -500
_AIR_PEAK_HU = (-1100, -700)
_TISSUE_PEAK_HU = (-150, 150)
"""Fat (-100), water (0) and muscle (50) with margins; contrast medium does not move the peak."""

_LEAST_SHARE = 0.01
"""Of all voxels, for air and for soft tissue: below it a peak is chance."""

_PEAK_BIN_HU = 25

_GAS_HU = -960
"""Lungs hold blood: their middle lies near -850, in emphysema near -940. Bowel gas is at -1000."""

_LEAST_SECTION_MM2 = 2000.0
"""A slice with less tissue than a child's wrist shows a table, not a body."""

_SMALLEST_AIR_ML = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """Every few voxels of a scan, axes turned so that the last runs along the patient.

    Attributes
    ----------
    hu
        ``(a, b, s)`` int16; s is the axis closest to Superior.
    step_mm
        Distance between samples along (a, b, s).
    """

    hu: npt.NDArray[np.int16]
    step_mm: tuple[float, float, float]

    @property
    def section_mm2(self) -> float:
        return self.step_mm[0] * self.step_mm[1]

    @property
    def voxel_ml(self) -> float:
        return self.section_mm2 * self.step_mm[2] / 1000.0


def check_scorable(volume: Volume, recipe: Recipe) -> None:
    """Refuse a scan whose scores would mean nothing.

    Raises
    ------
    NotScorableError
        If there is a reason in `unsuitability`.
    """
    reasons = unsuitability(volume)
    if reasons:
        raise NotScorableError(
            f"{volume.source!r} cannot be scored with {recipe.name}, which reads chest CTs: "
            + " ".join(reason.text for reason in reasons),
            remedy="Choose a chest CT in Hounsfield units, or score this one by force (--force).",
        )


def unsuitability(volume: Volume) -> tuple[Notice, ...]:
    """Reasons why a scan should not be scored; empty for a chest CT.

    Returns
    -------
    Notices with the codes ``too-few-slices``, ``label-map``, ``not-hu``, ``too-short`` and
    ``no-lungs``. Whoever scores the scan all the same shows them beside the result.
    """
    return (*_count_reasons(volume), *_content_reasons(volume))


def _count_reasons(volume: Volume) -> tuple[Notice, ...]:
    fewest = min(volume.geometry.shape)
    if fewest >= FEWEST_SLICES:
        return ()
    text = f"It has only {fewest} slice{'s' * (fewest != 1)}; at least {FEWEST_SLICES} are needed."
    return (Notice("too-few-slices", text),)


def _content_reasons(volume: Volume) -> tuple[Notice, ...]:
    sample = _sample(volume)
    unit_reason = _unit_reason(volume.unit, sample.hu)
    if unit_reason is not None:
        # Without HU there is no telling tissue from air.
        return (unit_reason,)
    return tuple(reason for reason in (_body_reason(sample), _lung_reason(sample)) if reason)


def _sample(volume: Volume) -> _Sample:
    along = int(np.argmax(np.abs(volume.geometry.directions[2])))
    spacing = volume.geometry.spacing_mm
    stride = [max(1, round(_STEP_MM / mm)) for mm in spacing]
    order = [axis for axis in range(3) if axis != along] + [along]
    hu = volume.values[tuple(slice(None, None, n) for n in stride)].transpose(order)
    step = [spacing[axis] * stride[axis] for axis in order]
    return _Sample(hu=np.ascontiguousarray(hu), step_mm=(step[0], step[1], step[2]))


def _unit_reason(unit: Unit, hu: npt.NDArray[np.int16]) -> Notice | None:
    different = len(np.unique(hu))
    if _is_label_map(hu, different):
        values = "one value" if different == 1 else f"{different} values"
        text = f"Its voxels hold only {values} in patches, as in a label map."
        return Notice("label-map", text)
    missing = "" if unit is Unit.HU else "the file gives another unit"
    if not _has_peak(hu[hu > _TISSUE_HU], _TISSUE_PEAK_HU, hu.size):
        missing = "no soft tissue near 0"
    if not _has_peak(hu[(hu > _PADDING_HU) & (hu < _AIR_HU)], _AIR_PEAK_HU, hu.size):
        missing = "no air near -1000"
    if not missing:
        return None
    return Notice(
        "not-hu",
        f"Its values ({hu.min()} to {hu.max()}) are not Hounsfield units: {missing}, as in an "
        "MRI, a picture or an unscaled CT.",
    )


def _is_label_map(hu: npt.NDArray[np.int16], different: int) -> bool:
    if different > _MOST_LABELS or hu.min() < 0:
        return False
    labelled = hu[1:][hu[1:] > 0]
    agreement = labelled == hu[:-1][hu[1:] > 0]
    return labelled.size == 0 or bool(agreement.mean() > _LABEL_AGREEMENT)


def _has_peak(hu: npt.NDArray[np.int16], where: tuple[int, int], total: int) -> bool:
    """Whether these voxels are many enough and pile up inside `where`."""
    if hu.size < _LEAST_SHARE * total:
        return False
    bins = hu.astype(np.int32) // _PEAK_BIN_HU
    lowest = bins.min()
    peak = (np.bincount(bins - lowest).argmax() + lowest + 0.5) * _PEAK_BIN_HU
    return bool(where[0] <= peak <= where[1])


def _body_reason(sample: _Sample) -> Notice | None:
    sections_mm2 = (sample.hu > _TISSUE_HU).sum(axis=(0, 1)) * sample.section_mm2
    length_mm = float((sections_mm2 >= _LEAST_SECTION_MM2).sum() * sample.step_mm[2])
    if length_mm >= SHORTEST_BODY_MM:
        return None
    return Notice(
        "too-short",
        f"It shows {length_mm:.0f} mm of body; at least {SHORTEST_BODY_MM:.0f} mm are needed.",
    )


def _lung_reason(sample: _Sample) -> Notice | None:
    lung_ml = _lung_ml(sample)
    if lung_ml >= LEAST_LUNG_ML:
        return None
    return Notice(
        "no-lungs",
        f"It shows no pair of lungs: {lung_ml / 1000:.1f} l of lung inside the body, at least "
        f"{LEAST_LUNG_ML / 1000:.1f} l are needed.",
    )


def _lung_ml(sample: _Sample) -> float:
    """Volume of air inside the body that is lung and not bowel gas, in ml."""
    # A window is painted before anybody needs it, and it takes long to import.
    from scipy import ndimage  # noqa: PLC0415

    labels, _ = ndimage.label(_enclosed_air(sample.hu))
    volumes_ml = np.bincount(labels.ravel()) * sample.voxel_ml
    large = np.flatnonzero(volumes_ml >= _SMALLEST_AIR_ML)
    lungs = [n for n in large if n != 0 and np.median(sample.hu[labels == n]) > _GAS_HU]
    return float(volumes_ml[lungs].sum())


def _enclosed_air(hu: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """Find air, ``(a, b, s)``, that the body surrounds within its slice.

    Slice by slice, because in three dimensions the windpipe joins the lungs to the room.
    """
    air = hu < _AIR_HU
    in_slice = np.zeros((3, 3, 3), dtype=bool)
    in_slice[1, :, 1] = in_slice[:, 1, 1] = True
    # A window is painted before anybody needs it, and it takes long to import.
    from scipy import ndimage  # noqa: PLC0415

    labels, count = ndimage.label(air, structure=in_slice)
    outside = np.zeros(count + 1, dtype=bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outside[np.unique(edge)] = True
    outside[0] = True
    enclosed: npt.NDArray[np.bool_] = ~outside[labels]
    return enclosed


def intensity_mismatch(recipe: Recipe, trained_with: Recipe) -> tuple[Notice, ...]:
    """Say so where a model is given another intensity range than it was trained with.

    Parameters
    ----------
    recipe
        What prepares the scan.
    trained_with
        What prepared the scans that the model's weights come from.

    Returns
    -------
    One notice with the code ``intensity-range``, or none.
    """
    used, trained = _model_range(recipe), _model_range(trained_with)
    if used == trained and recipe.hu_range == trained_with.hu_range:
        return ()
    return (
        Notice(
            "intensity-range",
            f"The intensity range differs from training: {recipe.name} gives the model values "
            f"from {used[0]:g} to {used[1]:g}, it was trained on {trained[0]:g} to {trained[1]:g}.",
        ),
    )


def _model_range(recipe: Recipe) -> tuple[float, float]:
    low, high = recipe.hu_range
    return (low + recipe.shift) / recipe.scale, (high + recipe.shift) / recipe.scale
