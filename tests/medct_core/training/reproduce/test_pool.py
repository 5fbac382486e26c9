"""A pool holds the paper's augmentation of every scan, and shows each run another order of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.training.augmentation.recipes import PAPER
from medct_core.training.reproduce.corpora import VALIDATION_B, PlainPhantoms, part_corpus
from medct_core.training.reproduce.pool import (
    CARRIED_OVER,
    VARIANTS,
    Pool,
    PoolViewer,
    augmented,
    draw_pool,
    open_pool,
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> PlainPhantoms:
    part = replace(VALIDATION_B, count=2)
    folder = tmp_path_factory.mktemp("part")
    return PlainPhantoms(part, part_corpus(folder, part, 1, lambda _stage, _share: None))


@pytest.fixture(scope="module")
def folder(plain: PlainPhantoms, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pool")
    shares = list(draw_pool(plain, place, 1))
    assert shares[-1] == 1.0
    assert len(shares) == VARIANTS
    return place


@pytest.fixture(scope="module")
def pool(plain: PlainPhantoms, folder: Path) -> Pool:
    return open_pool(plain, folder)


def test_a_run_sees_every_variant_before_one_comes_again(pool: Pool) -> None:
    viewer = PoolViewer(pool, seed=3)

    seen = [viewer.views([1], epoch).values.tobytes() for epoch in range(2 * VARIANTS)]

    assert len(set(seen)) == VARIANTS
    assert seen[:VARIANTS] == seen[VARIANTS:]


def test_what_is_shown_is_the_augmented_scan_to_half_a_level(
    plain: PlainPhantoms, pool: Pool
) -> None:
    wanted = augmented(plain).views([0, 1], 2)

    kept = np.stack([pool.values[2][row] for row in (0, 1)])

    shown = kept.astype(np.float32)[:, None] * (2 / 255) - 1
    assert np.abs(shown - wanted.values).max() <= 1 / 255 + 1e-6
    assert tuple(pool.reports[2]) == wanted.reports


def test_an_interrupted_drawing_goes_on_with_the_variant_it_was_at(
    plain: PlainPhantoms, folder: Path, pool: Pool
) -> None:
    before = np.array(pool.values[4])
    (folder / "variant-4.json").unlink()
    (folder / "variant-4.npy").unlink()

    shares = list(draw_pool(plain, folder, 1))

    assert len(shares) == 1
    np.testing.assert_array_equal(open_pool(plain, folder).values[4], before)


def test_seeds_have_views_and_identities_of_their_own(pool: Pool) -> None:
    viewers = [PoolViewer(pool, seed) for seed in range(12)]

    firsts = {viewer.views([0], 0).values.tobytes() for viewer in viewers}

    assert len(firsts) > 1
    assert len({viewer.identity for viewer in viewers}) == len(viewers)
    assert viewers[0].identity == PoolViewer(pool, 0).identity


def test_blur_and_noise_are_the_papers_in_millimetres_and_the_rest_as_printed() -> None:
    strengths = CARRIED_OVER.strengths

    assert np.array(strengths.blur_voxels) * 6.0 == pytest.approx([0.375, 1.125])
    assert strengths.noise == pytest.approx(0.15 / (8 * 8 * 6.5 / 1.5) ** 0.5)
    same = replace(strengths, blur_voxels=PAPER.strengths.blur_voxels, noise=PAPER.strengths.noise)
    assert (same, CARRIED_OVER.chances) == (PAPER.strengths, PAPER.chances)
