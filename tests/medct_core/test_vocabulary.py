"""The words a model of ours learns, and the words it must never see."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from medct_core.training.statements import STATEMENTS
from medct_core.vocabulary import (
    ABSENT_TEMPLATES,
    FINDINGS,
    PRESENT_TEMPLATES,
    TERMS,
    UNLABELLED_FINDINGS,
    is_plural,
    sentence,
    training_wordings,
)

PROMPTS = Path(__file__).parents[2] / "resources" / "prompts"
# Words that carry grammar, not meaning.
FUNCTION_WORDS = set(
    re.findall(
        r"\w+",
        "a an the of in on at with and or is are was not no there than up to its it by be can has "
        "been this that such as from within over under below above into neither nor any each other "
        "every only too also nothing near beside along between around through behind",
    )
)
ENDINGS = (
    "ations",
    "ation",
    "ements",
    "ement",
    "ings",
    "ing",
    "ized",
    "ised",
    "ies",
    "ates",
    "ated",
    "es",
    "ed",
    "s",
    "ic",
    "al",
    "ous",
)


def content_stems(text: str) -> set[str]:
    words = set(re.findall(r"[a-z]{2,}", text.lower())) - FUNCTION_WORDS
    return {stem(word) for word in words}


def stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def trained_wordings(finding: str) -> set[str]:
    filled = training_wordings(finding, PRESENT_TEMPLATES + ABSENT_TEMPLATES)
    affirmed, denied = STATEMENTS[finding]
    return {*filled, *affirmed, *denied}


def training_stems() -> set[str]:
    return {
        found
        for finding in FINDINGS
        for text in trained_wordings(finding)
        for found in content_stems(text)
    }


def prompts_of(name: str) -> list[dict[str, Any]]:
    prompts = tomllib.loads((PROMPTS / f"{name}.toml").read_text(encoding="utf-8"))["prompt"]
    assert [prompt["name"] for prompt in prompts] == list(FINDINGS)
    return list(prompts)


def frame_of(template: str) -> re.Pattern[str]:
    """Match every sentence that fills the template."""
    parts = (re.escape(part) for part in re.split(r"\{term\}|\{\w+\}", template))
    return re.compile(".*".join(parts), re.IGNORECASE)


def test_every_finding_has_eight_terms_and_five_templates_a_polarity() -> None:
    assert all(len(set(TERMS[finding])) >= 8 for finding in FINDINGS)
    assert min(len(set(PRESENT_TEMPLATES)), len(set(ABSENT_TEMPLATES))) >= 5


def test_no_term_names_two_findings() -> None:
    terms = [term for finding in FINDINGS for term in TERMS[finding]]

    assert len(terms) == len(set(terms))


@pytest.mark.parametrize(
    ("term", "there"),
    [
        ("pacemaker leads", "There are pacemaker leads."),
        ("lung nodule", "There is a lung nodule."),
        ("enlarged heart", "There is an enlarged heart."),
        ("unilateral pleural effusion", "There is a unilateral pleural effusion."),
        ("atelectasis", "There is atelectasis."),
        ("air trapping", "There is air trapping."),
        ("dilated bronchi", "There are dilated bronchi."),
        ("bands of atelectasis", "There are bands of atelectasis."),
        ("thickening of the bronchial walls", "There is thickening of the bronchial walls."),
        ("lymph nodes with a short axis over 10 mm", None),
        ("cavitation", "There is cavitation."),
        ("11 mm lung nodule", "There is an 11 mm lung nodule."),
        (
            "12 mm nodule in the right upper lobe",
            "There is a 12 mm nodule in the right upper lobe.",
        ),
        ("pacemaker and gastric tube", "There are pacemaker and gastric tube."),
    ],
)
def test_verbs_and_articles_follow_the_noun_of_a_term(term: str, there: str | None) -> None:
    assert sentence("There {is} {a}{term}.", term) == (there or f"There are {term}.")


@pytest.mark.parametrize("template", PRESENT_TEMPLATES + ABSENT_TEMPLATES)
def test_verb_agrees_in_every_template(template: str) -> None:
    for term in (term for finding in FINDINGS for term in TERMS[finding]):
        text = sentence(template, term)

        # These verbs have a subject of their own.
        said = re.sub("the (patient (has|does not have)|examination is)", "", text.lower())
        words = set(re.findall(r"\w+", said.replace(term.lower(), "")))
        wrong = {"is", "was", "has"} if is_plural(term) else {"are", "were", "have"}
        assert not wrong & words, text
        assert not (is_plural(term) and {"a", "an"} & words), text
        assert "{" not in text
        assert text[0].isupper()


def test_the_findings_that_are_never_labelled_are_in_no_training_wording() -> None:
    stems = training_stems()

    assert not any(content_stems(name) <= stems for name in UNLABELLED_FINDINGS), (
        "a name of an unlabelled finding can be put together from training words"
    )


def test_kept_out_wordings_share_no_content_word_with_training_in_two_of_five() -> None:
    stems = training_stems()

    for prompt in prompts_of("kept-out"):
        for polarity in ("present", "absent"):
            wordings = prompt[polarity]
            foreign = [text for text in wordings if not content_stems(text) & stems]
            assert len(set(wordings)) >= 5
            assert len(foreign) >= 2, (prompt["name"], polarity)


def test_no_kept_out_wording_fills_a_training_template() -> None:
    frames = [
        frame_of(template)
        for template in PRESENT_TEMPLATES + ABSENT_TEMPLATES
        if template != "{term}"
    ]

    for prompt in prompts_of("kept-out"):
        for text in (*prompt["present"], *prompt["absent"]):
            assert not any(frame.fullmatch(text) for frame in frames), text


@pytest.mark.parametrize("name", ["development", "kept-out"])
def test_no_wording_of_a_test_is_a_training_wording(name: str) -> None:
    trained = {text.lower().rstrip(".") for each in FINDINGS for text in trained_wordings(each)}

    for prompt in prompts_of(name):
        for text in (*prompt["present"], *prompt["absent"]):
            assert text.lower().rstrip(".") not in trained


def test_no_kept_out_wording_served_to_choose_settings() -> None:
    chosen_by = {
        text
        for prompt in prompts_of("development")
        for text in (*prompt["present"], *prompt["absent"])
    }

    for prompt in prompts_of("kept-out"):
        assert not chosen_by & {*prompt["present"], *prompt["absent"]}
