"""A higher score always means that the finding is there, however it was asked for."""

import pytest

from medct_core.errors import PromptRefusedError
from medct_core.inference.prompt import Prompt
from medct_core.inference.wording import (
    CT_CLIP_STYLE,
    MEDCT_VLM_STYLE,
    TAUGHT_STYLE,
    PromptStyle,
    prompt_about,
    prompt_from_text,
    require_upright,
)
from medct_core.vocabulary import ABSENT_TEMPLATES, PRESENT_TEMPLATES


def test_ct_clip_is_asked_in_its_own_words() -> None:
    assert prompt_about("Pleural effusion", CT_CLIP_STYLE) == Prompt(
        "Pleural effusion",
        ("Pleural effusion is present.",),
        ("Pleural effusion is not present.",),
    )


def test_medct_vlm_is_asked_with_a_single_sentence() -> None:
    assert prompt_about("Lung nodule", MEDCT_VLM_STYLE) == Prompt(
        "Lung nodule", ("CT scan showing Lung nodule",)
    )


def test_our_own_models_are_asked_with_every_sentence_they_learned() -> None:
    prompt = prompt_about("emphysema", TAUGHT_STYLE)

    assert "There is emphysema." in prompt.present
    assert "There is no emphysema." in prompt.absent
    assert len(prompt.present) == len(PRESENT_TEMPLATES)
    assert len(prompt.absent) == len(ABSENT_TEMPLATES)


@pytest.mark.parametrize(
    "text",
    ["no pleural effusion", "pleural effusion is not seen", "rule out pleural effusion"],
)
@pytest.mark.parametrize("style", [CT_CLIP_STYLE, MEDCT_VLM_STYLE, TAUGHT_STYLE])
def test_denial_asks_for_the_finding_and_says_how_it_was_typed(
    text: str, style: PromptStyle
) -> None:
    affirmed = prompt_from_text("pleural effusion", style)

    denied = prompt_from_text(text, style)

    assert (denied.present, denied.absent) == (affirmed.present, affirmed.absent)
    assert denied.name == f'pleural effusion (asked as "{text}")'


def test_affirmed_text_keeps_its_name() -> None:
    prompt = prompt_from_text("  Is there a  cavitating nodule? ", CT_CLIP_STYLE)

    assert prompt.name == "Is there a cavitating nodule"
    assert prompt.present == ("Cavitating nodule is present.",)


@pytest.mark.parametrize("text", ["The heart is enlarged.", "heart is not enlarged"])
def test_sentence_with_its_own_verb_is_denied_by_that_verb(text: str) -> None:
    prompt = prompt_from_text(text, CT_CLIP_STYLE)

    assert prompt.present == ("Heart is enlarged.",)
    assert prompt.absent == ("Heart is not enlarged.",)


def test_sentence_stays_single_for_a_model_of_single_prompts() -> None:
    assert prompt_from_text("The heart is enlarged.", MEDCT_VLM_STYLE).absent == ()


def test_unclear_text_is_refused() -> None:
    with pytest.raises(PromptRefusedError):
        prompt_from_text("no nodule but emphysema", CT_CLIP_STYLE)


UPRIGHT = (
    Prompt("Effusion", ("pleural effusion",), ("no pleural effusion", "clear pleural spaces")),
    Prompt("Cardiomegaly", ("enlarged heart",), ("heart of normal size",)),
    Prompt("Dry consolidation", ("consolidation without effusion",), ("normal lungs",)),
    Prompt("Nodule", ("nonspecific nodule",)),
)

TURNED = (
    Prompt("Effusion", ("no pleural effusion",), ("pleural effusion",)),
    Prompt("Effusion", ("pleural effusion", "effusion is not seen"), ("no effusion",)),
    Prompt("Effusion", ("There is a pleural effusion.",), ("Pleural effusion is present.",)),
    Prompt("No effusion", ("no effusion",)),
)


@pytest.mark.parametrize("prompt", UPRIGHT)
def test_prompt_written_in_full_may_use_any_upright_wording(prompt: Prompt) -> None:
    require_upright(prompt)


@pytest.mark.parametrize("prompt", TURNED)
def test_prompt_written_upside_down_is_refused(prompt: Prompt) -> None:
    with pytest.raises(PromptRefusedError, match=prompt.name):
        require_upright(prompt)
