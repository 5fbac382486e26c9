"""Where a NIfTI lies in the patient: sform, else qform, else voxel sizes with a warning."""

from dataclasses import dataclass
from itertools import product
from typing import cast

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError

from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.notice import Notice

_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_LARGEST_DISAGREEMENT_MM = 0.5
_UNIT_MASK = 7
_MM_PER_UNIT = {1: 1000.0, 3: 0.001}
_PLAUSIBLE_SPACING_MM = (0.01, 100.0)
_SMALLEST_DETERMINANT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The geometry of a file and what must be said about it."""

    geometry: Geometry
    notices: tuple[Notice, ...]


def grid_of(header: nib.Nifti1Header, shape: tuple[int, int, int]) -> Grid:
    """Read the geometry of a NIfTI-1 or NIfTI-2 header.

    Parameters
    ----------
    header
        As nibabel parsed it; unchecked, so any field may hold nonsense.
    shape
        (i, j, k) of one frame.

    References
    ----------
    NIfTI-1 standard, methods 1 to 3; nibabel's order: sform, qform, voxel sizes.
    """
    sform, qform = _sform(header), _qform(header)
    notices = _disagreement(header, sform, qform, shape)
    if sform is None and qform is None:
        affine = _from_voxel_sizes(header, shape)
        notices = (*notices, _unknown_notice(affine))
    else:
        affine = cast("FloatArray", sform if sform is not None else qform)
    factor = _mm_per_unit(header, affine)
    if factor != 1.0:
        affine = np.diag([factor, factor, factor, 1.0]) @ affine
    return Grid(Geometry(shape, _RAS_TO_LPS @ affine), notices)


def _sform(header: nib.Nifti1Header) -> FloatArray | None:
    if int(header["sform_code"]) <= 0:
        return None
    affine: FloatArray = np.asarray(header.get_sform(), dtype=np.float64)
    return affine if _is_usable(affine) else None


def _qform(header: nib.Nifti1Header) -> FloatArray | None:
    if int(header["qform_code"]) <= 0:
        return None
    repaired = header.copy()
    if float(header["pixdim"][0]) not in (-1.0, 1.0):
        # The standard: any other value than -1 means 1.
        repaired["pixdim"][0] = 1.0
    try:
        affine: FloatArray = np.asarray(repaired.get_qform(), dtype=np.float64)
    except (HeaderDataError, ValueError):
        return None
    return affine if _is_usable(affine) else None


def _is_usable(affine: FloatArray) -> bool:
    return bool(
        np.isfinite(affine).all() and abs(np.linalg.det(affine[:3, :3])) > _SMALLEST_DETERMINANT
    )


def _from_voxel_sizes(header: nib.Nifti1Header, shape: tuple[int, int, int]) -> FloatArray:
    """RAS affine as nibabel builds it: centred, first axis to the left."""
    sizes = np.abs(np.asarray(header["pixdim"][1:4], dtype=np.float64))
    sizes[~np.isfinite(sizes) | (sizes == 0)] = 1.0
    sizes[0] = -sizes[0]
    affine = np.diag([*sizes, 1.0])
    affine[:3, 3] = -sizes * (np.array(shape) - 1) / 2
    return affine


def _disagreement(
    header: nib.Nifti1Header,
    sform: FloatArray | None,
    qform: FloatArray | None,
    shape: tuple[int, int, int],
) -> tuple[Notice, ...]:
    if sform is not None and qform is not None:
        apart = _largest_distance(sform, qform, shape)
        if apart <= _LARGEST_DISAGREEMENT_MM:
            return ()
        text = (
            f"The file describes its position twice, up to {apart:.1f} mm apart (sform and qform); "
            "the sform was used."
        )
        return (Notice("sform-qform-differ", text),)
    if sform is None and int(header["sform_code"]) > 0:
        text = "One of the descriptions of its position in the file (sform) is unusable."
        return (Notice("sform-unusable", text),)
    return ()


def _largest_distance(one: FloatArray, other: FloatArray, shape: tuple[int, int, int]) -> float:
    corners = np.array(list(product(*((0, count - 1) for count in shape))), dtype=np.float64)
    difference = corners @ (one - other)[:3, :3].T + (one - other)[:3, 3]
    return float(np.linalg.norm(difference, axis=1).max())


def _unknown_notice(affine: FloatArray) -> Notice:
    sizes = " x ".join(f"{abs(size):.2f}" for size in np.diag(affine)[:3])
    text = (
        "The file does not say how the patient lies: left and right may be swapped. Voxels of "
        f"{sizes} mm were assumed."
    )
    return Notice("geometry-unknown", text)


def _mm_per_unit(header: nib.Nifti1Header, affine: FloatArray) -> float:
    factor = _MM_PER_UNIT.get(int(header["xyzt_units"]) & _UNIT_MASK, 1.0)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    low, high = _PLAUSIBLE_SPACING_MM
    # Some programs write "metre" and mean millimetres; only a plausible result is believed.
    plausible_as_is = bool(((spacing >= low) & (spacing <= high)).all())
    plausible_scaled = bool(((spacing * factor >= low) & (spacing * factor <= high)).all())
    return factor if plausible_scaled and not plausible_as_is else 1.0
