"""A cut along index axes has exactly the voxels that lie there, in any order of axes."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import PlaneKind, Slab, SlabMode, as_vector, standard_plane
from app.viewer.slice_scene import SliceScene
from app.viewer.straight_cut import straight_cut
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume

SHAPE = (7, 6, 5)
VALUES = np.asfortranarray(
    np.random.default_rng(3).integers(-1000, 2000, SHAPE, dtype=np.int16),
)
JOINED = {
    SlabMode.MIP: lambda block: block.max(axis=0),
    SlabMode.MINIP: lambda block: block.min(axis=0),
    SlabMode.MEAN: lambda block: np.floor(block.mean(axis=0) + 0.5),
}


@st.composite
def straight_axes(draw: st.DrawFn) -> npt.NDArray[np.float64]:
    """Index steps by column, row and slab sample: any axes, any signs."""
    order = draw(st.permutations(range(3)))
    axes = np.zeros((3, 3))
    for direction, axis in enumerate(order):
        axes[axis, direction] = draw(st.sampled_from([-1.0, 1.0]))
    return axes


@given(
    axes=straight_axes(),
    depth=st.integers(0, 4),
    half=st.integers(0, 4),
    mode=st.sampled_from(list(JOINED)),
)
def test_every_pixel_joins_the_voxels_before_and_behind_it(
    axes: npt.NDArray[np.float64], depth: int, half: int, mode: SlabMode
) -> None:
    across, along, through = (int(axis) for axis in np.abs(axes).argmax(axis=0))
    origin = np.where(axes.sum(axis=1) > 0, 0.0, np.array(SHAPE) - 1.0)
    origin[through] = depth
    shape = SHAPE[along], SHAPE[across]

    cut = straight_cut(VALUES, axes, origin, shape=shape, mode=mode, count=2 * half + 1)

    stack = np.moveaxis(VALUES, (through, along, across), (0, 1, 2))
    flipped = stack[:, :: int(axes[along, 1]), :: int(axes[across, 0])]
    block = flipped[max(depth - half, 0) : depth + half + 1]
    assert cut is not None
    np.testing.assert_array_equal(cut, JOINED[mode](block))
    assert cut.flags.c_contiguous
    assert cut.base is None


@pytest.mark.parametrize(
    ("axes", "origin"),
    [
        (np.eye(3), (0.5, 0.0, 0.0)),
        (np.eye(3), (1.0, 0.0, 0.0)),
        (np.eye(3), (0.0, 0.0, 5.0)),
        (np.eye(3) * 0.5, (0.0, 0.0, 0.0)),
        (np.array([[1.0, 0, 0], [1.0, 1.0, 0], [0, 0, 1.0]]), (0.0, 0.0, 0.0)),
        (np.eye(3) * 2, (0.0, 0.0, 0.0)),
    ],
)
def test_what_is_not_all_voxels_of_the_scan_is_left_to_others(
    axes: npt.NDArray[np.float64], origin: tuple[float, float, float]
) -> None:
    cut = straight_cut(VALUES, axes, np.array(origin), shape=(6, 7), mode=SlabMode.NONE, count=1)

    assert cut is None


@pytest.mark.parametrize("kind", PlaneKind)
def test_a_slab_of_a_mirrored_scan_lies_about_its_plane(kind: PlaneKind) -> None:
    """VTK alone shifts such a slab by one voxel."""
    for signs in itertools.product((-1.0, 1.0), repeat=3):
        affine = np.diag([*signs, 1.0])
        geometry = Geometry(SHAPE, affine)
        centre = as_vector(geometry.to_patient((3, 3, 2)))
        scene = SliceScene(Volume(VALUES, Unit.HU, geometry, "a test"))

        cut = scene.cut(standard_plane(kind, centre), Slab(SlabMode.MIP, 3.0))

        axis = {PlaneKind.SAGITTAL: 0, PlaneKind.CORONAL: 1, PlaneKind.AXIAL: 2}[kind]
        place = (3, 3, 2)[axis]
        expected = VALUES.take(range(place - 1, place + 2), axis=axis).max(axis=axis)
        assert sorted(cut.values.ravel()) == sorted(expected.ravel())
