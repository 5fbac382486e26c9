"""What stands in the prompt box becomes a prompt, or a plain word on why it does not."""

import pytest

from app.controllers.typed_prompt import read_typed
from app.state.answers import Explanation
from medct_core.inference.prompt import Prompt
from medct_core.inference.wording import CT_CLIP_STYLE, TAUGHT_STYLE, PromptStyle


@pytest.mark.parametrize("style", [CT_CLIP_STYLE, TAUGHT_STYLE])
def test_a_finding_is_asked_in_the_words_of_the_model(style: PromptStyle) -> None:
    asked = read_typed("cavitating nodule", style)

    assert isinstance(asked, Prompt)
    assert asked.name == "cavitating nodule"
    assert len(asked.present) == len(style.present)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("no pleural effusion", "pleural effusion"),
        ("The heart is not enlarged", "The heart is enlarged"),
    ],
)
def test_a_denial_is_explained_and_turned_round(text: str, suggestion: str) -> None:
    asked = read_typed(text, CT_CLIP_STYLE)

    assert isinstance(asked, Explanation)
    assert f'"{suggestion}"' in asked.remedy
    assert "absent" in asked.summary


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  ", "empty"),
        ("nodule " * 400, "characters"),
        ("effusion but no nodule", "affirms one thing and denies another"),
        ("possible nodule", "how sure"),
        ("kein Erguss", "other than English"),
    ],
)
def test_what_cannot_be_scored_is_explained(text: str, said: str) -> None:
    asked = read_typed(text, CT_CLIP_STYLE)

    assert isinstance(asked, Explanation)
    assert said in asked.summary
    assert asked.remedy


def test_wordings_that_were_edited_are_asked_as_they_are() -> None:
    prompt = Prompt("Nodule", ("a nodule is seen.",), ("no nodule is seen.",))

    assert read_typed(prompt, CT_CLIP_STYLE) == prompt


@pytest.mark.parametrize("text", ["Hiatal hernia", "hiatal  HERNIA."])
def test_a_finding_of_the_list_is_asked_as_the_list_asks(text: str) -> None:
    listed = Prompt("Hiatal hernia", ("Words that only the list has.",))

    assert read_typed(text, CT_CLIP_STYLE, listed=(listed,)) == listed


def test_a_finding_of_the_list_in_own_words_keeps_its_name() -> None:
    listed = Prompt("Hiatal hernia", ("Hiatal hernia is present.",))
    edited = Prompt("hiatal hernia", ("The stomach lies in the chest.",))

    asked = read_typed(edited, CT_CLIP_STYLE, listed=(listed,))

    assert asked == Prompt("Hiatal hernia", edited.present)


def test_wordings_that_are_upside_down_are_explained() -> None:
    asked = read_typed(Prompt("Nodule", ("no nodule",)), CT_CLIP_STYLE)

    assert isinstance(asked, Explanation)
    assert "absent" in asked.summary
