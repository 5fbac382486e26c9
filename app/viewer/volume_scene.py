"""Volume scene: a scan drawn in 3D into a picture. VTK off screen, no Qt, no window on the desk.

All calls come from one thread, the one that made the scene: OpenGL belongs to a thread.
"""

from typing import cast

import numpy as np
import numpy.typing as npt

from app.viewer import render_classes as vtk
from app.viewer.cuts import Cut, CutPlane
from app.viewer.graphics import Graphics
from app.viewer.render_grid import HEAT_STEPS, RenderGrid, RenderScan
from app.viewer.render_quality import Quality
from app.viewer.scene_marks import CrosshairMark, OrientationCube
from app.viewer.transfer_functions import (
    Region,
    TransferFunction,
    heatmap_function,
)
from app.viewer.viewpoint import VIEW_ANGLE_DEGREES, Point, Viewpoint
from app.viewer.volume_layer import Mapper, VolumeLayer
from medct_core.errors import ResourceError

_SMALLEST_PICTURE = 16
_NEAREST_MM = 1.0


class VolumeScene:
    """Draws a scan, a heatmap, the crosshair and the cube of letters.

    Owns an off-screen render window; `close` gives it back and must be called.

    Parameters
    ----------
    graphics
        Chooses who casts the rays: the graphics card, or the processor where that only
        pretends to be one.
    """

    def __init__(self, graphics: Graphics) -> None:
        vtk.start_vtk()
        self._graphics = graphics
        self._trouble: list[str] = []
        self._window = vtk.vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetShowWindow(False)
        self._window.SetMultiSamples(0)
        self._renderers = _stacked(self._window)
        self._crosshair = CrosshairMark(self._renderers[1])
        self._cube = OrientationCube(self._renderers[2])
        self._scan_layer, self._heat_layer = self._layer(), self._layer()
        self._heat_layer.unlight()
        self._scan: RenderScan | None = None
        self._function: TransferFunction | None = None
        self._viewpoint: Viewpoint | None = None
        self._watch = vtk.vtkCommand.ErrorEvent
        self._window.AddObserver(self._watch, self._note_trouble)

    def show_scan(self, scan: RenderScan) -> None:
        """Draw this scan; the heatmap of another one goes."""
        self._scan = scan
        self.hide_heatmap()
        self._crosshair.hide()
        self._renderers[0].RemoveVolume(self._scan_layer.prop)
        self._renderers[0].AddVolume(self._scan_layer.prop)
        self._show_region()

    def show_function(self, function: TransferFunction) -> None:
        """Look at the scan through this table."""
        self._function = function
        self._scan_layer.show_function(function)
        self._show_region()

    def light(self) -> None:
        """Shade surfaces. The first picture after it takes long: slopes are computed once."""
        self._scan_layer.light()

    def unlight(self) -> None:
        """Leave shading out, for a first picture at once."""
        self._scan_layer.unlight()

    def show_viewpoint(self, viewpoint: Viewpoint) -> None:
        """See the scan from here."""
        self._viewpoint = viewpoint
        camera = self._renderers[0].GetActiveCamera()
        camera.SetFocalPoint(*viewpoint.centre_mm)
        camera.SetPosition(*viewpoint.eye_mm)
        camera.SetViewUp(*viewpoint.up)
        camera.SetViewAngle(VIEW_ANGLE_DEGREES)
        self._cube.show(viewpoint)

    def show_crosshair(self, point_mm: Point) -> None:
        """Mark a point, LPS mm."""
        self._crosshair.show(point_mm, self._shown_scan().everything.bounds_mm)

    def hide_crosshair(self) -> None:
        """Mark none."""
        self._crosshair.hide()

    def show_heatmap(self, heat: RenderGrid, opacity: float) -> None:
        """Draw what `prepare_heatmap` made over the scan, as strong as `opacity` in [0, 1]."""
        self._heat_layer.show_grid(heat)
        self._heat_layer.show_function(heatmap_function(steps=HEAT_STEPS, opacity=opacity))
        # Volumes are drawn in the order they were added: the heatmap over the scan.
        if not self._renderers[0].HasViewProp(self._heat_layer.prop):
            self._renderers[0].AddVolume(self._heat_layer.prop)

    def hide_heatmap(self) -> None:
        """Draw no heatmap."""
        self._renderers[0].RemoveVolume(self._heat_layer.prop)

    def cut(self, cut: Cut) -> None:
        """Cut parts of scan and heatmap away; `NO_CUT` brings all back."""
        planes = [_plane(one) for one in cut.planes()]
        self._scan_layer.cut(planes)
        self._heat_layer.cut(planes)

    def render(self, *, width: int, height: int, quality: Quality) -> npt.NDArray[np.uint8]:
        """Draw a picture.

        Parameters
        ----------
        width, height
            Pixels, raised to 16 where they are fewer.
        quality
            Coarse while things move, fine when they rest.

        Returns
        -------
        ``(height, width, 3)`` uint8 RGB, upper row first.

        Raises
        ------
        ResourceError
            If the graphics driver failed.
        """
        self._shown_scan()
        size = max(width, _SMALLEST_PICTURE), max(height, _SMALLEST_PICTURE)
        self._fit(*size)
        for layer in (self._scan_layer, self._heat_layer):
            layer.set_quality(ray_distance=quality.ray_distance, step=quality.step)
        self._trouble.clear()
        self._window.Render()
        if self._trouble:
            raise ResourceError(
                f"3D could not be drawn by {self._graphics.renderer}.",
                remedy="Update the graphics driver, or work without 3D.",
            )
        return self._picture(*size)

    def close(self) -> None:
        """Give everything back while the window is there to take it; a second call does nothing."""
        if not self._renderers:
            return
        self._window.RemoveObservers(self._watch)
        for layer in (self._scan_layer, self._heat_layer):
            self._renderers[0].RemoveVolume(layer.prop)
            layer.release(self._window)
        for renderer in self._renderers:
            renderer.RemoveAllViewProps()
            self._window.RemoveRenderer(renderer)
        self._window.Finalize()
        self._renderers = ()
        self._scan = None

    def _layer(self) -> VolumeLayer:
        mapper: Mapper
        if self._graphics.is_software:
            mapper = vtk.vtkFixedPointVolumeRayCastMapper()
        else:
            mapper = vtk.vtkGPUVolumeRayCastMapper()
        return VolumeLayer(mapper)

    def _show_region(self) -> None:
        if self._scan is None or self._function is None:
            return
        inside = self._function.region is Region.BODY
        self._scan_layer.show_grid(self._scan.body if inside else self._scan.everything)

    def _shown_scan(self) -> RenderScan:
        if self._scan is None:
            raise ValueError("no scan is shown")
        return self._scan

    def _fit(self, width: int, height: int) -> None:
        if tuple(self._window.GetSize()) != (width, height):
            self._window.SetSize(width, height)
        camera = self._renderers[0].GetActiveCamera()
        camera.SetUseHorizontalViewAngle(int(width < height))
        near, far = self._depth()
        camera.SetClippingRange(near, far)
        self._crosshair.set_line_width(max(1.0, min(width, height) / 400))

    def _depth(self) -> tuple[float, float]:
        """Nearest and farthest distance from the eye that holds any of the scan."""
        bounds = self._shown_scan().everything.bounds_mm
        eye = np.array(self._renderers[0].GetActiveCamera().GetPosition())
        radius = float(np.linalg.norm(bounds[1] - bounds[0])) / 2
        middle = float(np.linalg.norm(bounds.mean(axis=0) - eye))
        near = max(_NEAREST_MM, middle - radius)
        return near, max(near + _NEAREST_MM, middle + radius)

    def _picture(self, width: int, height: int) -> npt.NDArray[np.uint8]:
        pixels = vtk.vtkUnsignedCharArray()
        self._window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        rows = np.frombuffer(cast("bytes", pixels), dtype=np.uint8).reshape(height, width, 3)
        # VTK counts rows from below. The copy outlives the array it came from.
        return np.ascontiguousarray(rows[::-1])

    def _note_trouble(self, _source: vtk.vtkObject, event: str) -> None:
        self._trouble.append(event)


def _stacked(window: vtk.vtkRenderWindow) -> tuple[vtk.vtkRenderer, ...]:
    """Three renderers, each over the one before: volumes, crosshair, cube."""
    window.SetNumberOfLayers(3)
    renderers = tuple(vtk.vtkRenderer() for _ in range(3))
    for layer, renderer in enumerate(renderers):
        renderer.SetLayer(layer)
        window.AddRenderer(renderer)
    renderers[1].SetActiveCamera(renderers[0].GetActiveCamera())
    return renderers


def _plane(cut: CutPlane) -> vtk.vtkPlane:
    plane = vtk.vtkPlane()
    plane.SetOrigin(*cut.point_mm)
    plane.SetNormal(*cut.normal)
    return plane
