"""Exact slices of the letter F and of a linear field, however the scan's grid lies."""

from itertools import permutations, product

import numpy as np
import numpy.typing as npt
import pytest

from app.state.view import Plane, PlaneKind, Slab, SlabMode, Vector, standard_plane
from app.viewer.pixel_grid import PixelGrid, acquired_plane
from app.viewer.sampling import OUTSIDE_HU, Sampling
from app.viewer.slice_scene import Quality, Reslicer, SliceScene
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume
from tests import phantoms

ORIGIN = (0.0, 0.0, 0.0)
THROUGH_THE_LETTER = (-7.5, 1.5, 1.5)
BY_LPS_AXIS = (20, 16, 24)
SPACING_MM = (3.0, 1.0, 3.0)


def positions(grid: PixelGrid) -> npt.NDArray[np.float64]:
    """``(rows, columns, 3)`` centres of all pixels, LPS mm."""
    rows, columns = grid.shape
    across = np.arange(columns)[None, :, None] * grid.pixel_mm[0] * np.array(grid.right)
    along = np.arange(rows)[:, None, None] * grid.pixel_mm[1] * np.array(grid.down)
    places: npt.NDArray[np.float64] = np.array(grid.origin_mm) + across + along
    return places


def all_axis_orders() -> list[npt.NDArray[np.float64]]:
    """``(3, 3)`` directions of the 48 ways in which index axes follow patient axes."""
    return [
        np.eye(3)[:, list(order)] * np.array(signs)
        for order in permutations(range(3))
        for signs in product((1.0, -1.0), repeat=3)
    ]


def letter_in(directions: npt.NDArray[np.float64]) -> Volume:
    """Letter F on a grid with another spacing and extent along every patient axis."""
    axes = [int(np.argmax(np.abs(directions[:, index]))) for index in range(3)]
    shape = (BY_LPS_AXIS[axes[0]], BY_LPS_AXIS[axes[1]], BY_LPS_AXIS[axes[2]])
    spacing = (SPACING_MM[axes[0]], SPACING_MM[axes[1]], SPACING_MM[axes[2]])
    return phantoms.letter_f(phantoms.centred(shape, spacing, directions))


def sheared(shape: tuple[int, int, int] = (20, 24, 24)) -> Geometry:
    """Grid of a gantry tilted by 20 degrees: k runs along the table, not across the slices."""
    tilt = np.deg2rad(20.0)
    affine = np.eye(4)
    affine[:3, 0] = (3.0, 0.0, 0.0)
    affine[:3, 1] = (0.0, 2.0 * np.cos(tilt), 2.0 * np.sin(tilt))
    affine[:3, 2] = (0.0, 0.0, 3.0)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return Geometry(shape, affine)


def field_volume(geometry: Geometry) -> Volume:
    """Field linear in patient mm, exact to half a HU at every voxel."""
    hu = np.round(phantoms.field_hu(phantoms.voxel_centres_mm(geometry))).astype(np.int16)
    return Volume(np.asfortranarray(hu), Unit.HU, geometry, "field")


@pytest.mark.parametrize("kind", PlaneKind)
@pytest.mark.parametrize("order", range(48))
def test_the_letter_is_exact_in_every_axis_order(kind: PlaneKind, order: int) -> None:
    scene = SliceScene(letter_in(all_axis_orders()[order]))

    cut = scene.cut(standard_plane(kind, THROUGH_THE_LETTER))

    np.testing.assert_array_equal(cut.values, phantoms.letter_f_hu(positions(cut.grid)))
    assert {300, 700, -1000} <= set(np.unique(cut.values)) or kind is PlaneKind.SAGITTAL


@pytest.mark.parametrize("kind", PlaneKind)
def test_all_axis_orders_give_the_same_picture(kind: PlaneKind) -> None:
    plane = standard_plane(kind, THROUGH_THE_LETTER)

    pictures = {
        SliceScene(letter_in(axes)).cut(plane).values.tobytes() for axes in all_axis_orders()
    }

    assert len(pictures) == 1


def test_the_coronal_letter_reads_as_a_letter_f() -> None:
    coronal = SliceScene(phantoms.letter_f()).cut(standard_plane(PlaneKind.CORONAL, ORIGIN))

    drawn = ["".join("." if hu == -1000 else "#" for hu in row) for row in coronal.values]

    assert drawn[4:20] == [
        "......########......",
        "......########......",
        *["......##............"] * 4,
        "......######........",
        "......######........",
        *["......##............"] * 8,
    ]


@pytest.mark.parametrize("kind", PlaneKind)
@pytest.mark.parametrize(
    "directions",
    [
        phantoms.rotation(30.0, 20.0, 10.0),
        phantoms.rotation(-50.0, 5.0, 70.0),
        phantoms.rotation(10.0, -15.0, 0.0) * np.array([1.0, -1.0, 1.0]),
    ],
    ids=["oblique", "very oblique", "oblique and left-handed"],
)
def test_an_oblique_scan_shows_the_right_value_at_every_place(
    kind: PlaneKind, directions: npt.NDArray[np.float64]
) -> None:
    geometry = phantoms.centred((20, 16, 12), (1.5, 2.0, 3.0), directions)
    scene = SliceScene(field_volume(geometry))

    cut = scene.cut(standard_plane(kind, (1.0, -2.0, 0.5)))

    assert_field(cut.values, cut.grid, geometry)


@pytest.mark.parametrize("kind", PlaneKind)
def test_a_sheared_scan_shows_the_right_value_at_every_place(kind: PlaneKind) -> None:
    geometry = sheared()
    scene = SliceScene(field_volume(geometry))

    cut = scene.cut(standard_plane(kind, (1.0, -2.0, 0.5)))

    assert_field(cut.values, cut.grid, geometry)


def assert_field(values: npt.NDArray[np.int16], grid: PixelGrid, geometry: Geometry) -> None:
    """Values follow the field between outer voxel centres and are marked outside the voxels."""
    points = positions(grid)
    index = geometry.to_index(points)
    last = np.array(geometry.shape) - 1
    inside = ((index >= 0) & (index <= last)).all(axis=-1)
    outside = ((index < -0.501) | (index > last + 0.501)).any(axis=-1)
    assert inside.sum() > 50
    np.testing.assert_allclose(values[inside], phantoms.field_hu(points)[inside], atol=1.01)
    assert (values[outside] == OUTSIDE_HU).all()
    assert (values[inside] != OUTSIDE_HU).all()


@pytest.mark.parametrize(
    "geometry",
    [
        sheared(),
        phantoms.centred((20, 20, 24), (3.0, 3.0, 3.0), phantoms.rotation(30.0, 20.0, 10.0)),
    ],
    ids=["tilted gantry", "oblique"],
)
def test_the_slices_as_acquired_are_shown_without_interpolation(geometry: Geometry) -> None:
    volume = phantoms.letter_f(geometry)
    plane = acquired_plane(geometry, standard_plane(PlaneKind.AXIAL, ORIGIN))

    cut = SliceScene(volume).cut(plane)

    assert cut.grid.follows_voxels
    np.testing.assert_array_equal(cut.values, phantoms.letter_f_hu(positions(cut.grid)))


def test_between_two_slices_the_nearer_one_is_shown() -> None:
    volume = phantoms.ramp((6, 5, 4), axis=2, step_hu=100)
    middle_of_third_slice_mm = 0.5

    cut = SliceScene(volume).cut(standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.9)))

    assert (cut.values == 200).all()
    assert cut.grid.origin_mm[2] == middle_of_third_slice_mm


@pytest.mark.parametrize("kind", PlaneKind)
def test_a_scan_of_one_slice_can_be_cut_along_every_plane(kind: PlaneKind) -> None:
    volume = phantoms.ramp((6, 5, 1), axis=0, step_hu=10)

    cut = SliceScene(volume).cut(standard_plane(kind, ORIGIN))

    expected = {PlaneKind.AXIAL: (5, 6), PlaneKind.CORONAL: (1, 6), PlaneKind.SAGITTAL: (1, 5)}
    assert cut.values.shape == expected[kind]
    assert OUTSIDE_HU not in cut.values


def test_an_oblique_plane_through_one_slice_marks_what_lies_outside() -> None:
    volume = phantoms.ramp((20, 20, 1), axis=0, step_hu=10)
    plane = standard_plane(PlaneKind.AXIAL, ORIGIN).turned((1.0, 0.0, 0.0), 0.5)

    cut = SliceScene(volume).cut(plane)

    assert (cut.values == OUTSIDE_HU).any()
    assert (cut.values != OUTSIDE_HU).any()


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(SlabMode.MIP, 50), (SlabMode.MINIP, 10), (SlabMode.MEAN, 30), (SlabMode.NONE, 30)],
)
def test_a_slab_combines_the_slices_it_reaches_into(mode: SlabMode, expected: int) -> None:
    volume = phantoms.ramp((4, 5, 7), axis=2, step_hu=10)

    cut = SliceScene(volume).cut(standard_plane(PlaneKind.AXIAL, ORIGIN), Slab(mode, 4.0))

    assert (cut.values == expected).all()


@pytest.mark.parametrize(
    ("thickness_mm", "highest"), [(0.0, 30), (1.0, 30), (1.5, 40), (3.0, 40), (3.5, 50)]
)
def test_a_thin_slab_takes_a_neighbour_only_once_it_reaches_into_it(
    thickness_mm: float, highest: int
) -> None:
    volume = phantoms.ramp((4, 5, 7), axis=2, step_hu=10)

    cut = SliceScene(volume).cut(
        standard_plane(PlaneKind.AXIAL, ORIGIN), Slab(SlabMode.MIP, thickness_mm)
    )

    assert (cut.values == highest).all()


@pytest.mark.parametrize("mode", [SlabMode.MIP, SlabMode.MINIP, SlabMode.MEAN])
def test_beyond_the_last_slice_a_slab_ends(mode: SlabMode) -> None:
    volume = phantoms.ramp((4, 5, 7), axis=2, step_hu=10)
    on_the_last_slice = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 3.0))

    cut = SliceScene(volume).cut(on_the_last_slice, Slab(mode, 4.0))

    expected = {SlabMode.MIP: 60, SlabMode.MINIP: 40, SlabMode.MEAN: 50}
    assert (cut.values == expected[mode]).all()


def test_an_oblique_slab_finds_the_highest_value_across_its_thickness() -> None:
    geometry = phantoms.centred((30, 30, 30))
    axis = np.array([np.sin(0.4), 0.0, np.cos(0.4)])
    volume = field_volume(geometry)
    plane = standard_plane(PlaneKind.AXIAL, ORIGIN).turned((0.0, 1.0, 0.0), 0.4)

    one = SliceScene(volume).cut(plane)
    slab = SliceScene(volume).cut(plane, Slab(SlabMode.MIP, 6.0))

    row, column = one.values.shape[0] // 2, one.values.shape[1] // 2
    # Steps along the normal are cos 0.4 mm: three fit into half of 6 mm.
    rise = 3 * np.cos(0.4) * abs(phantoms.field_hu(axis))
    assert slab.values[row, column] - one.values[row, column] == pytest.approx(rise, abs=1.5)


def test_a_preview_of_an_oblique_plane_has_a_quarter_of_the_pixels_at_the_same_places() -> None:
    geometry = phantoms.centred((20, 16, 12), (1.5, 2.0, 3.0), phantoms.rotation(30, 20, 10))
    scene = SliceScene(field_volume(geometry))

    rough = scene.cut(standard_plane(PlaneKind.AXIAL, ORIGIN), quality=Quality.PREVIEW)
    fine = scene.cut(standard_plane(PlaneKind.AXIAL, ORIGIN))

    assert rough.values.size == pytest.approx(fine.values.size / 4, rel=0.1)
    assert_field(rough.values, rough.grid, geometry)


def test_a_preview_along_the_axes_is_already_full() -> None:
    scene = SliceScene(phantoms.letter_f())
    plane = standard_plane(PlaneKind.AXIAL, ORIGIN)

    rough = scene.cut(plane, Slab(SlabMode.MIP, 30.0), Quality.PREVIEW)

    np.testing.assert_array_equal(rough.values, scene.cut(plane, Slab(SlabMode.MIP, 30.0)).values)


def uneven() -> Geometry:
    """Grid with slices 1 to 4 mm apart, 2.5 mm on average."""
    offsets = (0.0, 1.0, 3.0, 7.0, 8.0, 12.0, 15.0)
    even = phantoms.centred((12, 10, 7), (1.0, 1.0, 2.5))
    return Geometry(even.shape, even.affine, offsets)


@pytest.mark.parametrize("k", range(7))
def test_slices_of_an_uneven_stack_are_exact_where_they_lie(k: int) -> None:
    geometry = uneven()
    volume = field_volume(geometry)
    centre: Vector = tuple(geometry.to_patient([6, 5, k]))

    cut = SliceScene(volume).cut(standard_plane(PlaneKind.AXIAL, centre))

    np.testing.assert_array_equal(cut.values, volume.values[:, :, k].T)


@pytest.mark.parametrize("kind", [PlaneKind.CORONAL, PlaneKind.SAGITTAL])
def test_across_an_uneven_stack_every_slice_lies_at_its_place(kind: PlaneKind) -> None:
    geometry = uneven()
    scene = SliceScene(field_volume(geometry))

    cut = scene.cut(standard_plane(kind, tuple(geometry.to_patient([6, 5, 3]))))

    assert_field(cut.values, cut.grid, geometry)


def test_a_slab_of_an_uneven_stack_reaches_as_far_as_its_thickness() -> None:
    geometry = uneven()
    volume = field_volume(geometry)
    centre: Vector = tuple(geometry.to_patient([6, 5, 3]))

    slab = SliceScene(volume).cut(standard_plane(PlaneKind.AXIAL, centre), Slab(SlabMode.MIP, 5.0))

    rise = 2.5 * phantoms.FIELD_HU_PER_MM[2]
    np.testing.assert_allclose(slab.values, volume.values[:, :, 3].T + rise, atol=1.5)


def test_labels_are_never_blended() -> None:
    labels = np.zeros((8, 8, 8), dtype=np.int16, order="F")
    labels[4:] = 7
    geometry = phantoms.centred((8, 8, 8))
    plane = Plane(ORIGIN, (0.8, 0.6, 0.0), (-0.6, 0.8, 0.0))
    scene = SliceScene(Volume(labels, Unit.ARBITRARY, geometry, "labels"))

    cut = Reslicer(labels, geometry, Sampling.NEAREST).sample(scene.cut(plane).grid)

    assert set(np.unique(cut)) == {OUTSIDE_HU, 0, 7}


def test_a_float_array_is_not_a_number_outside() -> None:
    heat = np.ones((4, 4, 4), dtype=np.float32, order="F")
    grid = SliceScene(phantoms.letter_f()).cut(standard_plane(PlaneKind.AXIAL, ORIGIN)).grid

    cut = Reslicer(heat, phantoms.centred((4, 4, 4), (4.0, 4.0, 4.0))).sample(grid)

    assert np.isnan(cut[0, 0])
    assert cut[10, 10] == 1.0


def test_a_slice_cannot_be_written_to_and_outlives_the_next_one() -> None:
    scene = SliceScene(phantoms.letter_f())
    first = scene.cut(standard_plane(PlaneKind.CORONAL, ORIGIN)).values
    before = first.copy()

    scene.cut(standard_plane(PlaneKind.CORONAL, (0.0, 20.0, 0.0)))

    np.testing.assert_array_equal(first, before)
    assert not first.flags.writeable
