"""Domain B stays what it was when the first adapter was trained."""

import numpy as np

from medct_core.phantom.generate import PHANTOM_VERSION
from medct_core.phantom.sampling import Draw
from medct_core.phantom.scanner import SCANNERS, Scanner
from medct_core.phantom.streaks import Streaks
from medct_core.training.corpus import Scan, render
from medct_core.training.reproduce.domain_b import DOMAIN_B, SCANNER
from medct_core.training.reproduce.form import DOMAIN_A


def test_domain_b_is_the_one_that_was_fixed() -> None:
    assert PHANTOM_VERSION == 2
    assert DOMAIN_B.field_of_view_mm == 300.0
    assert SCANNERS[SCANNER] == Scanner(
        contrast_share=1.0,
        table_curve=1.4,
        blur_mm=(0.3, 0.5),
        slice_mm=(8.0, 12.0),
        noise_hu=(60.0, 100.0),
        grain_mm=0.6,
        gain=(1.03, 1.08),
        offset_hu=(30.0, 65.0),
        sharpening=(0.6, 1.0),
        off_centre_mm=(20.0, 32.0),
        streaks=Streaks(starved_hu=45.0, hardened_hu=25.0, metal_hu=170.0),
    )


def test_its_field_of_view_is_a_circle_beyond_which_there_is_air() -> None:
    scan = Scan(1_200_003, Draw.NATURAL, SCANNER)

    narrow = render(0, scan, DOMAIN_B).volume
    whole = render(0, scan, DOMAIN_A).volume

    across = (np.arange(64) - 31.5) * 6.0
    beyond = np.hypot(across[:, None], across[None, :]) > 150.0
    assert (narrow[:, beyond] == 0).all()
    assert (whole[:, beyond] > 60).any()
    np.testing.assert_array_equal(narrow[:, ~beyond], whole[:, ~beyond])
