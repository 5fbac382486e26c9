"""The words a model of ours learns, and the words it must never see."""

import re
import tomllib
from pathlib import Path

from medct_core.vocabulary import (
    ABSENT_TEMPLATES,
    FINDINGS,
    PRESENT_TEMPLATES,
    TERMS,
    UNLABELLED_FINDINGS,
    training_wordings,
)

KEPT_OUT = Path(__file__).parents[2] / "resources" / "prompts" / "kept-out.toml"
# Words that carry grammar, not meaning.
FUNCTION_WORDS = set(
    re.findall(
        r"\w+",
        "a an the of in on at with and or is are was not no there than up to its it by be can has "
        "been this that such as from within over under below above into neither nor any each other "
        "every only too also near beside along between around through behind",
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


def training_stems() -> set[str]:
    templates = PRESENT_TEMPLATES + ABSENT_TEMPLATES
    return {
        found
        for finding in FINDINGS
        for text in training_wordings(finding, templates)
        for found in content_stems(text)
    }


def test_every_finding_has_eight_terms_and_five_templates_a_polarity() -> None:
    assert all(len(set(TERMS[finding])) >= 8 for finding in FINDINGS)
    assert min(len(set(PRESENT_TEMPLATES)), len(set(ABSENT_TEMPLATES))) >= 5


def test_no_term_names_two_findings() -> None:
    terms = [term for finding in FINDINGS for term in TERMS[finding]]

    assert len(terms) == len(set(terms))


def test_the_findings_that_are_never_labelled_are_in_no_training_wording() -> None:
    stems = training_stems()

    assert not any(content_stems(name) <= stems for name in UNLABELLED_FINDINGS), (
        "a name of an unlabelled finding can be put together from training words"
    )


def test_kept_out_wordings_share_no_content_word_with_training_in_two_of_five() -> None:
    prompts = tomllib.loads(KEPT_OUT.read_text(encoding="utf-8"))["prompt"]
    stems = training_stems()

    assert [prompt["name"] for prompt in prompts] == list(FINDINGS)
    for prompt in prompts:
        for polarity in ("present", "absent"):
            wordings = prompt[polarity]
            foreign = [text for text in wordings if not content_stems(text) & stems]
            assert len(set(wordings)) >= 5
            assert len(foreign) >= 2, (prompt["name"], polarity)


def test_no_kept_out_wording_is_a_training_wording() -> None:
    prompts = tomllib.loads(KEPT_OUT.read_text(encoding="utf-8"))["prompt"]

    for prompt in prompts:
        trained = set(training_wordings(prompt["name"], PRESENT_TEMPLATES + ABSENT_TEMPLATES))
        assert not trained & {*prompt["present"], *prompt["absent"]}
