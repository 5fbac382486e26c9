"""Recipes have names, and the numbers of the paper."""

import json

import pytest

from medct_core.errors import UsageError
from medct_core.training.augmentation.recipes import (
    AUGMENTATIONS,
    FAST,
    LATERALITY_SAFE,
    NONE,
    PAPER,
    Engine,
    Sides,
    augmentation_named,
)


def test_the_paper_is_its_table_2() -> None:
    said = json.loads(PAPER.to_json())

    assert said["chances"] == {
        "rotation": 0.9,
        "scaling": 0.9,
        "translation": 0.9,
        "elastic": 0.7,
        "flip_left_right": 0.5,
        "flip_front_back": 0.5,
        "blur": 0.5,
        "noise": 0.5,
        "gamma": 0.5,
        "bias_field": 0.3,
        "synonym": 0.3,
    }
    assert said["strengths"] == {
        "rotation_deg": 15.0,
        "scaling": [0.9, 1.1],
        "translation_mm": 10.0,
        "elastic_mm": 10.0,
        "elastic_points": 7,
        "blur_voxels": [0.5, 1.5],
        "noise": 0.15,
        "log_gamma": [-0.5, 0.5],
        "bias_field": 0.5,
    }
    assert (PAPER.engine, PAPER.sides) == (Engine.TORCHIO, Sides.KEPT)


def test_fast_is_quieter_and_keeps_front_and_back() -> None:
    assert FAST.engine is Engine.MONAI
    assert FAST.strengths.noise == 0.02
    assert FAST.chances.flip_front_back == 0.0


def test_what_is_safe_for_sides_swaps_their_words() -> None:
    assert LATERALITY_SAFE.sides is Sides.SWAPPED
    assert LATERALITY_SAFE.chances.flip_left_right == 0.5
    assert LATERALITY_SAFE.chances.flip_front_back == 0.0


def test_only_none_is_none() -> None:
    assert [one.name for one in AUGMENTATIONS.values() if one.is_none] == [NONE.name]


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_a_recipe_is_found_by_its_name(name: str) -> None:
    assert augmentation_named(name).name == name


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(UsageError, match=r"Did you mean 'laterality-safe'\?"):
        augmentation_named("Laterality safe")


def test_a_name_like_no_other_is_refused_with_all_of_them() -> None:
    with pytest.raises(UsageError, match="none, paper, fast, laterality-safe") as refused:
        augmentation_named("zzz")

    assert "Did you mean" not in refused.value.remedy
