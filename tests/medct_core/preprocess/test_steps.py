"""What happens along one axis, compared with torch and with plain sums."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from medct_core.preprocess.recipe import CT_CLIP, MEDCT_VLM_PAPER
from medct_core.preprocess.steps import (
    area_axis,
    blend_slices,
    linear_axis,
    plan_axes,
    resample_slice,
    resampled_count,
    squeezed_axis,
    to_model_scale,
    to_volume_index,
)


def signal(count: int) -> np.ndarray:
    return np.random.default_rng(count).uniform(-1000, 1000, count).astype(np.float32)


@given(count=st.integers(1, 60), resampled=st.integers(1, 60), size=st.integers(1, 60))
def test_a_linear_axis_equals_torch_then_crop_or_pad(count: int, resampled: int, size: int) -> None:
    values = signal(count)
    plain = functional.interpolate(
        torch.from_numpy(values).double()[None, None], size=resampled, mode="linear"
    )[0, 0].numpy()
    crop, pad = max(resampled - size, 0) // 2, max(size - resampled, 0) // 2

    plan = linear_axis(count, resampled, size)

    covered = np.arange(size)[plan.covered]
    np.testing.assert_allclose(plan.weights @ values, plain[crop : crop + size], atol=1e-3)
    np.testing.assert_array_equal(covered, pad + np.arange(min(resampled, size)))


@given(count=st.integers(1, 60), ratio=st.floats(0.05, 4.0), size=st.integers(1, 40))
def test_an_area_mean_of_a_constant_is_the_constant(count: int, ratio: float, size: int) -> None:
    plan = area_axis(count, ratio, size)

    rows = plan.weights @ np.full(count, -700.0, dtype=np.float32)

    np.testing.assert_allclose(rows, -700.0, rtol=1e-5)


@given(factor=st.integers(1, 7), size=st.integers(1, 12))
def test_an_area_mean_by_a_whole_factor_is_the_mean_of_blocks(factor: int, size: int) -> None:
    values = signal(factor * size)

    plan = area_axis(len(values), 1 / factor, size)

    blocks = values.reshape(size, factor).mean(axis=1)
    np.testing.assert_allclose(plan.weights @ values, blocks, atol=1e-3)


def test_an_area_mean_weighs_voxels_by_the_part_it_covers() -> None:
    values = np.array([1.0, 10.0, 100.0], dtype=np.float32)

    plan = area_axis(3, ratio=1 / 1.5, size=2)

    np.testing.assert_allclose(plan.weights @ values, [(1 + 5) / 1.5, (5 + 100) / 1.5], rtol=1e-6)


@given(count=st.integers(1, 80), ratio=st.floats(0.05, 4.0), size=st.integers(1, 40))
def test_an_area_grid_lies_about_the_middle_of_the_scan(
    count: int, ratio: float, size: int
) -> None:
    plan = area_axis(count, ratio, size)

    middle = plan.start + plan.step * (size - 1) / 2
    assert middle == pytest.approx((count - 1) / 2, abs=1e-6)


@given(count=st.integers(1, 80), mirrored_size=st.integers(1, 40), ratio=st.floats(0.05, 4.0))
def test_an_area_mean_does_not_care_for_the_direction(
    count: int, mirrored_size: int, ratio: float
) -> None:
    plan = area_axis(count, ratio, mirrored_size)

    weights = plan.weights.toarray()
    np.testing.assert_allclose(weights, weights[::-1, ::-1], atol=1e-5)


@pytest.mark.parametrize(("count", "rows"), [(3, 3), (5, 5), (9, 5), (400, 5)])
def test_squeezing_keeps_few_slices_and_merges_many(count: int, rows: int) -> None:
    plan = squeezed_axis(count, size=5)

    assert plan.covered == slice(0, rows)
    if count <= 5:
        np.testing.assert_array_equal(plan.weights @ signal(count), signal(count))


@pytest.mark.parametrize(
    ("count", "spacing_mm", "expected"),
    [(150, 0.7, 140), (150, float(np.float32(0.7)), 140), (512, 0.703125, 480), (1, 0.1, 1)],
)
def test_a_size_survives_the_rounding_of_file_formats(
    count: int, spacing_mm: float, expected: int
) -> None:
    assert resampled_count(count, spacing_mm / 0.75) == expected


def test_values_are_clipped_before_they_are_scaled() -> None:
    hu = np.array([-3024, -1000, -500, 0, 1000, 3071], dtype=np.int16)

    ct_clip, paper = to_model_scale(hu, CT_CLIP), to_model_scale(hu, MEDCT_VLM_PAPER)

    np.testing.assert_allclose(ct_clip, [-1, -1, -0.5, 0, 1, 1])
    np.testing.assert_allclose(paper, [0, 0, 0.25, 0.5, 1, 1])


def test_slices_are_mixed_and_turned() -> None:
    slices = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    half = linear_axis(2, 1, 1)

    mixed = blend_slices(slices, half.weights)
    turned = resample_slice(mixed[0], linear_axis(4, 4, 4), linear_axis(3, 3, 3))

    np.testing.assert_allclose(mixed[0], slices.mean(axis=0))
    np.testing.assert_allclose(turned, slices.mean(axis=0).T)


def test_the_index_matrix_follows_the_order_of_the_axes() -> None:
    recipe = replace(CT_CLIP, shape=(4, 8, 16), spacing_mm=(2.0, 1.0, 1.0))

    plans = plan_axes((8, 16, 4), (1.0, 1.0, 2.0), recipe)

    index = to_volume_index(plans) @ [1.0, 2.0, 3.0, 1.0]
    np.testing.assert_allclose(index, [2.0, 3.0, 1.0, 1.0])
