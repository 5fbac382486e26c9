"""The same question in other words."""

from hypothesis import given
from hypothesis import strategies as st

from medct_core.inference.paraphrase import Spread, paraphrases, spread_of
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import PromptScore, Scores
from medct_core.inference.wording import (
    CT_CLIP_STYLE,
    MEDCT_VLM_STYLE,
    TAUGHT_STYLE,
    PromptStyle,
    prompt_from_text,
)
from medct_core.models.stamp import ModelStamp
from medct_core.vocabulary import FINDINGS, PRESENT_TEMPLATES

STAMP = ModelStamp("tiny", "0" * 64, "tiny-1", "float32")


def scores(*probabilities: float) -> Scores:
    prompt = Prompt("Nodule", ("a nodule",))
    return Scores(tuple(PromptScore(prompt, 0.0, p) for p in probabilities), STAMP, "0" * 64)


@given(st.sampled_from(FINDINGS), st.sampled_from([CT_CLIP_STYLE, TAUGHT_STYLE, MEDCT_VLM_STYLE]))
def test_every_finding_can_be_asked_in_other_words(name: str, style: PromptStyle) -> None:
    prompt = prompt_from_text(name, style)

    others = paraphrases(prompt)

    assert len(others) == len(PRESENT_TEMPLATES)
    assert all(len(other.present) == 1 for other in others)
    assert {other.name for other in others} == {prompt.name}
    assert all(bool(other.absent) == bool(prompt.absent) for other in others)


def test_wordings_of_ones_own_are_taken_one_by_one() -> None:
    prompt = Prompt("Nodule", ("a nodule.", "a mass.", "a lump."), ("no nodule.", "no mass."))

    others = paraphrases(prompt)

    assert [(one.present, one.absent) for one in others] == [
        (("a nodule.",), ("no nodule.",)),
        (("a mass.",), ("no mass.",)),
        (("a lump.",), ("no nodule.",)),
    ]


def test_a_wording_that_is_not_understood_has_no_paraphrase() -> None:
    assert paraphrases(Prompt("x", ("possibly a nodule",))) == ()
    assert paraphrases(Prompt("x", ("no nodule",))) == ()


def test_the_spread_is_from_the_lowest_to_the_highest() -> None:
    assert spread_of(scores(0.4, 0.1, 0.3)) == Spread(0.1, 0.4, 3)
    assert spread_of(scores(0.4)) is None
