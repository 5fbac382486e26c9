"""Masks at the size of tokens."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.token_masks import token_coverage, token_masks
from medct_core.phantom.wish import wished_spec
from medct_core.vocabulary import FINDINGS

GRID = Grid((48, 48, 32), (8.0, 8.0, 10.0))
TOKEN = (8, 8, 4)


@given(arrays(np.float32, (8, 4, 6), elements=st.floats(0, 1, width=32)))
def test_a_token_holds_the_mean_of_its_voxels(mask: np.ndarray) -> None:
    tokens = token_masks(mask, (4, 2, 3))

    assert tokens.shape == (2, 2, 2)
    np.testing.assert_allclose(tokens[1, 0, 1], mask[4:8, 0:2, 3:6].mean(), atol=1e-5)
    np.testing.assert_allclose(tokens.mean(), mask.mean(), atol=1e-5)


def test_any_share_of_a_token_counts() -> None:
    phantom = draw_phantom(wished_spec(7, "a", "lung nodule, pneumothorax"), GRID)

    coverage = token_coverage(phantom, TOKEN)

    share = token_masks(phantom.masks["Lung nodule"], TOKEN).transpose(2, 0, 1)
    row = coverage[FINDINGS.index("Lung nodule")]
    assert coverage.shape == (18, 8, 6, 6)
    np.testing.assert_array_equal(row > 0, share > 1e-6)
    np.testing.assert_allclose(row / 255, share, atol=1 / 255)


def test_findings_that_are_absent_or_never_labelled_have_no_tokens() -> None:
    phantom = draw_phantom(wished_spec(7, "a", "lung nodule, pneumothorax"), GRID)

    coverage = token_coverage(phantom, TOKEN)

    filled = coverage.any(axis=(1, 2, 3))
    assert np.flatnonzero(filled).tolist() == [FINDINGS.index("Lung nodule")]
