"""Findings in rare words are near; recipes, gibberish and other languages are not."""

import csv
import tomllib
from pathlib import Path

import pytest

from medct_core.inference.language import CountPieces, Distance, distance, field_words
from medct_core.models.bundle import load_tokenizer
from medct_core.resources_folder import resources_folder
from medct_core.vocabulary import FINDINGS, TERMS, UNLABELLED_FINDINGS

# Nothing was chosen by these.
OTHER_LANGUAGES = (
    *("Rippenfraktur links", "Verschattung im rechten Unterlappen", "Kartoffelsalat mit Speck"),
    *("unauffälliger Befund", "opacité en verre dépoli", "nódulo pulmonar solitario"),
    *("cardiomégalie", "versamento pleurico", "akciğer kanseri", "wątroba", "longontsteking"),
    *("肺気腫", "pleurální výpotek", "płyn w opłucnej"),
)
GIBBERISH = ("zrtp mnbv ghjk", "fdsjkl erwoiu", "ooooooo", "snorfle gribblewump", "ksjdhf 77 xx")
OTHER_MATTERS = (
    *("whisk the eggs and fold in the sugar", "simmer the onions until golden"),
    *("roast chicken with potatoes", "how tall is the Eiffel tower", "our train leaves at noon"),
    *("she plays the violin beautifully", "turn left at the next traffic light"),
    *("what time does the shop close", "a dragon guards the treasure"),
    *("basketball finals on television", "my laptop battery is empty", "www.example.com"),
    *("for i in range(10): print(i)", "Dear Sir or Madam", "the election results were announced"),
    *("a bicycle with two flat tyres", "write me a poem about autumn", "winter coat, size large"),
    *("violet and yellow flowers in a vase", "tell me a joke", "bvcx yxcv"),
)


@pytest.fixture(scope="module")
def count_pieces() -> CountPieces:
    """Count pieces as the bundled model cuts words."""
    tokenizer = load_tokenizer(resources_folder() / "models" / "medct-mini")
    return lambda word: len(tokenizer.tokenize(word))


def far_of(texts: list[str], count_pieces: CountPieces) -> list[str]:
    return [text for text in texts if distance(text, count_pieces) is not Distance.NEAR]


@pytest.mark.parametrize("text", [*OTHER_LANGUAGES, *GIBBERISH])
def test_other_languages_and_gibberish_are_unreadable(text: str, count_pieces: CountPieces) -> None:
    assert distance(text, count_pieces) is Distance.UNREADABLE


@pytest.mark.parametrize("text", OTHER_MATTERS)
def test_other_matters_are_far(text: str, count_pieces: CountPieces) -> None:
    assert distance(text, count_pieces) is not Distance.NEAR


def test_every_finding_and_every_term_is_near_whatever_the_tokenizer() -> None:
    terms = [term for terms in TERMS.values() for term in terms]

    assert far_of([*FINDINGS, *UNLABELLED_FINDINGS, *terms], lambda _word: 9) == []


@pytest.mark.parametrize("name", ["kept-out", "development"])
def test_rare_wordings_of_findings_are_near(name: str, count_pieces: CountPieces) -> None:
    text = (resources_folder() / "prompts" / f"{name}.toml").read_text(encoding="utf-8")
    wordings = [one for prompt in tomllib.loads(text)["prompt"] for one in prompt["present"]]

    assert len(wordings) == 90
    assert far_of(wordings, count_pieces) == []


@pytest.mark.parametrize(
    "text",
    ["pleural effusions", "bronchopneumonia", "Sternal wires.", "tree-in-bud", "a halo sign"],
)
def test_plurals_compounds_and_named_signs_are_near(text: str, count_pieces: CountPieces) -> None:
    assert distance(text, count_pieces) is Distance.NEAR


def test_words_of_any_report_alone_name_nothing(count_pieces: CountPieces) -> None:
    assert distance("The scan shows a large one.", count_pieces) is Distance.OFF_TOPIC
    assert "present" not in field_words()


def test_text_without_words_is_unreadable(count_pieces: CountPieces) -> None:
    assert distance("1234 ???", count_pieces) is Distance.UNREADABLE


@pytest.mark.shared_data
def test_phrases_of_real_reports_are_near(shared_dir: Path, count_pieces: CountPieces) -> None:
    path = shared_dir / "data" / "reports" / "radgenome_subset2000_train_case_disorders.csv"
    with path.open(encoding="utf-8", newline="") as rows:
        cells = [row["Disorders"].split(",") for row in csv.DictReader(rows)]
    phrases = sorted({phrase.strip() for cell in cells for phrase in cell if phrase.strip()})

    assert len(phrases) > 2000
    assert len(far_of(phrases, count_pieces)) < 0.01 * len(phrases)
