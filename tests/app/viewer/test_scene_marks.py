"""Marks stand where they are put."""

import numpy as np

from app.viewer.render_classes import vtkRenderer
from app.viewer.scene_marks import CrosshairMark, OrientationCube
from app.viewer.viewpoint import Side, standard_viewpoint

_BOUNDS = np.array([[-100.0, -80.0, -60.0], [100.0, 80.0, 60.0]])


def test_the_crosshair_is_hidden_until_it_has_a_place() -> None:
    renderer = vtkRenderer()
    mark = CrosshairMark(renderer)
    hidden = renderer.VisibleActorCount()

    mark.show((10.0, 20.0, 30.0), _BOUNDS)
    shown = renderer.VisibleActorCount()
    mark.hide()

    assert (hidden, shown, renderer.VisibleActorCount()) == (0, 4, 0)


def test_its_lines_reach_the_ends_of_the_scan() -> None:
    renderer = vtkRenderer()
    mark = CrosshairMark(renderer)

    mark.show((10.0, 20.0, 30.0), _BOUNDS)

    assert renderer.ComputeVisiblePropBounds() == (-100, 100, -80, 80, -60, 60)


def test_the_cube_is_seen_from_where_the_patient_is_seen() -> None:
    renderer = vtkRenderer()
    cube = OrientationCube(renderer)

    cube.show(standard_viewpoint(Side.RIGHT, _BOUNDS))

    camera = renderer.GetActiveCamera()
    assert camera.GetPosition()[0] < 0
    assert camera.GetViewUp() == (0.0, 0.0, 1.0)
