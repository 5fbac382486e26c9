"""The VTK classes that 3D rendering uses, imported one by one, and VTK made ready once.

Importing the two OpenGL modules registers the classes that do the drawing; without them a
render window stays blank.
"""

from functools import lru_cache

from vtkmodules import (  # noqa: F401 - loading them is their use
    vtkRenderingFreeType,
    vtkRenderingVolumeOpenGL2,
)
from vtkmodules.vtkCommonCore import (
    vtkCommand,
    vtkObject,
    vtkShortArray,
    vtkSMPTools,
    vtkUnsignedCharArray,
)
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction, vtkPlane
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkFiltersSources import vtkLineSource, vtkSphereSource
from vtkmodules.vtkRenderingAnnotation import vtkAnnotatedCubeActor
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkColorTransferFunction,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLRenderWindow, vtkTextureObject
from vtkmodules.vtkRenderingVolume import (
    vtkFixedPointVolumeRayCastMapper,
    vtkGPUVolumeRayCastMapper,
)

from app.viewer.vtk_log import log_vtk_messages

__all__ = [
    "start_vtk",
    "vtkActor",
    "vtkAnnotatedCubeActor",
    "vtkColorTransferFunction",
    "vtkCommand",
    "vtkFixedPointVolumeRayCastMapper",
    "vtkGPUVolumeRayCastMapper",
    "vtkImageData",
    "vtkLineSource",
    "vtkMatrix4x4",
    "vtkObject",
    "vtkOpenGLRenderWindow",
    "vtkPiecewiseFunction",
    "vtkPlane",
    "vtkPolyDataMapper",
    "vtkRenderWindow",
    "vtkRenderer",
    "vtkShortArray",
    "vtkSphereSource",
    "vtkTextureObject",
    "vtkUnsignedCharArray",
    "vtkVolume",
    "vtkVolumeProperty",
]


@lru_cache(maxsize=1)
def start_vtk() -> None:
    """Let VTK use threads, and send its messages to the log instead of the terminal."""
    # The wheel's own choice is one thread.
    vtkSMPTools.SetBackend("STDThread")
    log_vtk_messages()
