"""Laws that every drawer keeps."""

import numpy as np
import pytest

from medct_core.phantom.drawing.registry import DRAWERS, LOOK_ALIKES, draw_findings
from medct_core.phantom.request import SEVERITIES, DrawRequest
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS
from tests.medct_core.phantom.drawing.conftest import BodyStore, Pencil

EVERYTHING = {**DRAWERS, **LOOK_ALIKES}
ONE_SIDED = (
    "Emphysema",
    "Mosaic attenuation pattern",
    "Pulmonary fibrotic sequela",
    "Interlobular septal thickening",
    "Peribronchial thickening",
    "Bronchiectasis",
    "Lung opacity",
    "Consolidation",
    "Atelectasis",
    "Lung nodule",
    "Pleural effusion",
    "Pneumothorax",
    "Thyroid nodule",
    "Rib fracture",
)
every = pytest.mark.parametrize("name", list(EVERYTHING))


def test_every_finding_of_the_vocabulary_has_a_drawer() -> None:
    assert set(DRAWERS) == {*FINDINGS, *UNLABELLED_FINDINGS}


@every
def test_voxels_change_only_where_the_mask_says(name: str, pencil: Pencil) -> None:
    drawing = pencil.draw(EVERYTHING[name], "moderate")

    changed = np.abs(drawing.change) > 0.01

    assert changed.any()
    assert not (changed & (drawing.mask == 0)).any()


@every
@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_mask_is_a_share_of_each_voxel_and_never_empty(
    name: str, severity: str, pencil: Pencil
) -> None:
    drawing = pencil.draw(EVERYTHING[name], severity)

    assert drawing.mask.dtype == np.float32
    assert drawing.mask.shape == drawing.before.shape
    assert drawing.mask.min() >= 0
    assert drawing.mask.max() <= 1 + 1e-5
    assert drawing.volume_ml > 0.01
    assert drawing.drawn.severity == severity
    assert drawing.drawn.location


@every
def test_severity_enlarges_what_is_drawn(name: str, pencil: Pencil) -> None:
    mild, moderate, severe = (
        np.mean([pencil.draw(EVERYTHING[name], severity, seed).volume_ml for seed in range(6)])
        for severity in SEVERITIES
    )

    assert mild < moderate < severe


@every
def test_the_same_seed_draws_the_same_voxels(name: str, pencil: Pencil) -> None:
    first = pencil.draw(EVERYTHING[name], "moderate", seed=5)
    again = pencil.draw(EVERYTHING[name], "moderate", seed=5)
    other = pencil.draw(EVERYTHING[name], "moderate", seed=6)

    np.testing.assert_array_equal(first.after, again.after)
    assert not np.array_equal(first.after, other.after)


@every
def test_voxel_size_does_not_change_the_volume(name: str, pencil: Pencil) -> None:
    drawer = EVERYTHING[name]
    coarse = np.mean([pencil.draw(drawer, "severe", seed).volume_ml for seed in range(3)])
    fine = np.mean([pencil.draw_fine(drawer, "severe", seed).volume_ml for seed in range(3)])

    assert coarse == pytest.approx(fine, rel=0.35)


@pytest.mark.parametrize("name", ONE_SIDED)
@pytest.mark.parametrize("side", ["right", "left"])
def test_a_wish_for_a_side_is_met(name: str, side: str, pencil: Pencil) -> None:
    drawing = pencil.draw(EVERYTHING[name], "severe", side=side)

    x = drawing.body.canvas.grid.axis_mm(0)[:, None, None]
    wrong = x > 6 if side == "right" else x < -6

    assert drawing.drawn.side == side
    assert (drawing.mask * wrong).max() == 0


@pytest.mark.parametrize("name", ["Pleural effusion", "Lung opacity", "Consolidation"])
def test_both_sides_are_drawn_when_asked_for(name: str, pencil: Pencil) -> None:
    drawing = pencil.draw(EVERYTHING[name], "moderate", side="both")

    x = drawing.body.canvas.grid.axis_mm(0)[:, None, None]

    assert (drawing.mask * (x > 6)).max() > 0.5
    assert (drawing.mask * (x < -6)).max() > 0.5


def _requests(names: tuple[str, ...]) -> dict[str, DrawRequest]:
    numbered = {name: n for n, name in enumerate(DRAWERS)}
    return {name: DrawRequest(np.random.default_rng(numbered[name]), "moderate") for name in names}


def test_one_more_finding_changes_nothing_outside_its_mask(bodies: BodyStore) -> None:
    others = ("Lung opacity", "Pleural effusion", "Arterial wall calcification")
    without, with_nodes = bodies.fresh(), bodies.fresh()

    draw_findings(without, _requests(others))
    drawn = draw_findings(with_nodes, _requests((*others, "Lymphadenopathy")))

    outside = drawn["Lymphadenopathy"].mask == 0
    np.testing.assert_array_equal(without.canvas.hu[outside], with_nodes.canvas.hu[outside])


def test_a_lesion_of_the_lung_stays_where_it_was_when_the_heart_grows(bodies: BodyStore) -> None:
    alone = draw_findings(bodies.fresh(), _requests(("Lung nodule",)))
    beside = draw_findings(bodies.fresh(), _requests(("Lung nodule", "Cardiomegaly")))

    np.testing.assert_allclose(alone["Lung nodule"].mask, beside["Lung nodule"].mask, atol=1e-6)


def test_coronary_calcium_lies_on_the_heart_as_drawn(bodies: BodyStore) -> None:
    calcium = "Coronary artery wall calcification"
    small = draw_findings(bodies.fresh(), _requests((calcium,)))
    large = draw_findings(bodies.fresh(), _requests((calcium, "Cardiomegaly")))

    leftmost = [int(np.nonzero(drawn[calcium].mask)[0].max()) for drawn in (small, large)]
    assert leftmost[1] > leftmost[0]


def test_findings_are_painted_in_the_order_of_the_table(bodies: BodyStore) -> None:
    asked = ("Medical material", "Emphysema", "Cardiomegaly")

    drawn = draw_findings(bodies.fresh(), _requests(asked))

    assert list(drawn) == ["Cardiomegaly", "Emphysema", "Medical material"]


def test_a_finding_without_a_drawer_is_refused(bodies: BodyStore) -> None:
    request = DrawRequest(np.random.default_rng(0), "mild")

    with pytest.raises(KeyError, match="Gallstone"):
        draw_findings(bodies.fresh(), {"Gallstone": request})
