"""Presets of 3D: one table, in HU, that opacity and threshold can be turned on."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.viewer.transfer_functions import (
    BONE,
    HIGHEST_HU,
    LOWEST_HU,
    PRESETS,
    Blend,
    OpacityPoint,
    Region,
    TransferFunction,
    heatmap_function,
)


def _opacity_at(function: TransferFunction, hu: float) -> float:
    points = function.opacity
    if hu <= points[0].hu:
        return points[0].opacity
    for low, high in pairwise(points):
        if hu <= high.hu:
            share = (hu - low.hu) / (high.hu - low.hu)
            return low.opacity + share * (high.opacity - low.opacity)
    return points[-1].opacity


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_rises_in_hu_and_stays_in_range(preset: TransferFunction) -> None:
    hus = [point.hu for point in preset.opacity]

    assert hus == sorted(set(hus))
    assert hus[0] >= LOWEST_HU
    assert hus[-1] <= HIGHEST_HU
    assert max(point.opacity for point in preset.opacity) > 0


def test_the_table_holds_the_six_presets_once_each() -> None:
    names = [preset.name for preset in PRESETS]

    assert names == ["Lung", "Bone", "Soft tissue", "Vessels", "Airways", "MIP"]


# What each preset must show and must not: air, lumen, lung, muscle, contrast, cortical bone.
@pytest.mark.parametrize(
    ("name", "shown_hu", "hidden_hu"),
    [
        ("Lung", (-800, -500), (-1000, 50, 400)),
        ("Bone", (300, 1000), (-1000, -800, 50, 120)),
        ("Soft tissue", (50, 400), (-1000, -800)),
        ("Vessels", (250, 400), (-1000, -800, 50)),
        ("Airways", (-1000,), (-900, 50, 400)),
        ("MIP", (300, 1000), (-1000, -800)),
    ],
)
def test_a_preset_shows_its_tissue_and_not_the_others(
    name: str, shown_hu: tuple[int, ...], hidden_hu: tuple[int, ...]
) -> None:
    preset = next(one for one in PRESETS if one.name == name)

    assert all(_opacity_at(preset, hu) > 0.003 for hu in shown_hu)
    assert all(_opacity_at(preset, hu) < 0.003 for hu in hidden_hu)


@given(
    preset=st.sampled_from(PRESETS),
    scale=st.floats(0.01, 100),
    shift=st.floats(-5000, 5000),
)
def test_adjusting_keeps_a_valid_table(
    preset: TransferFunction, scale: float, shift: float
) -> None:
    adjusted = preset.adjusted(scale=scale, shift_hu=shift)

    hus = [point.hu for point in adjusted.opacity]
    assert hus == sorted(hus)
    assert all(0 <= point.opacity <= 1 for point in adjusted.opacity)


@given(small=st.floats(0.05, 20), large=st.floats(0.05, 20))
def test_a_larger_scale_is_never_more_transparent(small: float, large: float) -> None:
    low, high = sorted((small, large))

    thin = BONE.adjusted(scale=low, shift_hu=0).opacity
    thick = BONE.adjusted(scale=high, shift_hu=0).opacity

    assert all(a.opacity <= b.opacity for a, b in zip(thin, thick, strict=True))


def test_twice_the_scale_looks_like_twice_the_thickness() -> None:
    once = BONE.opacity[1].opacity

    twice = BONE.adjusted(scale=2, shift_hu=0).opacity[1].opacity

    assert twice == pytest.approx(1 - (1 - once) ** 2)


def test_a_table_that_does_not_rise_is_refused() -> None:
    with pytest.raises(ValueError, match="must rise"):
        TransferFunction(
            "wrong",
            Blend.COMPOSITE,
            Region.EVERYTHING,
            (OpacityPoint(100, 0), OpacityPoint(100, 1)),
            BONE.colour,
        )


def test_an_opacity_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        TransferFunction(
            "wrong",
            Blend.COMPOSITE,
            Region.EVERYTHING,
            (OpacityPoint(100, 0), OpacityPoint(200, 1.5)),
            BONE.colour,
        )


def test_a_cold_heatmap_is_invisible_and_a_warm_one_is_not() -> None:
    function = heatmap_function(steps=1000, opacity=0.5)

    assert _opacity_at(function, 0) == 0
    assert 1 - (1 - _opacity_at(function, 1000)) ** 10 == pytest.approx(0.5)
