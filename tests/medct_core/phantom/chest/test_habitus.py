"""How patients differ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.streams import stream

SEEDS = st.integers(0, 10**6)


def patient(seed: int, contrast_share: float = 0.5) -> Habitus:
    return sample_habitus(stream(seed, "habitus"), contrast_share)


@given(SEEDS)
def test_sizes_and_densities_are_those_of_adults(seed: int) -> None:
    habitus = patient(seed)

    assert 200 < 2 * habitus.cage_mm[0] < 310
    assert 130 < 2 * habitus.cage_mm[1] < 230
    assert habitus.dome_mm < habitus.apex_mm - 100
    assert -920 < habitus.lung_hu < habitus.lung_hu + habitus.gravity_hu < -700
    assert 30 <= habitus.blood_hu <= habitus.arterial_hu < 350


@given(SEEDS)
def test_contrast_raises_arteries_above_veins(seed: int) -> None:
    plain, enhanced = patient(seed, 0.0), patient(seed, 1.0)

    assert plain.arterial_hu == plain.blood_hu
    assert enhanced.arterial_hu > enhanced.blood_hu > plain.blood_hu


def test_contrast_is_as_frequent_as_asked() -> None:
    enhanced = [patient(seed, 0.35).blood_hu > 50 for seed in range(1500)]

    assert np.mean(enhanced) == pytest.approx(0.35, abs=0.05)


def test_half_of_the_patients_have_breasts() -> None:
    breasts = [patient(seed).breast_mm > 0 for seed in range(1000)]

    assert np.mean(breasts) == pytest.approx(0.5, abs=0.07)


def test_patients_differ_in_every_measure() -> None:
    many = [patient(seed, 1.0) for seed in range(60)]

    for name in ("scale", "fat_mm", "lung_hu", "gravity_hu", "dome_mm", "calibre", "blood_hu"):
        values = [getattr(one, name) for one in many]
        assert max(values) > min(values) + 0.05 * abs(float(np.mean(values)))


@given(SEEDS)
def test_the_middle_of_an_average_chest_is_the_middle_of_the_patient(seed: int) -> None:
    habitus = patient(seed)

    assert habitus.point(0, 0, 0) == pytest.approx(habitus.centre_mm)


@given(SEEDS, st.tuples(*[st.floats(-150, 150)] * 3))
def test_the_own_frame_undoes_the_placing(seed: int, point: tuple[float, float, float]) -> None:
    habitus = patient(seed)

    x, y, z = habitus.placed(np.array([point])).T

    np.testing.assert_allclose(np.ravel(habitus.frame((x, y, z))), point, atol=1e-3)


def test_patients_lie_turned_to_either_side() -> None:
    turns = np.rad2deg([patient(seed).turn_rad for seed in range(300)])

    assert turns.min() < -3
    assert turns.max() > 3
    assert abs(turns).max() <= 7
