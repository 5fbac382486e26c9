"""The VTK classes the viewer uses, imported one by one: `import vtk` takes over a second."""

from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDataArray
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkFiltersHybrid import vtkGridTransform
from vtkmodules.vtkImagingCore import vtkImageReslice

__all__ = [
    "numpy_to_vtk",
    "vtkDataArray",
    "vtkGridTransform",
    "vtkImageData",
    "vtkImageReslice",
    "vtkMatrix4x4",
    "vtk_to_numpy",
]
