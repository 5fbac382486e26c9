"""Parts of the experiment share no phantom, and say what is known of theirs."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import UsageError
from medct_core.training.reproduce.corpora import (
    TEST_A,
    TEST_B,
    TRAIN_B,
    VALIDATION_A,
    VALIDATION_B,
    PlainPhantoms,
    part_corpus,
)
from medct_core.vocabulary import FINDINGS

PARTS = (TRAIN_B, VALIDATION_A, VALIDATION_B, TEST_A, TEST_B)


def test_no_phantom_serves_two_purposes() -> None:
    for one, other in combinations(PARTS, 2):
        seeds = [{scan.seed for scan in part.scans} for part in (one, other)]
        assert seeds[0].isdisjoint(seeds[1])


def test_seeds_of_another_purpose_are_refused() -> None:
    with pytest.raises(UsageError, match="may not be used"):
        _ = replace(TEST_B, first=TRAIN_B.first).scans


def test_a_part_is_drawn_once_and_shown_as_it_is(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    part = replace(VALIDATION_B, count=3)

    drawn = part_corpus(tmp_path, part, 1, lambda stage, share: told.append((stage, share)))
    again = part_corpus(tmp_path, part, 1, lambda stage, share: told.append((stage, share)))
    viewer = PlainPhantoms(part, again)
    views = viewer.views([2, 0], epoch=5)

    assert [stage for stage, _ in told] == ["drawing validation-b-v2"] * 3
    assert [share for _, share in told] == pytest.approx([1 / 3, 2 / 3, 1.0])
    np.testing.assert_array_equal(views.values, drawn.values(np.array([2, 0])))
    assert views.reports == (drawn.reports[2], drawn.reports[0])
    assert viewer.cohort.findings == FINDINGS
    assert len(set(viewer.cohort.patients.tolist())) == len(viewer.cohort) == 3


def test_the_identity_of_views_changes_with_what_decides_them(tmp_path: Path) -> None:
    part = replace(VALIDATION_B, count=1)
    corpus = part_corpus(tmp_path, part, 1, lambda _stage, _share: None)

    same, other = PlainPhantoms(part, corpus), PlainPhantoms(replace(part, domain="a"), corpus)

    assert same.identity == PlainPhantoms(part, corpus).identity != other.identity
