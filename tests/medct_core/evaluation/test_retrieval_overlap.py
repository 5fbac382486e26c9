"""Overlaps agree with their definitions, counted by hand."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.evaluation.retrieval_overlap import (
    Labelled,
    any_shared_label,
    label_overlap,
    released_overlap,
)

Labels = npt.NDArray[np.bool_]


def scans(seed: int, count: int, *, share: float = 0.3, patients: int | None = None) -> Labelled:
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal((count, 6)).astype(np.float32)
    labels = rng.random((count, 4)) < share
    labels[:3, 0] = True
    return Labelled(
        drawn / np.linalg.norm(drawn, axis=1, keepdims=True),
        labels,
        np.arange(count) % (patients or count),
    )


def alike(one: Labels, other: Labels) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def nearest(one: Labelled, query: int, allowed: list[int]) -> list[int]:
    cosines = one.vectors @ one.vectors[query]
    return sorted(allowed, key=lambda row: -cosines[row])


@given(st.integers(0, 2**32), st.integers(6, 20))
def test_the_released_number_counts_the_scan_itself_and_runs_on(seed: int, count: int) -> None:
    drawn = scans(seed, count)
    labelled = [row for row in range(count) if drawn.labels[row].any()]
    lists = [nearest(drawn, query, labelled) for query in range(count)]

    def at(k: int) -> float:
        each = [
            np.mean([alike(drawn.labels[query], drawn.labels[row]) for row in found[:k]])
            for query, found in enumerate(lists)
        ]
        return float(np.mean(each))

    result = released_overlap(drawn)

    assert (result.queries, result.candidates) == (count, len(labelled))
    assert result.at[1].value == pytest.approx(at(1))
    expected = np.mean([at(1), at(5)]) if len(labelled) >= 5 else None
    assert result.at[5].value == (None if expected is None else pytest.approx(expected))


@given(st.integers(0, 2**32), st.integers(6, 20))
def test_label_overlap_leaves_out_the_patients_own_scans(seed: int, count: int) -> None:
    drawn = scans(seed, count, patients=4)
    each, expected = [], []
    for query in range(count):
        others = [
            row
            for row in range(count)
            if drawn.labels[row].any() and drawn.groups[row] != drawn.groups[query]
        ]
        best = nearest(drawn, query, others)[0]
        each.append(alike(drawn.labels[query], drawn.labels[best]))
        expected.append(np.mean([alike(drawn.labels[query], drawn.labels[row]) for row in others]))

    result = label_overlap(drawn)

    assert result.at[1].value == pytest.approx(np.mean(each))
    assert result.at[1].chance == pytest.approx(np.mean(expected))


@given(st.integers(0, 2**32), st.integers(8, 20))
def test_any_shared_label_is_precision_at_the_relevant_ones_by_k(seed: int, count: int) -> None:
    drawn = scans(seed, count, share=0.5)
    labelled = [row for row in range(count) if drawn.labels[row].any()]
    each = []
    for query in labelled:
        found = nearest(drawn, query, [row for row in labelled if row != query])[:5]
        right = [bool((drawn.labels[query] & drawn.labels[row]).any()) for row in found]
        each.append(sum(sum(right[: n + 1]) / (n + 1) for n in range(len(right)) if right[n]) / 5)

    result = any_shared_label(drawn)

    assert (result.queries, result.candidates) == (len(labelled), len(labelled) - 1)
    if len(labelled) > 5:
        assert result.at[5].value == pytest.approx(np.mean(each))
    else:
        assert result.at[5].value is None


def test_where_all_scans_have_a_finding_in_common_chance_is_perfect() -> None:
    drawn = scans(0, 12)
    labels = drawn.labels.copy()
    labels[:, 0] = True

    result = any_shared_label(Labelled(drawn.vectors, labels, drawn.groups))

    assert result.share_relevant == 1.0
    assert result.at[10].value == result.at[10].chance == pytest.approx(1.0)


def test_random_vectors_reach_chance() -> None:
    drawn = scans(5, 500, share=0.4)

    for result in (released_overlap(drawn), label_overlap(drawn), any_shared_label(drawn)):
        at = result.at[50]
        assert at.low is not None
        assert at.chance is not None
        assert at.high is not None
        assert at.low - 0.01 <= at.chance <= at.high + 0.01


def test_one_patient_alone_finds_nobody() -> None:
    drawn = scans(1, 6, patients=1)

    assert label_overlap(drawn).at[1].value is None
    assert any_shared_label(drawn).share_relevant is None
