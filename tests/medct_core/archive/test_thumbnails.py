"""Thumbnails: the middle of a scan, upright, whichever way its voxels lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.archive.thumbnails import LONGEST_SIDE, thumbnails
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from tests import phantoms, small_chest


def marked(corner: tuple[int, int, int]) -> Volume:
    """Air with a bright bar along every axis through one place, LPS."""
    shape = (40, 40, 40)
    values = np.full(shape, -1000, dtype=np.int16)
    i, j, k = corner
    values[max(i - 4, 0) : i + 4, max(j - 4, 0) : j + 4] = 1000
    values[:, max(j - 4, 0) : j + 4, max(k - 4, 0) : k + 4] = 1000
    values[max(i - 4, 0) : i + 4, :, max(k - 4, 0) : k + 4] = 1000
    return Volume(np.asfortranarray(values), Unit.HU, phantoms.centred(shape, (2.0,) * 3), "a.nii")


def brightest(picture: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> tuple[str, str]:
    """Say in which half of the rows and of the columns a picture is brighter."""
    rows, columns = picture.shape
    is_top = picture[: rows // 2].sum() > picture[rows // 2 :].sum()
    is_left = picture[:, : columns // 2].sum() > picture[:, columns // 2 :].sum()
    return "top" if is_top else "bottom", "left" if is_left else "right"


def test_pictures_are_upright_and_seen_as_is_usual() -> None:
    # The patient's right, front and head.
    pictures = thumbnails(marked((8, 8, 32)))

    assert brightest(pictures.axial) == ("top", "left")
    assert brightest(pictures.coronal) == ("top", "left")
    assert brightest(pictures.sagittal) == ("top", "left")


@pytest.mark.parametrize("codes", ["RAS", "LPI", "PSL", "SRA"])
def test_the_way_voxels_lie_does_not_count(codes: str) -> None:
    chest = small_chest.volume()

    one, other = thumbnails(chest), thumbnails(reorient(chest, codes))

    # Where a side has an even number of voxels there are two middles.
    for name in ("axial", "coronal", "sagittal"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.shape == theirs.shape
        assert np.abs(mine.astype(int) - theirs).mean() < 12


@given(
    st.tuples(*[st.integers(1, 250)] * 3),
    st.tuples(*[st.floats(0.3, 8.0)] * 3),
)
def test_pixels_are_square_and_few(
    shape: tuple[int, int, int], spacing_mm: tuple[float, float, float]
) -> None:
    values = np.zeros(shape, dtype=np.int16, order="F")
    volume = Volume(values, Unit.HU, phantoms.centred(shape, spacing_mm), "a.nii")

    axial = thumbnails(volume).axial

    wide, high = shape[0] * spacing_mm[0], shape[1] * spacing_mm[1]
    assert max(axial.shape) == LONGEST_SIDE
    expected = np.array([high, wide]) * LONGEST_SIDE / max(wide, high)
    assert np.abs(np.array(axial.shape) - expected).max() <= 1.5


def test_a_scan_without_hounsfield_units_is_shown_between_its_extremes() -> None:
    ramp = np.asfortranarray(np.linspace(0, 20000, 40**3).reshape(40, 40, 40).astype(np.int16))
    volume = Volume(ramp, Unit.ARBITRARY, phantoms.centred((40, 40, 40), (2.0,) * 3), "mr.nii")

    sagittal, coronal = thumbnails(volume).sagittal, thumbnails(volume).coronal

    assert int(coronal.max()) - int(coronal.min()) > 200
    assert 60 < sagittal.mean() < 200
