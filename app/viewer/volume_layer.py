"""Volume layer: one grid drawn by rays, with its table, its cuts and its quality."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.viewer import render_classes as vtk
from app.viewer.render_grid import RenderGrid
from app.viewer.transfer_functions import Blend, TransferFunction

_OPACITY_UNIT_MM = 1.0

Mapper = vtk.vtkFixedPointVolumeRayCastMapper | vtk.vtkGPUVolumeRayCastMapper


@dataclass(frozen=True, slots=True)
class Shine:
    """How a surface takes light.

    Attributes
    ----------
    ambient, diffuse, specular
        In [0, 1].
    power
        How small the highlights are.
    """

    ambient: float
    diffuse: float
    specular: float
    power: float


_SHINE = Shine(ambient=0.25, diffuse=0.85, specular=0.15, power=12.0)


class VolumeLayer:
    """Draws one grid in a renderer.

    Parameters
    ----------
    mapper
        Casts the rays: on the graphics card or on the processor.
    """

    def __init__(self, mapper: Mapper) -> None:
        self._mapper = mapper
        mapper.SetAutoAdjustSampleDistances(0)
        if isinstance(mapper, vtk.vtkGPUVolumeRayCastMapper):
            mapper.SetLockSampleDistanceToInputSpacing(0)
            mapper.UseJitteringOn()
        self._property = vtk.vtkVolumeProperty()
        self._property.SetInterpolationTypeToLinear()
        self._property.SetScalarOpacityUnitDistance(_OPACITY_UNIT_MM)
        self._property.SetAmbient(_SHINE.ambient)
        self._property.SetDiffuse(_SHINE.diffuse)
        self._property.SetSpecular(_SHINE.specular)
        self._property.SetSpecularPower(_SHINE.power)
        self.prop = vtk.vtkVolume()
        self.prop.SetMapper(mapper)
        self.prop.SetProperty(self._property)
        self._grid: RenderGrid | None = None
        self._step_mm = 1.0

    def show_grid(self, grid: RenderGrid) -> None:
        """Draw these voxels. VTK reads them where they lie, so the grid is kept."""
        if grid is self._grid:
            return
        image, placed = _image_of(grid), _placed(grid)
        self._mapper.SetInputData(image)
        self.prop.SetUserMatrix(placed)
        self._grid = grid
        self._step_mm = float(grid.spacing_mm.min())

    def show_function(self, function: TransferFunction) -> None:
        """Colour the voxels by a table."""
        opacity = vtk.vtkPiecewiseFunction()
        for node in function.opacity:
            opacity.AddPoint(node.hu, node.opacity)
        colour = vtk.vtkColorTransferFunction()
        for point in function.colour:
            colour.AddRGBPoint(point.hu, point.red, point.green, point.blue)
        self._property.SetScalarOpacity(opacity)
        self._property.SetColor(colour)
        if function.blend is Blend.MAXIMUM:
            self._mapper.SetBlendModeToMaximumIntensity()
        else:
            self._mapper.SetBlendModeToComposite()

    def light(self) -> None:
        """Shade surfaces by their slope."""
        self._property.ShadeOn()

    def unlight(self) -> None:
        """Draw colours as they are."""
        self._property.ShadeOff()

    def cut(self, planes: Sequence[vtk.vtkPlane]) -> None:
        """Draw only what lies on the side of every plane that its normal points to."""
        self._mapper.RemoveAllClippingPlanes()
        for plane in planes:
            self._mapper.AddClippingPlane(plane)

    def set_quality(self, *, ray_distance: float, step: float) -> None:
        """Choose between speed and smoothness.

        Parameters
        ----------
        ray_distance
            Between neighbouring rays, pixels.
        step
            Along a ray, in voxels of the finest axis.
        """
        self._mapper.SetImageSampleDistance(ray_distance)
        self._mapper.SetSampleDistance(step * self._step_mm)

    def release(self, window: vtk.vtkRenderWindow) -> None:
        """Give back what the graphics hold, and let go of the voxels."""
        self._mapper.ReleaseGraphicsResources(window)
        self._mapper.RemoveAllInputs()
        self._grid = None


def _image_of(grid: RenderGrid) -> vtk.vtkImageData:
    """Wrap the voxels without a copy, in index space with the grid's spacing."""
    scalars = vtk.vtkShortArray()
    flat = grid.values.ravel(order="K")
    scalars.SetVoidArray(flat, flat.size, 1)
    image = vtk.vtkImageData()
    image.SetDimensions(*grid.values.shape)
    image.SetSpacing(*(float(step) for step in grid.spacing_mm))
    image.GetPointData().SetScalars(scalars)
    return image


def _placed(grid: RenderGrid) -> vtk.vtkMatrix4x4:
    """Turn index space into LPS mm; the ray caster on the processor ignores an image's own axes."""
    placed = np.eye(4)
    placed[:3, :3] = grid.affine[:3, :3] / grid.spacing_mm
    placed[:3, 3] = grid.affine[:3, 3]
    matrix = vtk.vtkMatrix4x4()
    for row in range(4):
        for column in range(4):
            matrix.SetElement(row, column, float(placed[row, column]))
    return matrix
