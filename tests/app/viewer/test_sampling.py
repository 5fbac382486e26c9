"""The mark of the outside is no CT number of a scan."""

import numpy as np

from app.viewer.sampling import OUTSIDE_HU


def test_the_outside_is_marked_below_every_ct_number() -> None:
    assert np.iinfo(np.int16).min == OUTSIDE_HU
