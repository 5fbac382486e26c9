"""The grey table agrees with the window's formula and marks what lies outside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.viewer.grey import OUTSIDE_GREY, apply_grey, apply_pixels, grey_table, pixel_table
from app.viewer.sampling import OUTSIDE_HU
from medct_core.volume.window import MEDIASTINUM, Window, to_grey

WINDOWS = st.builds(Window, st.integers(-1000, 1000), st.integers(2, 4000))
HU = st.lists(st.integers(-32767, 32767), min_size=1, max_size=20)


@given(window=WINDOWS, hu=HU)
def test_the_table_gives_what_the_formula_gives(window: Window, hu: list[int]) -> None:
    values = np.array(hu, dtype=np.int16)

    grey = apply_grey(values, grey_table(window))

    np.testing.assert_array_equal(grey, np.rint(to_grey(values, window) * 255))


@given(window=WINDOWS, hu=HU)
def test_inverting_swaps_black_and_white(window: Window, hu: list[int]) -> None:
    values = np.array(hu, dtype=np.int16)

    upright = apply_grey(values, grey_table(window)).astype(int)
    inverted = apply_grey(values, grey_table(window, inverted=True)).astype(int)

    np.testing.assert_array_equal(upright + inverted, 255)


@pytest.mark.parametrize("inverted", [False, True])
def test_outside_the_scan_is_black_also_when_inverted(inverted: bool) -> None:
    outside = np.array([OUTSIDE_HU], dtype=np.int16)

    grey = apply_grey(outside, grey_table(MEDIASTINUM, inverted=inverted))

    assert grey.tolist() == [OUTSIDE_GREY]


def test_a_slice_cut_backwards_is_looked_up_too() -> None:
    values = np.arange(-500, 500, dtype=np.int16).reshape(20, 50)
    table = grey_table(MEDIASTINUM)

    backwards = apply_grey(values[::-1, ::-1], table)

    np.testing.assert_array_equal(backwards, apply_grey(values, table)[::-1, ::-1])
    assert backwards.flags.c_contiguous


@pytest.mark.parametrize("inverted", [False, True])
def test_pixels_are_opaque_and_equally_red_green_and_blue(inverted: bool) -> None:
    values = np.array([[-1000, 40], [300, -32768]], dtype=np.int16)

    pixels = apply_pixels(values, pixel_table(MEDIASTINUM, inverted=inverted))

    grey = apply_grey(values, grey_table(MEDIASTINUM, inverted=inverted))
    bytes_of = pixels[..., None].view(np.uint8)
    assert (bytes_of[..., 3] == 255).all()
    for channel in range(3):
        np.testing.assert_array_equal(bytes_of[..., channel], grey)
