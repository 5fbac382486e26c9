"""A layer reads voxels where they lie and keeps its quality in millimetres."""

from typing import cast

import numpy as np
import pytest

from app.viewer.render_classes import vtkFixedPointVolumeRayCastMapper
from app.viewer.render_grid import RenderGrid
from app.viewer.transfer_functions import BONE, MIP
from app.viewer.volume_layer import VolumeLayer


def _grid() -> RenderGrid:
    values = np.asfortranarray(np.arange(24, dtype=np.int16).reshape(2, 3, 4))
    values.flags.writeable = False
    affine = np.diag([2.0, 3.0, 1.5, 1.0])
    affine[:3, 3] = (10, 20, 30)
    return RenderGrid(values, affine)


def test_voxels_keep_their_order_and_place() -> None:
    mapper = vtkFixedPointVolumeRayCastMapper()
    layer = VolumeLayer(mapper)
    grid = _grid()

    layer.show_grid(grid)

    image = mapper.GetInput()
    assert image.GetScalarComponentAsDouble(1, 2, 3, 0) == grid.values[1, 2, 3]
    assert layer.prop.GetBounds() == pytest.approx((10, 12, 20, 26, 30, 34.5))


def test_voxels_are_not_copied() -> None:
    mapper = vtkFixedPointVolumeRayCastMapper()
    layer = VolumeLayer(mapper)
    grid = _grid()

    layer.show_grid(grid)

    scalars = np.frombuffer(cast("bytes", mapper.GetInput().GetPointData().GetScalars()), np.int16)
    assert np.shares_memory(scalars, grid.values)


def test_the_step_is_counted_in_voxels_of_the_finest_axis() -> None:
    mapper = vtkFixedPointVolumeRayCastMapper()
    layer = VolumeLayer(mapper)
    layer.show_grid(_grid())

    layer.set_quality(ray_distance=2.0, step=0.5)

    assert mapper.GetSampleDistance() == pytest.approx(0.75)
    assert mapper.GetImageSampleDistance() == pytest.approx(2.0)


def test_projections_take_the_maximum_and_others_do_not() -> None:
    mapper = vtkFixedPointVolumeRayCastMapper()
    layer = VolumeLayer(mapper)

    layer.show_function(MIP)
    projected = mapper.GetBlendMode()
    layer.show_function(BONE)

    assert projected == mapper.MAXIMUM_INTENSITY_BLEND
    assert mapper.GetBlendMode() == mapper.COMPOSITE_BLEND
