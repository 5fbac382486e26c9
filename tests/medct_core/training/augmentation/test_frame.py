"""A frame says where sides are and how large voxels are."""

from dataclasses import replace

import pytest

from medct_core.errors import UsageError
from medct_core.preprocess.recipe import ASTRA, CT_CLIP, MEDCT_MINI, MEDCT_VLM_PAPER, Recipe
from medct_core.training.augmentation.frame import Frame


def test_a_side_is_the_height_of_what_ct_clip_reads() -> None:
    frame = Frame.of(CT_CLIP)

    assert frame.directions == "SLP"
    assert (frame.side_axis, frame.front_axis) == (1, 2)


def test_axes_follow_the_orientation_of_the_recipe() -> None:
    turned = Frame.of(replace(MEDCT_MINI, orientation="PSR"))

    assert turned.directions == "RPS"
    assert (turned.side_axis, turned.front_axis) == (0, 1)


@pytest.mark.parametrize("recipe", [CT_CLIP, MEDCT_VLM_PAPER, MEDCT_MINI])
def test_air_is_the_low_end_of_every_range(recipe: Recipe) -> None:
    frame = Frame.of(recipe)

    assert frame.low == frame.pad_value
    assert frame.high - frame.low > 0
    assert frame.pad_share == 0.0


def test_voxels_that_differ_from_scan_to_scan_are_refused() -> None:
    with pytest.raises(UsageError, match="differ in size"):
        Frame.of(ASTRA)


def test_the_size_of_such_voxels_may_be_given() -> None:
    frame = Frame.of(ASTRA, (1.5, 1.2, 1.1))

    assert frame.spacing_mm == (1.5, 1.2, 1.1)
    assert frame.directions == "SRA"
