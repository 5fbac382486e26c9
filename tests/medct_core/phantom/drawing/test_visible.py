"""Masks hold what can be seen, and what cannot be seen is not said to be there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.body import LOBES
from medct_core.phantom.canvas import Float
from medct_core.phantom.drawing.registry import DRAWERS, draw_findings
from medct_core.phantom.drawing.visible import HIDDEN_IN, LEAST_SHARE, OPAQUE, visible
from medct_core.phantom.request import Drawn, DrawRequest
from tests.medct_core.phantom.drawing.conftest import BodyStore

SIZE = 10
NAMES = st.lists(st.sampled_from(list(DRAWERS)), unique=True, min_size=1, max_size=6)


def slab(start: int, stop: int) -> Float:
    mask = np.zeros((SIZE, 2, 2), np.float32)
    mask[start:stop] = 1
    return mask


def drawn(**masks: Float) -> dict[str, Drawn]:
    return {
        name.replace("_", " "): Drawn(mask, "mild", "here", "left") for name, mask in masks.items()
    }


def seen_of(findings: dict[str, Drawn]) -> dict[str, Drawn]:
    """Look where the first half of all voxels is the right lower lobe, the rest the left one."""
    lobes = np.full((SIZE, 2, 2), 1 + LOBES.index("LLL"), np.int8)
    lobes[: SIZE // 2] = 1 + LOBES.index("RLL")
    return visible(findings, lobes)


def test_a_location_names_no_lobe_in_which_the_finding_is_hidden() -> None:
    both = Drawn(slab(2, 8), "severe", "both lower lobes", "both")
    fluid = Drawn(slab(5, 10), "severe", "left pleural space", "left")

    seen = seen_of({"Consolidation": both, "Pleural effusion": fluid})["Consolidation"]

    assert (seen.location, seen.side) == ("right lower lobe", "right")


def test_a_location_stays_where_enough_is_left() -> None:
    both = Drawn(slab(0, 10), "severe", "both lungs", "both")
    fluid = Drawn(slab(7, 10), "severe", "left pleural space", "left")

    seen = seen_of({"Consolidation": both, "Pleural effusion": fluid})["Consolidation"]

    assert (seen.location, seen.side) == ("both lungs", "both")


def test_fluid_cuts_what_lies_under_it_out_of_the_mask() -> None:
    seen = seen_of(drawn(Consolidation=slab(0, 6), Pleural_effusion=slab(4, 9)))

    np.testing.assert_array_equal(seen["Consolidation"].mask, slab(0, 4))
    np.testing.assert_array_equal(seen["Pleural effusion"].mask, slab(4, 9))


def test_a_finding_wholly_under_fluid_is_not_said_to_be_there() -> None:
    seen = seen_of(drawn(Consolidation=slab(4, 6), Pleural_effusion=slab(3, 9)))

    assert list(seen) == ["Pleural effusion"]


def test_a_nodule_inside_a_consolidation_is_hidden_though_painted_later() -> None:
    seen = seen_of(drawn(Consolidation=slab(0, 9), Lung_nodule=slab(3, 5)))

    assert "Lung nodule" not in seen


def test_ground_glass_hides_what_is_dark_but_not_what_is_dense() -> None:
    haze = slab(0, 5)
    seen = seen_of(drawn(Emphysema=slab(4, 8), Bronchiectasis=slab(4, 8), Lung_opacity=haze))

    np.testing.assert_array_equal(seen["Emphysema"].mask, slab(5, 8))
    np.testing.assert_array_equal(seen["Bronchiectasis"].mask, slab(4, 8))
    np.testing.assert_array_equal(seen["Lung opacity"].mask, haze)


@given(NAMES, st.integers(0, 2**32 - 1))
def test_masks_only_shrink_and_never_to_next_to_nothing(names: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    masks = {name: (rng.random((4, 4, 4)) > 0.5).astype(np.float32) for name in names}
    given_all = {name: replace(*drawn(x=mask).values()) for name, mask in masks.items()}

    for name, one in visible(given_all, np.zeros((4, 4, 4), np.int8)).items():
        assert (one.mask <= masks[name]).all()
        assert one.mask.sum() >= LEAST_SHARE * masks[name].sum()


def test_hiding_is_said_of_findings_that_are_drawn() -> None:
    assert set(OPAQUE) <= set(DRAWERS)
    assert {name for pair in HIDDEN_IN.items() for name in (pair[0], *pair[1])} <= set(DRAWERS)


@pytest.mark.parametrize("seed", range(4))
def test_no_voxel_of_fluid_belongs_to_the_lung_under_it(seed: int, bodies: BodyStore) -> None:
    names = ("Consolidation", "Lung opacity", "Lung nodule", "Pleural effusion")
    body = bodies.fresh()
    requests = {
        name: DrawRequest(np.random.default_rng((seed, n)), "severe", "left")
        for n, name in enumerate(names)
    }

    seen = draw_findings(body, requests)

    fluid = seen["Pleural effusion"].mask > 0.9999
    assert np.ptp(body.canvas.hu[fluid]) < 1
    for name in set(seen) - {"Pleural effusion"}:
        assert seen[name].mask[fluid].max() < 0.02
