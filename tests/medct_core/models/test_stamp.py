"""A stamp is complete or not built."""

from dataclasses import replace

import pytest

from medct_core.models.stamp import ModelStamp

WHOLE = ModelStamp("mini", "a" * 64, "recipe-1", "float32", "lora", "b" * 64)


@pytest.mark.parametrize("field", ["model", "checkpoint_sha256", "recipe_id", "precision"])
def test_a_stamp_with_a_hole_is_not_built(field: str) -> None:
    with pytest.raises(ValueError, match="complete"):
        replace(WHOLE, **{field: ""})


def test_an_adapter_has_a_name_and_a_hash() -> None:
    with pytest.raises(ValueError, match="hash"):
        replace(WHOLE, adapter_sha256=None)


def test_another_adapter_is_another_stamp() -> None:
    assert replace(WHOLE, adapter_sha256="c" * 64) != WHOLE
    assert replace(WHOLE) == WHOLE
