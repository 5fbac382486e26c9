"""The eighteen findings come first, in their order; a person's own come after."""

from dataclasses import replace
from pathlib import Path

import pytest

from medct_core.errors import PromptRefusedError
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_sets import asked_prompts, default_prompts, merged, style_of
from medct_core.inference.wording import CT_CLIP_STYLE, MEDCT_VLM_STYLE, TAUGHT_STYLE
from medct_core.models.manifest import ModelManifest, read_manifest
from medct_core.vocabulary import FINDINGS
from tests import tiny_model

OWN = Prompt("Lung nodule", ("a round spot",), ("no round spot",))
RING = Prompt("Ring sign", ("ring sign",), ("no ring sign",))


def manifest_of(folder: Path, kind: tiny_model.Kind) -> ModelManifest:
    return read_manifest(tiny_model.write_model(folder, kind))


def test_plain_model_is_asked_like_ct_clip(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path / "m", tiny_model.PAIR)

    prompts = default_prompts(tmp_path / "m", manifest)

    assert style_of(manifest) == CT_CLIP_STYLE
    assert tuple(prompt.name for prompt in prompts) == FINDINGS
    assert prompts[12].absent == ("Pleural effusion is not present.",)


def test_model_of_single_prompts_is_asked_like_medct_vlm(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path / "m", tiny_model.SINGLE)

    assert style_of(manifest) == MEDCT_VLM_STYLE
    assert default_prompts(tmp_path / "m", manifest)[0].absent == ()


def test_model_with_a_prompt_file_is_asked_in_its_words(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path / "m", replace(tiny_model.PAIR, prompts=(RING, OWN)))

    prompts = default_prompts(tmp_path / "m", manifest)

    assert style_of(manifest) == TAUGHT_STYLE
    assert tuple(prompt.name for prompt in prompts) == (*FINDINGS, "Ring sign")
    assert prompts[9] == OWN


def test_own_prompts_replace_by_name_and_follow_otherwise() -> None:
    nodule = Prompt("lung NODULE", ("nodule",), ("no nodule",))

    assert merged((RING, OWN), (nodule, Prompt("C", ("c",)))) == (RING, nodule, Prompt("C", ("c",)))


def test_typed_prompts_come_last_and_only_once() -> None:
    asked = asked_prompts((OWN,), style=CT_CLIP_STYLE, texts=["x sign", "x sign"], written=[RING])

    assert [prompt.name for prompt in asked] == ["Lung nodule", "Ring sign", "x sign"]


def test_prompt_file_cannot_turn_a_score_upside_down() -> None:
    turned = Prompt("Lung nodule", ("no nodule",), ("nodule",))

    with pytest.raises(PromptRefusedError, match="Lung nodule"):
        asked_prompts((OWN,), style=CT_CLIP_STYLE, written=[turned])
