"""From a sharp body to a scan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Float, Grid
from medct_core.phantom.scanner import SCANNERS, acquire
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


def test_domain_b_is_grainier_thicker_and_miscalibrated() -> None:
    one, other = (
        np.stack([scanned(flat(40.0), domain, seed) for seed in range(12)]) for domain in "ab"
    )
    sharp, thick = (
        np.mean([scanned(with_bead(), d, s)[16, 16, 12] for s in range(12)]) for d in "ab"
    )

    assert other.std(axis=(1, 2, 3)).mean() > 1.5 * one.std(axis=(1, 2, 3)).mean()
    assert other.mean() - one.mean() > 20
    assert sharp - one.mean() > 1.5 * (thick - other.mean())


def test_neighbouring_voxels_share_their_noise_in_domain_b() -> None:
    values = scanned(flat(40.0), "b", 5)

    beside = np.corrcoef(values[:-1].ravel(), values[1:].ravel())[0, 1]

    assert beside > 0.2
