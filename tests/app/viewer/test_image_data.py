"""Arrays in VTK: without a copy, and where they belong in the patient."""

import gc

import numpy as np
import numpy.typing as npt
import pytest

from app.viewer.image_data import index_image, numpy_array, patient_image
from medct_core.volume.volume import Unit, Volume
from tests import phantoms


def test_vtk_reads_the_array_where_it_lies() -> None:
    volume = phantoms.letter_f()

    image = index_image(volume.values)

    seen = numpy_array(image.GetPointData().GetScalars())
    assert np.shares_memory(seen, volume.values)


def test_i_runs_fastest() -> None:
    values = np.asfortranarray(np.arange(24, dtype=np.int16).reshape(2, 3, 4))

    image = index_image(values)

    assert image.GetDimensions() == (2, 3, 4)
    assert image.GetScalarComponentAsDouble(1, 2, 3, 0) == values[1, 2, 3]


def test_the_array_lives_as_long_as_the_image() -> None:
    values = np.full((50, 50, 50), 7, dtype=np.int16, order="F")

    image = index_image(values)
    del values
    gc.collect()
    np.full((50, 50, 50), 9, dtype=np.int16)

    assert image.GetScalarRange() == (7.0, 7.0)


@pytest.mark.parametrize(
    "directions",
    [
        np.eye(3),
        phantoms.rotation(30.0, 20.0, 10.0),
        np.diag([1.0, -1.0, 1.0]),
        np.array([[1.0, 0.0, 0.0], [0.0, 0.8, 0.0], [0.0, 0.6, 1.0]]),
    ],
    ids=["straight", "oblique", "left-handed", "sheared"],
)
def test_every_voxel_lies_where_the_geometry_says(directions: npt.NDArray[np.float64]) -> None:
    geometry = phantoms.centred((4, 5, 6), (1.0, 2.0, 3.0), directions)
    values = np.zeros(geometry.shape, dtype=np.int16, order="F")

    image = patient_image(Volume(values, Unit.HU, geometry, "grid"))

    place = [0.0, 0.0, 0.0]
    image.TransformIndexToPhysicalPoint(3, 1, 5, place)
    np.testing.assert_allclose(place, geometry.to_patient([3, 1, 5]), atol=1e-9)
