"""Scans are made ready for 3D without moving in the patient."""

import numpy as np
import pytest

from app.viewer import render_scan
from app.viewer.graphics import Graphics
from app.viewer.render_grid import HEAT_STEPS
from app.viewer.render_scan import prepare_heatmap, prepare_scan
from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume

_SOFTWARE = Graphics("llvmpipe", 2048)


def _volume(values: np.ndarray, affine: np.ndarray, unit: Unit = Unit.HU) -> Volume:
    shape = (values.shape[0], values.shape[1], values.shape[2])
    return Volume(values.astype(np.int16), unit, Geometry(shape, affine), "test")


def _with_block() -> Volume:
    """Air with a bright block at x 20..30, y 10..20, z 30..40 mm."""
    values = np.full((24, 20, 30), -1000)
    values[10:15, 5:10, 15:20] = 900
    return _volume(values, np.diag([2.0, 2.0, 2.0, 1.0]))


def _bright_centre_mm(volume_values: np.ndarray, affine: np.ndarray) -> np.ndarray:
    index = np.argwhere(volume_values > 0).mean(axis=0)
    centre: np.ndarray = affine[:3, :3] @ index + affine[:3, 3]
    return centre


@pytest.mark.parametrize("codes", ["LPS", "RAS", "PSR", "SAL", "IRP"])
def test_what_is_bright_stays_where_it_was_in_the_patient(codes: str) -> None:
    volume = _with_block()
    expected = _bright_centre_mm(volume.values, volume.geometry.affine)

    grid = prepare_scan(reorient(volume, codes), _SOFTWARE).everything

    np.testing.assert_allclose(_bright_centre_mm(grid.values, grid.affine), expected, atol=1e-6)
    assert np.linalg.det(grid.affine[:3, :3]) > 0


def test_a_sheared_scan_becomes_square() -> None:
    straight = _with_block()
    affine = straight.geometry.affine.copy()
    affine[1, 2] = 0.6
    sheared = _volume(straight.values, affine)
    expected = _bright_centre_mm(sheared.values, affine)

    grid = prepare_scan(sheared, _SOFTWARE).everything

    axes = grid.affine[:3, :3] / grid.spacing_mm
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(_bright_centre_mm(grid.values, grid.affine), expected, atol=1.0)


def test_a_large_scan_is_averaged_in_blocks_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_scan, "_SOFTWARE_VOXELS", 2000)
    volume = _with_block()
    expected = _bright_centre_mm(volume.values, volume.geometry.affine)

    grid = prepare_scan(volume, _SOFTWARE).everything

    assert grid.values.size <= 2000
    np.testing.assert_allclose(_bright_centre_mm(grid.values, grid.affine), expected, atol=2.0)


def test_averaging_keeps_the_mean_of_a_scan_that_divides_evenly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(render_scan, "_SOFTWARE_VOXELS", 1000)
    values = np.random.default_rng(1).integers(-1000, 1000, (20, 20, 20))

    grid = prepare_scan(_volume(values, np.eye(4)), _SOFTWARE).everything

    assert grid.values.shape == (10, 10, 10)
    assert grid.values.mean() == pytest.approx(values.mean(), abs=1.0)


def test_no_axis_is_longer_than_the_graphics_take() -> None:
    volume = _with_block()

    grid = prepare_scan(volume, Graphics("A card", 12)).everything

    assert max(grid.values.shape) <= 12


def test_air_around_the_body_goes_and_air_within_stays() -> None:
    values = np.full((60, 60, 8), -1000)
    values[10:50, 10:50] = 30
    values[20:30, 20:40] = -850
    values[5:55, 56:58] = 100
    scan = prepare_scan(_volume(values, np.diag([2.0, 2.0, 5.0, 1.0])), _SOFTWARE)

    assert (scan.body.values[:8] == 40).all()
    assert (scan.body.values[:, 55:] == 40).all()
    assert (scan.body.values[21:29, 21:39] == -850).all()
    assert (scan.everything.values[0] == -1000).all()


def test_lung_cut_off_by_the_edge_of_the_scan_stays() -> None:
    values = np.full((40, 40, 4), 30)
    values[:15] = -840

    scan = prepare_scan(_volume(values, np.diag([2.0, 2.0, 5.0, 1.0])), _SOFTWARE)

    assert (scan.body.values[:10] == -840).mean() > 0.9


def test_arbitrary_units_are_stretched_to_the_range_of_projections() -> None:
    values = np.linspace(0, 5000, 1000).reshape(10, 10, 10)

    scan = prepare_scan(_volume(values, np.eye(4), Unit.ARBITRARY), _SOFTWARE)

    assert scan.unit is Unit.ARBITRARY
    assert scan.everything.values.min() == -200
    assert scan.everything.values.max() == 800


def test_a_scan_of_one_slice_is_refused_with_its_shape() -> None:
    flat = _volume(np.zeros((8, 8, 1)), np.eye(4))

    with pytest.raises(InvalidVolumeError, match="8 x 8 x 1"):
        prepare_scan(flat, _SOFTWARE)


def test_a_heatmap_keeps_its_place_and_has_a_cold_rim() -> None:
    values = np.zeros((4, 5, 6), dtype=np.float32)
    values[1, 2, 3] = 2.0
    affine = np.diag([-15.0, 15.0, 10.0, 1.0])
    affine[:3, 3] = (40, -30, 20)

    grid = prepare_heatmap(values, affine, highest=2.0)

    index = np.argwhere(grid.values == HEAT_STEPS)
    assert len(index) == 1
    place = grid.affine[:3, :3] @ index[0] + grid.affine[:3, 3]
    np.testing.assert_allclose(place, affine[:3, :3] @ [1, 2, 3] + affine[:3, 3])
    assert grid.values[[0, -1]].max() == 0


def test_what_speaks_against_is_cold() -> None:
    values = np.full((3, 3, 3), -5.0, dtype=np.float32)

    assert prepare_heatmap(values, np.eye(4), highest=1.0).values.max() == 0


def test_a_heatmap_without_a_top_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        prepare_heatmap(np.zeros((3, 3, 3), dtype=np.float32), np.eye(4), highest=0.0)
