"""From a sharp body to a scan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Float, Grid
from medct_core.phantom.scanner import SCANNERS, acquire, moved, off_centre
from medct_core.phantom.streams import stream

GRID = Grid((32, 32, 24), (2.0, 2.0, 2.5))
DOMAINS = st.sampled_from(list(SCANNERS))
SEEDS = st.integers(0, 10**6)


def scanned(hu: Float, domain: str, seed: int) -> Float:
    return acquire(hu.copy(), GRID, SCANNERS[domain], stream(seed, "scanner"))


def flat(hu: float) -> Float:
    return np.full(GRID.shape, hu, np.float32)


def with_bead(shift: int = 0) -> Float:
    body = flat(40.0)
    body[16, 16 + shift, 12] = 1040.0
    return body


@given(DOMAINS, SEEDS, st.floats(-1024, 3071))
def test_voxels_stay_within_the_range_of_a_scanner(domain: str, seed: int, hu: float) -> None:
    values = scanned(flat(hu), domain, seed)

    assert values.dtype == np.float32
    assert values.min() >= -1024
    assert values.max() <= 3071


@given(DOMAINS, SEEDS)
def test_the_same_scan_has_the_same_noise(domain: str, seed: int) -> None:
    np.testing.assert_array_equal(
        scanned(with_bead(), domain, seed), scanned(with_bead(), domain, seed)
    )


@given(DOMAINS, SEEDS)
def test_noise_does_not_depend_on_what_lies_elsewhere(domain: str, seed: int) -> None:
    difference = scanned(with_bead(), domain, seed) - scanned(flat(40.0), domain, seed)

    np.testing.assert_allclose(difference[:8], 0.0, atol=1e-3)
    assert difference[16, 16, 12] > 20


@pytest.mark.parametrize("domain", SCANNERS)
def test_blur_keeps_the_amount_of_tissue(domain: str) -> None:
    scanner = SCANNERS[domain]

    difference = scanned(with_bead(), domain, 3) - scanned(flat(40.0), domain, 3)

    # Noise grows a little with density; the rest is gain.
    assert difference.sum() == pytest.approx(1000 * np.mean(scanner.gain), rel=0.12)


def test_domain_b_is_noisier_thicker_and_miscalibrated() -> None:
    one, other = (
        np.stack([scanned(flat(40.0), domain, seed) for seed in range(12)]) for domain in "ab"
    )
    above = [
        np.mean([scanned(with_bead(), d, s)[16, 16, 13:15].mean() for s in range(12)]) for d in "ab"
    ]

    assert other.std(axis=(1, 2, 3)).mean() > 2 * one.std(axis=(1, 2, 3)).mean()
    assert other.mean() - one.mean() > 20
    assert above[1] - other.mean() > 1.3 * (above[0] - one.mean())


def test_edges_overshoot_in_domain_b_only() -> None:
    edge = flat(-900.0)
    edge[16:] = 40.0

    overshoot = {
        domain: np.mean(
            [
                (scanned(edge, domain, seed) - scanned(flat(40.0), domain, seed))[16].mean()
                for seed in range(8)
            ]
        )
        for domain in "ab"
    }

    assert overshoot["b"] > 20
    assert overshoot["a"] < 5


def test_a_patient_lies_off_centre_in_domain_b_only() -> None:
    steps = {
        domain: {off_centre(GRID, SCANNERS[domain], stream(seed, "position")) for seed in range(40)}
        for domain in "ab"
    }

    assert steps["a"] == {(0, 0)}
    assert max(abs(i) for i, _ in steps["b"]) * GRID.spacing_mm[0] > 8
    assert max(abs(j) for _, j in steps["b"]) * GRID.spacing_mm[1] > 12


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_moving_there_and_back_keeps_the_middle(i: int, j: int) -> None:
    values = np.random.default_rng(0).random((16, 16, 2), np.float32)

    there = moved(values, (i, j), -1.0)
    back = moved(there, (-i, -j), -1.0)

    np.testing.assert_array_equal(back[5:-5, 5:-5], values[5:-5, 5:-5])
    assert np.count_nonzero(there == -1.0) == 2 * (256 - (16 - abs(i)) * (16 - abs(j)))
