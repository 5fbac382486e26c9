"""Domain B stays what it was when the first adapter was trained."""

import numpy as np

from medct_core.phantom.generate import PHANTOM_VERSION
from medct_core.phantom.sampling import Draw
from medct_core.phantom.scanner import SCANNERS
from medct_core.phantom.streaks import Streaks
from medct_core.training.corpus import Scan, render
from medct_core.training.reproduce.domain_b import DOMAIN_B
from medct_core.training.reproduce.form import DOMAIN_A


def test_domain_b_is_the_one_that_was_fixed() -> None:
    scanner = SCANNERS["b"]

    assert PHANTOM_VERSION == 2
    assert (scanner.contrast_share, scanner.slice_mm) == (0.75, (5.0, 8.0))
    assert (scanner.noise_hu, scanner.sharpening) == ((32.0, 56.0), (0.4, 0.8))
    assert (scanner.gain, scanner.offset_hu) == ((1.02, 1.06), (6.0, 26.0))
    assert scanner.off_centre_mm == (16.0, 24.0)
    assert scanner.streaks == Streaks(starved_hu=45.0, hardened_hu=25.0, metal_hu=170.0)
    assert DOMAIN_B.field_of_view_mm == 330.0


def test_its_field_of_view_is_a_circle_beyond_which_there_is_air() -> None:
    scan = Scan(1_200_003, Draw.NATURAL, "b")

    narrow = render(0, scan, DOMAIN_B).volume
    whole = render(0, scan, DOMAIN_A).volume

    across = (np.arange(64) - 31.5) * 6.0
    beyond = np.hypot(across[:, None], across[None, :]) > 165.0
    assert (narrow[:, beyond] == 0).all()
    assert (whole[:, beyond] > 60).any()
    np.testing.assert_array_equal(narrow[:, ~beyond], whole[:, ~beyond])
