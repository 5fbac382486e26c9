"""Histograms count what is there."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from medct_core.measurement import histogram
from medct_core.measurement.histogram import Histogram, roi_histogram, volume_histogram
from medct_core.measurement.roi import roi_statistics
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.drawn_samples import ellipse

VOXELS = hnp.arrays(np.int16, hnp.array_shapes(min_dims=3, max_dims=3, max_side=5))


def scan_of(values: npt.NDArray[np.int16]) -> Volume:
    shape = (values.shape[0], values.shape[1], values.shape[2])
    return Volume(values, Unit.HU, phantoms.centred(shape), "x")


@given(VOXELS)
def test_every_value_is_counted_once(values: npt.NDArray[np.int16]) -> None:
    counted = volume_histogram(scan_of(values))

    levels, counts = np.unique(values, return_counts=True)
    found = np.flatnonzero(counted.counts)
    np.testing.assert_array_equal(counted.edges[found], levels)
    np.testing.assert_array_equal(counted.counts[found], counts)
    assert (counted.sampled_share, counted.shares.sum()) == (1.0, pytest.approx(1.0))


@given(VOXELS, st.floats(0, 100))
def test_a_percentile_is_that_of_the_sorted_values(
    values: npt.NDArray[np.int16], percent: float
) -> None:
    ordered = np.sort(values, axis=None)
    rank = max(1, int(np.ceil(len(ordered) * percent / 100)))

    assert volume_histogram(scan_of(values)).percentile(percent) == ordered[rank - 1]


@given(VOXELS, st.integers(1, 500))
def test_joined_bins_hold_as_much_and_begin_at_multiples(
    values: npt.NDArray[np.int16], width: int
) -> None:
    fine = volume_histogram(scan_of(values))

    coarse = fine.binned(width)

    assert coarse.counts.sum() == values.size
    assert coarse.first % width == 0
    assert coarse.edges[0] <= values.min() < coarse.edges[1]
    assert coarse.edges[-2] <= values.max() < coarse.edges[-1]


def test_bins_are_only_joined_never_split() -> None:
    coarse = Histogram(0, 10, np.array([3, 4]), Unit.HU)

    with pytest.raises(ValueError, match="cannot be joined"):
        coarse.binned(15)


def test_a_large_scan_is_sampled_evenly_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histogram, "_MOST_VOXELS", 1000)
    scan = phantoms.ramp((20, 40, 50), axis=2, step_hu=1)

    counted = volume_histogram(scan)

    assert counted.counts.sum() <= 1200
    assert counted.counts.sum() == pytest.approx(counted.sampled_share * 40_000)
    assert counted.percentile(50) == pytest.approx(24, abs=6)


@given(st.integers(1, 40_000), st.integers(1, 600), st.integers(1, 600))
def test_rows_are_skipped_until_about_enough_are_left(most: int, rows: int, slices: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(histogram, "_MOST_VOXELS", most)
        j_step, k_step = histogram._strides((10, rows, slices))

    kept = -(-rows // j_step) * -(-slices // k_step)
    assert kept <= max(1, most // 10) + rows + slices
    assert j_step <= rows
    assert k_step <= slices


def test_a_region_is_counted_by_how_much_of_it_each_voxel_covers() -> None:
    scan = phantoms.oblique_grid()
    region = ellipse(11.0, 7.0)

    counted = roi_histogram(scan, region)

    mean = (counted.edges[:-1] * counted.shares).sum()
    statistics = roi_statistics(scan, region)
    assert mean == pytest.approx(statistics.mean)
    assert (counted.first, counted.edges[-1] - 1) == (statistics.minimum, statistics.maximum)


def test_counts_are_read_only() -> None:
    counted = volume_histogram(phantoms.air())

    with pytest.raises(ValueError, match="read-only"):
        counted.counts[0] = 5
