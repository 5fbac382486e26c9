"""Marks in the 3D picture: the crosshair through the patient and the cube with its letters."""

import numpy as np
import numpy.typing as npt

from app.viewer import render_classes as vtk
from app.viewer.viewpoint import Point, Viewpoint

# What a line through the crosshair has in common with a plane is its normal's colour: along the
# left-right line sagittal planes are stacked (yellow), along the others coronal and axial ones.
_LINE_COLOURS = ((0.95, 0.85, 0.20), (0.25, 0.80, 0.35), (0.92, 0.25, 0.22))
_BALL_COLOUR = (1.0, 1.0, 1.0)
_BALL_SHARE = 0.008
_CUBE_CORNER = (0.80, 0.0, 1.0, 0.20)
_CUBE_DISTANCE = 4.6
_CUBE_COLOUR = (0.22, 0.25, 0.29)
_LETTER_COLOUR = (0.93, 0.94, 0.95)
_LETTERS = {"XPlus": "L", "XMinus": "R", "YPlus": "P", "YMinus": "A", "ZPlus": "S", "ZMinus": "I"}

_Source = vtk.vtkLineSource | vtk.vtkSphereSource


class CrosshairMark:
    """Three lines along the patient's axes and a ball where they meet; never hidden by tissue."""

    def __init__(self, renderer: vtk.vtkRenderer) -> None:
        self._lines = tuple(vtk.vtkLineSource() for _ in range(3))
        self._ball = vtk.vtkSphereSource()
        self._ball.SetThetaResolution(24)
        self._ball.SetPhiResolution(24)
        sources: list[_Source] = [*self._lines, self._ball]
        colours = (*_LINE_COLOURS, _BALL_COLOUR)
        self._actors = [_actor(*pair) for pair in zip(sources, colours, strict=True)]
        for actor in self._actors:
            actor.SetVisibility(0)
            actor.GetProperty().LightingOff()
            renderer.AddActor(actor)

    def show(self, point_mm: Point, bounds_mm: npt.NDArray[np.float64]) -> None:
        """Put it at a point, LPS mm; its lines end at the scan's ``(2, 3)`` bounds."""
        for axis, line in enumerate(self._lines):
            first, last = list(point_mm), list(point_mm)
            first[axis], last[axis] = float(bounds_mm[0, axis]), float(bounds_mm[1, axis])
            line.SetPoint1(first[0], first[1], first[2])
            line.SetPoint2(last[0], last[1], last[2])
        self._ball.SetCenter(*point_mm)
        self._ball.SetRadius(_BALL_SHARE * float(np.linalg.norm(bounds_mm[1] - bounds_mm[0])))
        for actor in self._actors:
            actor.SetVisibility(1)

    def hide(self) -> None:
        """Draw none."""
        for actor in self._actors:
            actor.SetVisibility(0)

    def set_line_width(self, pixels: float) -> None:
        """Thickness of the lines in pixels of the picture."""
        for actor in self._actors:
            actor.GetProperty().SetLineWidth(pixels)


class OrientationCube:
    """A cube in the corner that turns with the patient, a letter on each face."""

    def __init__(self, renderer: vtk.vtkRenderer) -> None:
        self._renderer = renderer
        renderer.SetViewport(*_CUBE_CORNER)
        renderer.AddActor(_cube())

    def show(self, viewpoint: Viewpoint) -> None:
        """Turn it as the patient is seen."""
        camera = self._renderer.GetActiveCamera()
        camera.SetFocalPoint(0.0, 0.0, 0.0)
        camera.SetPosition(*(float(part) * _CUBE_DISTANCE for part in viewpoint.back))
        camera.SetViewUp(*viewpoint.up)
        camera.SetClippingRange(0.1, 2 * _CUBE_DISTANCE)


def _cube() -> vtk.vtkAnnotatedCubeActor:
    cube = vtk.vtkAnnotatedCubeActor()
    for face, letter in _LETTERS.items():
        getattr(cube, f"Set{face}FaceText")(letter)
        letters = getattr(cube, f"Get{face}FaceProperty")()
        letters.SetColor(*_LETTER_COLOUR)
        letters.LightingOff()
    cube.SetFaceTextScale(0.62)
    cube.SetXFaceTextRotation(0.0)
    cube.SetYFaceTextRotation(0.0)
    cube.SetZFaceTextRotation(-90.0)
    cube.GetCubeProperty().SetColor(*_CUBE_COLOUR)
    cube.GetTextEdgesProperty().SetColor(*_LETTER_COLOUR)
    return cube


def _actor(source: _Source, colour: tuple[float, float, float]) -> vtk.vtkActor:
    mapper = vtk.vtkPolyDataMapper()
    mapper.SetInputConnection(source.GetOutputPort())
    actor = vtk.vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(*colour)
    return actor
