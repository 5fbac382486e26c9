"""A map of likeness says how alike two scans are, where most of it lies, and cannot be changed."""

import numpy as np
import pytest

from medct_core.inference.likeness import Likeness, Towards
from tests.library_samples import STAMP


def likeness() -> Likeness:
    values = np.zeros((2, 3, 4), dtype=np.float32)
    values[1, 2, 3], values[0, 1, 0] = 0.5, -0.2
    affine = np.diag([10.0, 20.0, 30.0, 1.0])
    return Likeness("chest.nii.gz", values, affine, 0.1, STAMP, "5f" * 32)


def test_the_parts_and_what_no_place_decides_add_up_to_the_cosine() -> None:
    assert likeness().cosine == pytest.approx(0.4)
    assert likeness().parts.sum() + likeness().common == pytest.approx(0.4)


def test_the_strongest_place_is_the_one_that_adds_most() -> None:
    assert likeness().strongest_mm == (10.0, 40.0, 90.0)


def test_its_name_is_that_of_no_finding() -> None:
    assert likeness().name == "Like chest.nii.gz"


def test_neither_a_map_nor_a_direction_can_be_changed() -> None:
    towards = Towards("chest.nii.gz", np.ones(3, dtype=np.float32), -1.0, STAMP)

    for array in (towards.direction, likeness().values, likeness().affine):
        assert not array.flags.writeable


def test_a_vector_is_compared_by_its_product_and_what_is_common() -> None:
    towards = Towards("chest.nii.gz", np.array([0.5, 2.0], dtype=np.float32), -0.25, STAMP)

    assert towards.cosine(np.array([0.5, 0.25], dtype=np.float32)) == 0.5
