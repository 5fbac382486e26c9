"""Voxels change only together with their version."""

import json

import numpy as np
import pytest

from medct_core.phantom.generate import PHANTOM_VERSION
from tests.medct_core.phantom.pinned import FILE, Pins, arithmetic, pin

# Another CPU rounds about ten voxels of a phantom by one HU; a lesion of 4 mm moves a block more.
TOLERANCE_HU = 0.005


@pytest.fixture(scope="module")
def pins() -> Pins:
    """Return what was kept when this version was fixed."""
    kept: Pins = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def test_twenty_phantoms_of_this_version_are_pinned(pins: Pins) -> None:
    assert pins["version"] == PHANTOM_VERSION
    assert len({kept["sha256"] for kept in pins["phantoms"]}) == 20


@pytest.mark.parametrize("seed", range(20))
def test_a_pinned_phantom_is_drawn_again(seed: int, pins: Pins) -> None:
    kept = pins["phantoms"][seed]

    drawn = pin(seed)

    np.testing.assert_allclose(drawn["blocks"], kept["blocks"], atol=TOLERANCE_HU)
    if arithmetic() == pins["arithmetic"]:
        assert drawn["sha256"] == kept["sha256"]
