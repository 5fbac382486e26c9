"""Sizes and options survive a JSON file, and contradictions are refused."""

import json
from dataclasses import replace

import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.models.config import CT_CLIP, MINI, JointConfig, StemConfig, TextConfig


@pytest.mark.parametrize("config", [CT_CLIP, MINI], ids=["ct-clip", "mini"])
def test_a_configuration_survives_a_json_file(config: JointConfig) -> None:
    written = json.dumps(config.to_json())

    assert JointConfig.from_json(json.loads(written)) == config


@pytest.mark.parametrize("where", ["vision", "text"])
def test_an_unknown_entry_is_refused_by_name(where: str) -> None:
    values = CT_CLIP.to_json()
    values[where]["dropuot"] = 0.1

    with pytest.raises(ModelUnavailableError, match="dropuot"):
        JointConfig.from_json(values)


def test_a_missing_entry_is_refused_by_name() -> None:
    values = CT_CLIP.to_json()
    del values["vision"]["patch_size"]

    with pytest.raises(ModelUnavailableError, match="patch_size"):
        JointConfig.from_json(values)


def test_a_file_without_towers_is_refused() -> None:
    with pytest.raises(ModelUnavailableError, match="vision"):
        JointConfig.from_json({"dim_latent": 4})


def test_patches_that_do_not_tile_the_volume_are_refused() -> None:
    with pytest.raises(ValueError, match="do not tile"):
        replace(CT_CLIP.vision, patch_size=21)


def test_an_unknown_pooling_is_refused() -> None:
    values = CT_CLIP.to_json() | {"text_pooling": "max"}

    with pytest.raises(ModelUnavailableError, match="'max'"):
        JointConfig.from_json(values)


def test_without_a_text_projection_the_widths_must_agree() -> None:
    with pytest.raises(ValueError, match="projection"):
        replace(CT_CLIP, text_projection=False)


@pytest.mark.parametrize(
    ("channels", "strides", "groups"),
    [((), (), 1), ((4, 8), ((1, 1, 1),), 4), ((4,), ((1, 0, 1),), 4), ((6,), ((1, 1, 1),), 4)],
    ids=["nothing", "one stride short", "no stride", "groups that do not divide"],
)
def test_a_stem_that_cannot_be_built_is_refused(
    channels: tuple[int, ...], strides: tuple[tuple[int, int, int], ...], groups: int
) -> None:
    with pytest.raises(ValueError, match=r"stem|stride"):
        StemConfig(channels=channels, strides=strides, groups=groups)


def test_the_released_head_is_the_released_size() -> None:
    assert CT_CLIP.vision.grid == (24, 24, 24)
    assert CT_CLIP.vision.head_values == 294912
    assert CT_CLIP.vision.patch_values == 4000
    assert CT_CLIP.vision.hidden == 1365


def test_a_token_of_the_small_model_covers_four_by_eight_by_eight_voxels() -> None:
    assert MINI.vision.token_voxels == (4, 8, 8)
    assert MINI.vision.grid == (16, 12, 12)


def test_what_does_not_matter_in_a_bert_configuration_is_ignored() -> None:
    bert = {
        **{"vocab_size": 9, "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2},
        **{"intermediate_size": 8, "max_position_embeddings": 16, "model_type": "bert"},
    }

    assert TextConfig.from_bert(bert).intermediate_size == 8


@pytest.mark.parametrize("densities", [(0.0,), (0.0, 0.0), (0.5, -0.5)])
def test_densities_that_do_not_rise_are_refused(densities: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="densities"):
        StemConfig((4,), ((1, 1, 1),), densities=densities)


def test_each_density_widens_the_stem_by_one() -> None:
    plain = StemConfig((4,), ((1, 2, 2),))

    assert replace(plain, densities=(-1.0, 0.0, 1.0)).width == plain.width + 3
