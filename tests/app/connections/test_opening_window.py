"""A scan opens with the window of its header, of its reader, or of its values."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.connections.opening_window import full_range, opening_window
from app.controllers.read_study import find_study, read_scan
from app.state.session import OpenScan
from medct_core.cancel import CancelToken
from medct_core.io.study import HeaderWindow
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume
from medct_core.volume.window import BONE, LUNG, Window
from tests import small_chest

SHAPE = (12, 8, 8)
HU = arrays.arrays(np.int16, SHAPE, elements=st.integers(-1024, 3000))


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> OpenScan:
    """Give a chest without a window in its header."""
    path = small_chest.write(tmp_path_factory.mktemp("scans") / "a.nii.gz")
    return read_scan(find_study(path), None, CancelToken(), lambda _: None)


def of(values: np.ndarray[tuple[int, ...], np.dtype[np.int16]], unit: Unit) -> Volume:
    return Volume(np.asfortranarray(values), unit, Geometry(SHAPE, np.eye(4)), "values")


def test_the_first_window_of_the_header_comes_first(scan: OpenScan) -> None:
    named = (HeaderWindow(LUNG, "lung"), HeaderWindow(BONE, "bone"))
    told = replace(scan, series=replace(scan.series, windows=named))

    assert opening_window(told, BONE) == LUNG


def test_a_reader_keeps_the_window_from_scan_to_scan(scan: OpenScan) -> None:
    assert opening_window(scan, BONE) == BONE


@given(values=HU)
def test_values_without_a_unit_get_a_window_that_fits_them(
    scan: OpenScan, values: np.ndarray[tuple[int, ...], np.dtype[np.int16]]
) -> None:
    told = replace(scan, volume=of(values, Unit.ARBITRARY))

    window = opening_window(told, BONE)

    low, high = int(values.min()), int(values.max())
    assert low <= window.centre_hu <= high
    assert window.width_hu <= max(high - low, 2)


@given(HU)
def test_the_full_range_reaches_from_the_lowest_to_the_highest_value(
    values: np.ndarray[tuple[int, ...], np.dtype[np.int16]],
) -> None:
    window = full_range(of(values, Unit.HU))

    low, high = float(values.min()), float(values.max())
    assert window == Window((low + high) / 2, max(high - low, 2.0))
