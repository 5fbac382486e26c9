"""A body is fitted to a shape as torch's area mode does it, and nothing outside it counts."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from medct_core.preprocess.body import binned_axis, body_box, plan_body
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import ASTRA
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from tests import phantoms

SMALL = replace(ASTRA, shape=(5, 7, 6))


def in_air(box: tuple[slice, slice, slice], shape: tuple[int, int, int]) -> npt.NDArray[np.int16]:
    values = np.full(shape, -1000, dtype=np.int16)
    inside = np.random.default_rng(4).integers(-999, 400, values[box].shape)
    values[box] = inside.astype(np.int16)
    return values


@settings(max_examples=40, deadline=None)
@given(lows=st.tuples(*[st.integers(0, 5)] * 3), sizes=st.tuples(*[st.integers(1, 6)] * 3))
def test_the_box_holds_the_body_and_nothing_more(
    lows: tuple[int, int, int], sizes: tuple[int, int, int]
) -> None:
    box = tuple(slice(low, low + size) for low, size in zip(lows, sizes, strict=True))

    found = body_box(in_air((box[0], box[1], box[2]), (12, 12, 12)), above_hu=-1000)

    assert found == box


def test_a_scan_of_air_alone_is_taken_whole() -> None:
    air = np.full((3, 4, 5), -1024, dtype=np.int16)

    assert body_box(air, above_hu=-1000) == (slice(0, 3), slice(0, 4), slice(0, 5))


@settings(max_examples=60, deadline=None)
@given(length=st.integers(1, 40), size=st.integers(1, 40), before=st.integers(0, 5))
def test_bins_are_those_of_torch(length: int, size: int, before: int) -> None:
    line = np.random.default_rng(7).normal(size=before + length + 3).astype(np.float32)
    part = slice(before, before + length)

    binned = binned_axis(len(line), part, size).weights @ line

    expected = functional.interpolate(torch.from_numpy(line[None, None, part]), size, mode="area")
    np.testing.assert_allclose(binned, expected[0, 0].numpy(), atol=1e-5)


def test_the_first_and_the_last_bin_end_where_the_body_ends() -> None:
    plan = binned_axis(100, slice(10, 70), 20)

    assert plan.start - plan.step / 2 == pytest.approx(9.5)
    assert plan.start + plan.step * 19.5 == pytest.approx(69.5)


def test_air_and_padding_around_a_body_change_nothing() -> None:
    body = in_air((slice(0, 9), slice(0, 11), slice(0, 8)), (9, 11, 8))
    padded = np.pad(body, 3, constant_values=-2000)

    near, far = (
        prepare(
            Volume(np.asfortranarray(hu), Unit.HU, phantoms.centred(hu.shape), "body"), SMALL
        ).values
        for hu in (body, padded)
    )

    np.testing.assert_array_equal(near, far)


def test_a_prepared_body_is_what_torch_makes_of_it() -> None:
    hu = in_air((slice(2, 20), slice(1, 16), slice(3, 12)), (22, 18, 15))
    volume = Volume(np.asfortranarray(hu), Unit.HU, phantoms.centred(hu.shape), "body")

    values = prepare(volume, SMALL).values[0]

    ras = reorient(volume, "RAS").values[body_box(reorient(volume, "RAS").values, above_hu=-1000)]
    given_hu = torch.from_numpy(np.ascontiguousarray(ras.transpose(2, 0, 1))).float()
    resized = functional.interpolate(given_hu[None, None], SMALL.shape, mode="area")[0, 0]
    expected = ((resized + 1000) / 1200).clamp(0, 1).numpy()
    np.testing.assert_allclose(values, expected, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(landmark=st.tuples(*[st.integers(6, 15)] * 3), codes=st.sampled_from(["LPS", "RAS", "SAR"]))
def test_a_landmark_of_a_body_keeps_its_place_in_the_patient(
    landmark: tuple[int, int, int], codes: str
) -> None:
    hu = np.full((26, 26, 26), -1000, dtype=np.int16)
    hu[2:-1, 1:-3, 3:-2] = -999
    hu[tuple(slice(n - 1, n + 2) for n in landmark)] = 200
    grid = phantoms.centred((26, 26, 26), (1.5, 1.2, 1.4), phantoms.rotation(8.0, 5.0, 3.0))
    volume = reorient(Volume(np.asfortranarray(hu), Unit.HU, grid, "landmark"), codes)

    fitted = prepare(volume, replace(ASTRA, shape=(30, 30, 30)))

    mass = (fitted.values[0] - fitted.values.min()).astype(np.float64)
    centre = [
        (mass.sum(axis=rest) @ np.arange(30)) / mass.sum() for rest in ((1, 2), (0, 2), (0, 1))
    ]
    place = fitted.affine @ [*centre, 1.0]
    np.testing.assert_allclose(place[:3], grid.to_patient(landmark), atol=0.75)


def test_the_axes_are_planned_in_the_order_of_the_recipe() -> None:
    values = in_air((slice(0, 8), slice(0, 9), slice(0, 10)), (8, 9, 10))

    along_k, along_i, along_j = plan_body(values, SMALL)

    assert [plan.weights.shape for plan in (along_k, along_i, along_j)] == [(5, 10), (7, 8), (6, 9)]
