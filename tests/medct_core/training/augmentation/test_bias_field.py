"""The factor is TorchIO's, computed along one axis after the other."""

import numpy as np
import pytest
import torch
import torchio
from hypothesis import given
from hypothesis import strategies as st

from medct_core.training.augmentation.bias_field import bias_factor
from medct_core.training.augmentation.draw import BIAS_ORDER, BIAS_TERMS

TERMS = st.lists(st.floats(-0.5, 0.5), min_size=BIAS_TERMS, max_size=BIAS_TERMS)
SIZES = st.integers(2, 9)


@given(st.tuples(SIZES, SIZES, SIZES), TERMS)
def test_it_is_the_bias_field_of_torchio(shape: tuple[int, int, int], terms: list[float]) -> None:
    theirs = torchio.BiasField.generate_bias_field(torch.zeros(1, *shape), BIAS_ORDER, terms)

    ours = bias_factor(shape, terms).numpy()

    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=2e-5)


@given(TERMS)
def test_it_is_positive(terms: list[float]) -> None:
    assert (bias_factor((3, 4, 5), terms) > 0).all()


def test_without_coefficients_nothing_changes() -> None:
    assert (bias_factor((3, 1, 5), [0.0] * BIAS_TERMS) == 1).all()


@pytest.mark.parametrize(("term", "axis"), [(10, 0), (4, 1), (1, 2)])
def test_each_first_power_runs_along_its_own_axis(term: int, axis: int) -> None:
    terms = [0.0] * BIAS_TERMS
    terms[term] = 0.5

    factor = bias_factor((5, 5, 5), terms).numpy()

    line = np.moveaxis(factor, axis, 0).reshape(5, -1)
    expected = np.exp(np.linspace(-0.5, 0.5, 5))[:, None]
    np.testing.assert_allclose(line, np.broadcast_to(expected, line.shape), rtol=1e-6)
