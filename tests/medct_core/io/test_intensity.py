"""Hounsfield units are recognised by air and soft tissue; wrong ones are named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.io.intensity import clip_padding, judge, looks_like_hu, rescaling, settle
from medct_core.io.voxels import Layout, ValueRange, Voxels, convert
from medct_core.volume.volume import Unit
from tests.medct_core.io import making

CHEST = making.chest_like().astype(np.float64)


def voxels_of(values: np.ndarray) -> Voxels:
    seen = ValueRange()
    stored = np.asarray(values, dtype=np.float64)
    return Voxels(convert(stored, Layout((1, 1, 1), stored.dtype), seen), seen)


def codes(values: np.ndarray, declared: Unit = Unit.ARBITRARY) -> list[str]:
    return [notice.code for notice in judge(voxels_of(values), declared).notices]


def settled(values: np.ndarray) -> tuple[np.ndarray, Unit, list[str]]:
    def reread(slope: float, intercept: float) -> Voxels:
        return voxels_of(np.asarray(values) * slope + intercept)

    result = settle(voxels_of(values), reread)
    return result.values, result.meaning.unit, [n.code for n in result.meaning.notices]


def with_padding(value: float) -> np.ndarray:
    padded = CHEST.copy()
    padded[:3] = value
    return padded


def test_a_chest_is_in_hounsfield_units() -> None:
    assert judge(voxels_of(CHEST)).unit is Unit.HU


@pytest.mark.parametrize("padding", [-3024, -2000, -1500, -2048, -32768, -1e6])
def test_padding_becomes_minus_1024_and_does_not_disturb(padding: float) -> None:
    values, unit, _ = settled(with_padding(padding))

    assert unit is Unit.HU
    assert values.min() == -1024
    assert (values[:3] == -1024).all()
    np.testing.assert_array_equal(values[3:], CHEST[3:])


@pytest.mark.parametrize("offset", [1024, 1000, 8192])
def test_raw_values_are_named_with_their_offset(offset: int) -> None:
    result = judge(voxels_of(CHEST + offset))

    assert result.unit is Unit.ARBITRARY
    assert [notice.code for notice in result.notices] == ["raw-values"]
    assert "slope and intercept are missing" in result.notices[0].text


def test_raw_values_with_low_padding_are_not_taken_for_hounsfield_units() -> None:
    raw = CHEST + 1024
    raw[:3] = -2000

    assert judge(voxels_of(raw)).unit is Unit.ARBITRARY


def test_an_intercept_applied_twice_is_named() -> None:
    assert codes(CHEST - 1024) == ["shifted-twice"]


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).integers(0, 255, (10, 10, 10)),
        np.random.default_rng(0).normal(300, 80, (10, 10, 10)),
        np.zeros((10, 10, 10)),
        np.random.default_rng(0).integers(0, 3, (10, 10, 10)),
        np.full((10, 10, 10), -1000),
    ],
    ids=["picture", "magnetic resonance", "nothing", "labels", "air"],
)
def test_what_is_no_ct_is_not_in_hounsfield_units(values: np.ndarray) -> None:
    result = judge(voxels_of(values))

    assert result.unit is Unit.ARBITRARY
    assert [notice.code for notice in result.notices] == ["not-hu"]


def test_a_header_that_says_hu_is_believed_for_water_without_air() -> None:
    water = np.random.default_rng(0).normal(0, 10, (10, 10, 10))

    assert judge(voxels_of(water), Unit.HU).unit is Unit.HU


def test_a_header_that_says_hu_is_not_believed_for_raw_values() -> None:
    assert judge(voxels_of(CHEST + 1024), Unit.HU).unit is Unit.ARBITRARY


def test_voxels_without_a_number_become_padding_with_a_notice() -> None:
    holed = CHEST.copy()
    holed[0, 0, :5] = np.nan

    values, unit, notices = settled(holed)

    assert unit is Unit.HU
    assert (values[0, 0, :5] == -1024).all()
    assert notices == ["missing-values"]


def test_values_beyond_int16_are_rescaled_and_keep_their_order() -> None:
    scanned = np.linspace(0, 70_000, 1000).reshape(10, 10, 10)

    values, unit, notices = settled(scanned)

    assert unit is Unit.ARBITRARY
    assert (np.diff(values.ravel()) > 0).all()
    assert (values.min(), values.max()) == (0, 30_000)
    assert notices[-1] == "values-rescaled"


def test_fractions_of_a_small_range_survive() -> None:
    values, _, notices = settled(np.linspace(0, 1, 1000).reshape(10, 10, 10))

    assert len(np.unique(values)) == 1000
    assert notices[-1] == "values-rescaled"


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_rescaling_maps_the_range_seen_to_zero_and_thirty_thousand(low: float, span: float) -> None:
    slope, intercept = rescaling(ValueRange(low, low + span))

    # The range itself is rounded where it is small beside its place.
    tolerance = 1 + 1e-9 * abs(low) / span * 30_000
    assert abs(low * slope + intercept) <= tolerance
    assert abs((low + span) * slope + intercept - 30_000) <= tolerance


def test_an_empty_sample_does_not_look_like_anything() -> None:
    assert not looks_like_hu(np.full(100, -1024, dtype=np.int32))


def test_padding_is_clipped_in_place() -> None:
    values = np.array([-3024, -1025, -1024, 5], dtype=np.int16)

    clip_padding(values)

    np.testing.assert_array_equal(values, [-1024, -1024, -1024, 5])
