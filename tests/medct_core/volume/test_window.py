"""Grey levels and the one table of presets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.volume.window import LUNG, PRESETS, Window, to_grey


def test_ends_of_the_window_are_black_and_white() -> None:
    grey = to_grey(np.array([-2000, 2000], dtype=np.int16), LUNG)

    np.testing.assert_array_equal(grey, [0.0, 1.0])
    assert grey.dtype == np.float32


@given(
    centre=st.integers(-1000, 1000),
    width=st.integers(2, 4000),
    hu=st.lists(st.integers(-1024, 3071), min_size=2),
)
def test_denser_tissue_is_never_darker(centre: int, width: int, hu: list[int]) -> None:
    ordered = np.array(sorted(hu), dtype=np.int16)

    grey = to_grey(ordered, Window(centre, width))

    assert (np.diff(grey) >= 0).all()


def test_a_window_without_width_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than 1"):
        Window(centre_hu=40, width_hu=1)


def test_presets_hold_the_numbers_of_chest_practice() -> None:
    table = {preset.key: (preset.window.width_hu, preset.window.centre_hu) for preset in PRESETS}

    assert table == {
        1: (1500, -600),
        2: (400, 40),
        3: (1800, 400),
        4: (400, 50),
        5: (160, 60),
        6: (80, 40),
        7: (600, 300),
        8: (500, -850),
        9: (700, 100),
    }
