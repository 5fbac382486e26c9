"""Contrast between scans and reports tells apart only what may be told apart."""

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from medct_core.training.adapt.contrast import Pairs, infonce, report_numbers, rivals, siglip

SCALE = torch.tensor(4.0)


def pairs_of(groups: npt.NDArray[np.int64], counts: npt.NDArray[np.bool_], seed: int = 0) -> Pairs:
    generator = torch.Generator().manual_seed(seed)
    n = len(groups)
    images, texts = (
        functional.normalize(torch.randn(n, 5, generator=generator), dim=-1).requires_grad_()
        for _ in range(2)
    )
    apart = torch.from_numpy(rivals(groups, counts))
    return Pairs(images, texts, images, texts, 0, apart, torch.from_numpy(counts), n)


def apart(n: int) -> npt.NDArray[np.int64]:
    """Give every scan a patient and a report of its own."""
    return np.column_stack([np.arange(n), np.arange(n)]).astype(np.int64)


@given(
    numbers=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8),
    seed=st.integers(0, 100),
)
def test_who_shares_a_patient_or_a_report_is_never_a_rival(
    numbers: list[tuple[int, int]], seed: int
) -> None:
    groups = np.array(numbers, np.int64)
    counts = np.random.default_rng(seed).random(len(groups)) < 0.8

    found = rivals(groups, counts)

    assert (found == found.T).all()
    for one, other in np.ndindex(found.shape):
        related = (groups[one] == groups[other]).any()
        assert found[one, other] == (not related and counts[one] and counts[other])


@given(
    numbers=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=7),
    seed=st.integers(0, 100),
)
def test_only_rivals_stand_in_the_denominator(numbers: list[tuple[int, int]], seed: int) -> None:
    groups = np.array(numbers, np.int64)
    pairs = pairs_of(groups, np.ones(len(groups), np.bool_), seed)

    loss = infonce(pairs, SCALE)

    logits = (SCALE * pairs.images @ pairs.texts.T).detach().double().numpy()
    costs = []
    for row in range(len(groups)):
        others = [one for one in range(len(groups)) if not (groups[one] == groups[row]).any()]
        for seen in (logits[row], logits[:, row]):
            costs.append(np.log(np.exp(seen[[row, *others]]).sum()) - seen[row])
    assert loss.item() == pytest.approx(np.mean(costs), abs=1e-5)


@pytest.mark.parametrize("column", [0, 1])
def test_related_pairs_push_nothing_apart(column: int) -> None:
    groups = apart(2)
    groups[:, column] = 5
    pairs = pairs_of(groups, np.ones(2, np.bool_))

    loss = siglip(pairs, SCALE, torch.tensor(-1.0))

    own = (SCALE * (pairs.images * pairs.texts).sum(dim=1) - 1.0).detach()
    torch.testing.assert_close(loss.detach(), functional.softplus(-own).mean())


def _loss(kind: str, pairs: Pairs) -> Tensor:
    if kind == "siglip":
        return siglip(pairs, SCALE, torch.tensor(-1.0))
    return infonce(pairs, SCALE)


def test_without_relations_it_is_the_usual_infonce() -> None:
    pairs = pairs_of(apart(6), np.ones(6, np.bool_))

    loss = infonce(pairs, SCALE)

    logits, target = SCALE * pairs.images @ pairs.texts.T, torch.arange(6)
    usual = functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    torch.testing.assert_close(loss, usual / 2)


def test_without_relations_it_is_the_usual_siglip() -> None:
    pairs, bias = pairs_of(apart(5), np.ones(5, np.bool_)), torch.tensor(-0.7)

    loss = siglip(pairs, SCALE, bias)

    signs = 2 * torch.eye(5) - 1
    logits = SCALE * pairs.images @ pairs.texts.T + bias
    torch.testing.assert_close(loss, -functional.logsigmoid(signs * logits).sum() / 5)


@pytest.mark.parametrize("kind", ["infonce", "siglip"])
def test_a_scan_without_report_changes_nothing(kind: str) -> None:
    counts = np.array([True, True, True, False])
    pairs = pairs_of(apart(4), counts)

    (gradient,) = torch.autograd.grad(_loss(kind, pairs), pairs.texts)

    assert gradient[3].abs().max() == 0
    assert gradient[:3].abs().max() > 0


def test_patients_with_one_body_teach_nothing_by_contrast() -> None:
    groups = apart(3)
    groups[:, 0] = 7

    loss = infonce(pairs_of(groups, np.ones(3, np.bool_)), SCALE)

    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_equal_reports_share_a_number_whatever_their_case_and_spacing() -> None:
    one, same, other = report_numbers(["No nodule.", " no  NODULE. ", "A nodule."])

    assert one == same
    assert one != other
