"""Settings of a run are the paper's unless said otherwise, and make sense together."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.adapt.config import AdaptConfig, SettingRefusedError


def test_the_usual_settings_are_the_papers() -> None:
    config = AdaptConfig()

    assert (config.tune, config.preset, config.head, config.loss) == (
        "lora",
        "paper",
        "paper",
        "bce",
    )
    assert (config.epochs, config.rate, config.weight_decay) == (15, 5e-4, 0.01)
    assert config.head_dropout == 0.3


@pytest.mark.parametrize(
    "name",
    [
        *("tune", "towers", "preset", "head", "loss", "contrast", "prompts", "temperature"),
        *("text_order", "device", "name"),
    ],
)
def test_a_value_that_is_no_choice_is_refused_by_name(name: str) -> None:
    with pytest.raises(SettingRefusedError, match=name) as caught:
        AdaptConfig(**{name: "no such thing"})  # type: ignore[arg-type]

    assert caught.value.name == name


@pytest.mark.parametrize("name", ["epochs", "batch", "accumulation", "vision_rank", "text_alpha"])
@given(value=st.integers(max_value=0))
def test_a_count_below_one_is_refused(name: str, value: int) -> None:
    with pytest.raises(SettingRefusedError, match=name):
        AdaptConfig(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["rate", "contrast_weight", "weight_decay", "head_dropout"])
@pytest.mark.parametrize("value", [-0.1, math.inf, math.nan])
def test_a_number_out_of_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(SettingRefusedError, match=name):
        AdaptConfig(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        {"tune": "head", "head": "prompt"},
        {"tune": "head", "loss": "sum"},
        {"towers": "text", "head": "paper"},
        {"loss": "contrast", "head": "paper"},
        {"temperature": "learned"},
    ],
)
def test_settings_by_which_nothing_would_be_learned_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="Set "):
        AdaptConfig(**settings)  # type: ignore[arg-type]


@given(rate=st.floats(1e-6, 1), seed=st.integers(0, 2**32), minutes=st.floats(0.1, 100))
def test_what_decides_the_result_decides_the_id(rate: float, seed: int, minutes: float) -> None:
    config = AdaptConfig(rate=rate, seed=seed)

    assert replace(config, checkpoint_minutes=minutes, readers=3).id == config.id
    assert replace(config, seed=seed + 1).id != config.id
    assert replace(config, rate=rate * 2).id != config.id


def test_another_size_or_tower_is_no_preset_any_more() -> None:
    assert not AdaptConfig().own_ranks
    assert AdaptConfig(vision_rank=2).own_ranks
    assert AdaptConfig(towers="image").own_ranks
