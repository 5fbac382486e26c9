"""A recipe's id stands for every one of its numbers."""

from dataclasses import fields, replace
from typing import Any

import pytest

from medct_core.preprocess.recipe import CT_CLIP, RECIPES, Depth, Recipe, Resampling

CHANGES: dict[str, Any] = {
    "name": "other",
    "shape": (1, 2, 3),
    "spacing_mm": (1.0, 2.0, 3.0),
    "hu_range": (-1.0, 1.0),
    "scale": 3.0,
    "shift": 4.0,
    "pad_value": 5.0,
    "resampling": Resampling.AREA,
    "depth": Depth.SLICE_COUNT,
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_a_recipe_survives_json(recipe: Recipe) -> None:
    again = Recipe.from_json(recipe.to_json())

    assert again == recipe
    assert again.id == recipe.id


@pytest.mark.parametrize("field", [field.name for field in fields(Recipe)])
def test_every_field_changes_the_id(field: str) -> None:
    changed = replace(CT_CLIP, **{field: CHANGES[field]})

    assert changed.id != CT_CLIP.id


def test_an_unknown_field_is_refused() -> None:
    text = CT_CLIP.to_json().replace('"scale"', '"gamma"')

    with pytest.raises(TypeError, match="gamma"):
        Recipe.from_json(text)
