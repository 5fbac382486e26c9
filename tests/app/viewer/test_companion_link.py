"""A prior lies where the current scan lies, or as far away as a reader left it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import Overlay, PlaneKind, Slab, SlabMode, Vector, ViewState
from app.viewer.companion_link import CompanionLink, Start
from medct_core.volume.geometry import Geometry
from medct_core.volume.window import BONE, LUNG
from tests import phantoms

pytestmark = pytest.mark.gui

CURRENT = phantoms.centred((40, 40, 40), (1.0, 1.0, 1.0))
PRIOR = phantoms.centred((30, 24, 16), (1.5, 2.0, 5.0))


def moved(geometry: Geometry, by_mm: Vector) -> Geometry:
    """Return the same grid elsewhere."""
    affine = geometry.affine.copy()
    affine[:3, 3] += by_mm
    return Geometry(geometry.shape, affine)


class Pair:
    """A current view and the prior beside it."""

    def __init__(self, prior: Geometry = PRIOR) -> None:
        self.current = ViewState()
        self.link = CompanionLink(self.current)
        self.link.show_grids(CURRENT, prior)

    @property
    def depths_mm(self) -> tuple[float, float]:
        """Height of both, mm."""
        return self.current.crosshair_mm[2], self.link.prior.crosshair_mm[2]


@pytest.fixture
def pair(qapp: object) -> Pair:
    return Pair()


@given(x=st.floats(-15, 15), y=st.floats(-15, 15), z=st.floats(-15, 15))
def test_linked_scans_show_the_same_place_of_the_patient(x: float, y: float, z: float) -> None:
    pair = Pair()

    pair.current.set_crosshair((x, y, z))

    np.testing.assert_allclose(pair.link.prior.crosshair_mm, (x, y, z))


@given(offset=st.integers(-3, 3), z=st.floats(-10, 10))
def test_the_distance_left_while_unlinked_is_kept_once_linked(offset: int, z: float) -> None:
    pair = Pair()
    pair.link.unlink()
    pair.link.step_offset(offset)
    kept = pair.link.offset_mm
    pair.link.link()

    pair.current.set_crosshair((0.0, 0.0, z))

    here, there = pair.depths_mm
    assert there - here == pytest.approx(kept * pair.link.normal[2])


def test_scrolling_the_prior_scrolls_the_current_scan(pair: Pair) -> None:
    pair.link.step_offset(1)
    apart = pair.depths_mm[1] - pair.depths_mm[0]

    pair.link.prior.set_crosshair((3.0, 4.0, 10.0))

    assert pair.current.crosshair_mm == pytest.approx((3.0, 4.0, 10.0 - apart))
    assert pair.depths_mm[1] == pytest.approx(10.0)


def test_the_prior_stops_where_the_current_scan_ends(pair: Pair) -> None:
    pair.link.prior.set_crosshair((0.0, 0.0, 36.0))

    assert pair.depths_mm == pytest.approx((20.0, 20.0))


def test_unlinked_the_prior_stays_at_its_level_and_the_offset_follows(pair: Pair) -> None:
    pair.link.unlink()

    pair.current.set_crosshair((5.0, 6.0, 12.0))

    assert pair.link.prior.crosshair_mm == pytest.approx((5.0, 6.0, 0.0))
    assert pair.link.offset_mm * pair.link.normal[2] == pytest.approx(-12.0)


def test_unlinked_the_current_scan_stays_when_the_prior_is_scrolled(pair: Pair) -> None:
    pair.link.unlink()

    pair.link.prior.set_crosshair((0.0, 0.0, 15.0))

    assert pair.depths_mm == pytest.approx((0.0, 15.0))


def test_the_prior_alone_moves_by_its_own_slices(pair: Pair) -> None:
    pair.link.step_offset(1)
    first = abs(pair.link.offset_mm)
    pair.link.step_offset(1)

    assert pair.depths_mm[0] == 0.0
    assert abs(pair.link.offset_mm) - first == pytest.approx(5.0)


def test_the_prior_is_cut_in_the_plane_of_the_current_scan_however_it_is_turned(
    pair: Pair,
) -> None:
    plane = pair.current.plane(PlaneKind.AXIAL).turned((0.6, 0.8, 0.0), 0.4)

    pair.current.set_plane(PlaneKind.AXIAL, plane)

    shown = pair.link.prior.plane(PlaneKind.AXIAL)
    assert (shown.right, shown.down) == (plane.right, plane.down)


def test_planes_turned_in_the_prior_turn_in_both(pair: Pair) -> None:
    turned = {
        kind: pair.link.prior.plane(kind).turned((0.0, 0.0, 1.0), 0.3)
        for kind in (PlaneKind.CORONAL, PlaneKind.SAGITTAL)
    }

    for kind, plane in turned.items():
        pair.link.prior.set_plane(kind, plane)

    for kind, plane in turned.items():
        assert pair.current.plane(kind) == plane
        assert pair.link.prior.plane(kind) == plane


def test_scans_that_hardly_meet_are_laid_middle_on_middle(qapp: object) -> None:
    pair = Pair(moved(PRIOR, (0.0, 0.0, 900.0)))

    assert pair.link.start is Start.BY_MIDDLE
    assert pair.depths_mm == pytest.approx((0.0, 900.0))
    assert not pair.link.is_beyond

    pair.link.step_offset(2)
    pair.link.reset_offset()
    assert pair.depths_mm == pytest.approx((0.0, 900.0))


def test_scans_of_one_place_are_laid_by_position(pair: Pair) -> None:
    assert (pair.link.start, pair.link.offset_mm) == (Start.BY_POSITION, 0.0)


def test_another_scan_of_the_examination_keeps_the_offset(pair: Pair) -> None:
    pair.link.step_offset(1)
    offset = pair.link.offset_mm

    pair.link.show_current(phantoms.centred((10, 10, 10)))
    pair.link.prior.set_crosshair((0.0, 0.0, 36.0))

    assert pair.link.offset_mm == offset
    assert pair.depths_mm[0] == pytest.approx(5.0)


def test_the_end_of_the_prior_is_known(qapp: object) -> None:
    pair = Pair(moved(PRIOR, (0.0, 0.0, 40.0)))
    assert pair.link.start is Start.BY_POSITION
    told = list[bool]()
    pair.link.changed.connect(lambda: told.append(pair.link.is_beyond))

    pair.current.set_crosshair((0.0, 0.0, 0.5))
    assert not pair.link.is_beyond
    pair.current.set_crosshair((0.0, 0.0, -1.0))
    assert pair.link.is_beyond
    pair.current.set_crosshair((0.0, 0.0, 1.0))

    assert told[-2:] == [True, False]


def test_the_window_is_one_until_it_is_unlinked(pair: Pair) -> None:
    pair.current.set_window(LUNG)
    pair.current.set_inverted(True)
    assert (pair.link.prior.window, pair.link.prior.inverted) == (LUNG, True)
    pair.link.prior.set_window(BONE)
    assert pair.current.window == BONE

    pair.link.unlink_window(LUNG)
    pair.link.prior.set_window(LUNG)
    assert (pair.current.window, pair.link.prior.window) == (BONE, LUNG)

    pair.link.link_window()
    assert pair.link.prior.window == BONE


def test_slab_and_words_follow_but_masks_heatmaps_and_measurements_do_not(pair: Pair) -> None:
    slab = Slab(SlabMode.MIP, 10.0)

    pair.current.set_slab(slab)
    pair.current.set_smooth(False)
    pair.current.show_overlay(Overlay.PATIENT_TEXT)
    pair.current.show_overlay(Overlay.HEATMAP)
    pair.current.hide_overlay(Overlay.CROSSHAIR)

    assert pair.link.prior.slab == slab
    assert not pair.link.prior.smooth
    assert pair.link.prior.overlays == {Overlay.TEXT, Overlay.PATIENT_TEXT}


def test_without_a_prior_nothing_is_moved(qapp: object) -> None:
    link = CompanionLink(ViewState())

    link.step_offset(3)

    assert link.offset_mm == 0.0
    assert not link.is_beyond


def test_scans_of_two_patients_are_laid_middle_on_middle_wherever_they_lie(qapp: object) -> None:
    link = CompanionLink(ViewState())
    elsewhere = moved(PRIOR, (0.0, 0.0, 7.0))

    link.show_grids(CURRENT, elsewhere, start=Start.BY_MIDDLE)

    assert link.start is Start.BY_MIDDLE
    assert abs(link.offset_mm) == pytest.approx(7.0)
    assert not link.is_moved


def test_the_crosshair_of_another_patient_begins_at_the_middle_of_both(qapp: object) -> None:
    current = ViewState()
    current.set_crosshair((0.0, 0.0, 0.0))
    link = CompanionLink(current)

    link.show_grids(CURRENT, moved(PRIOR, (30.0, -20.0, 7.0)), start=Start.BY_MIDDLE)

    # The middle of a scan is that of a voxel.
    assert link.prior.crosshair_mm == pytest.approx((30.0, -20.0, 7.0), abs=1.0)


def test_a_point_of_the_prior_is_laid_where_the_crosshair_is_and_moves_with_it(
    pair: Pair,
) -> None:
    pair.current.set_crosshair((1.0, 2.0, 5.0))

    pair.link.lay_at((9.0, -9.0, -12.0))
    laid = pair.link.prior.crosshair_mm
    pair.current.set_crosshair((2.0, 2.0, 6.0))
    followed = pair.link.prior.crosshair_mm
    pair.link.prior.set_crosshair((9.0, -9.0, -12.0))

    assert laid == pytest.approx((9.0, -9.0, -12.0))
    assert followed == pytest.approx((10.0, -9.0, -11.0))
    assert pair.current.crosshair_mm == pytest.approx((1.0, 2.0, 5.0))
    assert pair.link.is_moved


def test_a_reset_forgets_where_a_point_was_laid(pair: Pair) -> None:
    pair.link.lay_at((9.0, -9.0, -12.0))

    pair.link.reset_offset()

    assert pair.link.prior.crosshair_mm == pytest.approx(pair.current.crosshair_mm)
