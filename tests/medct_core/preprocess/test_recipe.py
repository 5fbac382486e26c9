"""A recipe's id stands for every one of its numbers."""

from dataclasses import fields, replace
from typing import Any

import pytest

from medct_core.preprocess.recipe import (
    ASTRA,
    CT_CLIP,
    MEDCT_MINI,
    RECIPES,
    Clipping,
    Depth,
    Extent,
    Recipe,
    Resampling,
)

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
    "orientation": "RAS",
    "extent": Extent.BODY,
    "clipping": Clipping.AFTER,
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


def test_recipes_keep_their_ids_when_fields_are_added() -> None:
    assert CT_CLIP.id == "ct-clip-d2fc390c"
    assert MEDCT_MINI.id == "medct-mini-7a1253c4"
    assert ASTRA.id == "astra-905fea56"
