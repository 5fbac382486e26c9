"""Volumes handed to VTK without a copy."""

from typing import Any

import numpy as np
import numpy.typing as npt

from app.viewer.vtk_classes import numpy_to_vtk, vtk_to_numpy, vtkDataArray, vtkImageData
from medct_core.volume.volume import Volume


def vtk_array(values: npt.NDArray[Any]) -> vtkDataArray:
    """Array for VTK that reads ``(n,)`` or ``(n, components)`` where they lie."""
    shared: vtkDataArray = numpy_to_vtk(values)  # type: ignore[no-untyped-call]
    return shared


def numpy_array(values: vtkDataArray) -> npt.NDArray[Any]:
    """View of what VTK holds, ``(n,)``; VTK may write to it again."""
    shared: npt.NDArray[Any] = vtk_to_numpy(values)  # type: ignore[no-untyped-call]
    return shared


def index_image(values: npt.NDArray[Any]) -> vtkImageData:
    """Image whose coordinates are voxel indices: origin 0, spacing 1, no turn.

    VTK reads the array where it lies and keeps it alive; nobody may write to it.

    Parameters
    ----------
    values
        ``(i, j, k)``, i fastest in memory, any number type VTK knows. Copied only if its
        memory is laid out in another order.
    """
    flat = np.asfortranarray(values).ravel(order="F")
    image = vtkImageData()
    image.SetDimensions(*values.shape)
    image.GetPointData().SetScalars(vtk_array(flat))
    return image


def patient_image(volume: Volume) -> vtkImageData:
    """Image that lies in the patient: origin, spacing and directions of the geometry, LPS mm.

    Sheared and left-handed directions are passed on as they are. Uneven slices lie at their
    mean distance; straighten such a volume first where that matters.
    """
    image = index_image(volume.values)
    geometry = volume.geometry
    image.SetOrigin(*geometry.affine[:3, 3])
    image.SetSpacing(*geometry.spacing_mm)
    image.SetDirectionMatrix(*geometry.directions.ravel())
    return image
