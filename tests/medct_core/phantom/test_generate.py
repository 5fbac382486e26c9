"""Whole phantoms: the same again, twins, and what they look like in numbers."""

import json

import numpy as np
import pytest

from medct_core.errors import UsageError
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import PHANTOM_VERSION, Phantom, draw_phantom
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.sampling import Draw, PhantomSpec, sample_spec, twin_of
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS
from medct_core.volume.notice import PHANTOM_NOTICE
from medct_core.volume.volume import Unit
from tests.medct_core.phantom.pinned import FILE, Pins, arithmetic, pin

COARSE = Grid((96, 96, 64), (4.0, 4.0, 5.0))
SMALL = Grid((48, 48, 32), (8.0, 8.0, 10.0))
EVERY = (*FINDINGS, *UNLABELLED_FINDINGS)
# Another CPU rounds about ten voxels of a phantom by one HU; a lesion of 4 mm moves a block more.
PINNED_WITHIN_HU = 0.005


@pytest.fixture(scope="module")
def pins() -> Pins:
    """Return what was kept when this version was fixed."""
    kept: Pins = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def drawn(spec: PhantomSpec, grid: Grid = SMALL) -> Phantom:
    return draw_phantom(spec, grid)


def voxels(phantom: Phantom) -> np.ndarray:
    return phantom.volume.values.astype(np.float64)


def grown(mask: np.ndarray, steps: int) -> np.ndarray:
    """Voxels within `steps` of a mask along every axis."""
    for axis in range(3):
        for _ in range(steps):
            mask = mask | np.roll(mask, 1, axis) | np.roll(mask, -1, axis)
    return mask


def test_the_same_spec_gives_the_same_voxels_whatever_was_drawn_between() -> None:
    spec = sample_spec(11, Draw.BALANCED, "a")

    first = drawn(spec)
    drawn(sample_spec(12, Draw.BALANCED, "b"))
    again = drawn(spec)

    assert first.volume.content_sha256 == again.volume.content_sha256
    assert all(np.array_equal(first.masks[name], again.masks[name]) for name in first.masks)


def test_findings_leave_no_trace_in_the_next_phantom_of_the_same_body() -> None:
    healthy = drawn(PhantomSpec(5, "a", ()))
    drawn(PhantomSpec(5, "a", tuple((name, "severe") for name in EVERY)))

    again = drawn(PhantomSpec(5, "a", ()))

    np.testing.assert_array_equal(healthy.volume.values, again.volume.values)


def test_order_of_naming_findings_changes_nothing() -> None:
    spec = sample_spec(21, Draw.BALANCED, "a")
    turned = PhantomSpec(21, "a", spec.severities[::-1])

    assert drawn(spec).volume.content_sha256 == drawn(turned).volume.content_sha256


@pytest.mark.parametrize("name", EVERY)
def test_twins_differ_only_around_the_finding(name: str) -> None:
    spec = PhantomSpec(31, "a", ())
    twin = twin_of(spec, name)

    one, other = drawn(spec, COARSE), drawn(twin, COARSE)

    changed = one.volume.values != other.volume.values
    # The widest point spread and slice of domain a reach two voxels at this spacing.
    near = grown(other.drawn[name].mask > 0, 2)
    assert changed.any()
    assert not (changed & ~near).any()


@pytest.mark.parametrize("name", [name for name in FINDINGS if name != "Cardiomegaly"])
def test_a_finding_stays_where_it_is_when_another_one_joins(name: str) -> None:
    alone = PhantomSpec(41, "a", ((name, "moderate"),))
    other = "Lung nodule" if name != "Lung nodule" else "Consolidation"
    joined = PhantomSpec(41, "a", ((name, "moderate"), (other, "moderate")))

    one, two = drawn(alone).drawn[name], drawn(joined).drawn[name]

    assert (one.location, one.side) == (two.location, two.side)


def test_never_labelled_findings_have_no_masks() -> None:
    phantom = drawn(PhantomSpec(3, "a", tuple((name, "moderate") for name in EVERY)))

    assert set(UNLABELLED_FINDINGS) <= set(phantom.drawn) <= set(EVERY)
    assert set(phantom.masks) == set(phantom.drawn) - set(UNLABELLED_FINDINGS)


def test_a_phantom_says_that_it_is_one() -> None:
    volume = drawn(PhantomSpec(3, "a", ())).volume

    assert volume.unit is Unit.HU
    assert volume.notices == (PHANTOM_NOTICE,)
    assert volume.source == "phantom-3"


def test_the_grid_lies_about_the_middle_of_the_chest() -> None:
    geometry = drawn(PhantomSpec(3, "a", ())).volume.geometry

    middle = geometry.to_patient([(n - 1) / 2 for n in geometry.shape])

    np.testing.assert_allclose(middle, 0.0, atol=1e-3)
    assert geometry.spacing_mm == pytest.approx((8.0, 8.0, 10.0))


def test_a_patient_is_the_same_at_any_spacing() -> None:
    coarse = voxels(drawn(PhantomSpec(8, "a", ()), SMALL))
    fine = voxels(drawn(PhantomSpec(8, "a", ()), COARSE))

    blocks = fine.reshape(48, 2, 48, 2, 32, 2).mean(axis=(1, 3, 5))

    assert np.corrcoef(blocks.ravel(), coarse.ravel())[0, 1] > 0.97
    assert blocks.mean() == pytest.approx(coarse.mean(), abs=15)


@pytest.mark.parametrize("seed", range(6))
def test_tissues_have_the_densities_and_volumes_of_a_chest(seed: int) -> None:
    phantom = drawn(PhantomSpec(seed, "a", ()), COARSE)
    values = voxels(phantom)
    litre = np.prod(phantom.volume.geometry.spacing_mm) / 1e6

    body = values > -300
    lung = (values > -960) & (values < -600)

    assert 8 < body.sum() * litre < 36
    assert 1.0 < lung.sum() * litre < 7.5
    assert ((values > 20) & (values < 90)).sum() * litre > 2
    assert ((values > -130) & (values < -60)).sum() * litre > 1
    assert 0.05 < (values > 200).sum() * litre < 3


def test_the_left_of_the_patient_holds_most_of_the_heart() -> None:
    phantom = drawn(PhantomSpec(4, "a", (("Pericardial effusion", "severe"),)), COARSE)

    mask = phantom.masks["Pericardial effusion"]

    across = mask.sum(axis=(1, 2), dtype=np.float64)
    assert (across * COARSE.axis_mm(0)).sum() / across.sum() > 5


def test_unknown_wishes_are_refused() -> None:
    with pytest.raises(UsageError, match="domain 'c'"):
        drawn(PhantomSpec(1, "c", ()))
    with pytest.raises(UsageError, match="cannot show"):
        drawn(PhantomSpec(1, "a", (("Dextrocardia", "mild"),)))
    with pytest.raises(UsageError, match=SEVERITIES[0]):
        drawn(PhantomSpec(1, "a", (("Emphysema", "fatal"),)))


def test_twenty_phantoms_of_this_version_are_pinned(pins: Pins) -> None:
    assert pins["version"] == PHANTOM_VERSION
    assert len({kept["sha256"] for kept in pins["phantoms"]}) == 20


@pytest.mark.parametrize("seed", range(20))
def test_voxels_change_only_together_with_their_version(seed: int, pins: Pins) -> None:
    kept = pins["phantoms"][seed]

    drawn_again = pin(seed)

    np.testing.assert_allclose(drawn_again["blocks"], kept["blocks"], atol=PINNED_WITHIN_HU)
    if arithmetic() == pins["arithmetic"]:
        assert drawn_again["sha256"] == kept["sha256"]
