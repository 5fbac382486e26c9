"""Texts of any length become one vector; nothing of them is cut off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import PromptRefusedError
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.long_text import read_text
from medct_core.inference.prompt import Prompt
from tests.tiny_model import LONGEST_WORDING, PAIR, WORDS, loaded_model

KNOWN = [word for word in WORDS if word.isalpha()]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    return InferenceEngine(loaded_model(tmp_path_factory.mktemp("tiny") / "model", PAIR))


def test_a_short_text_is_read_as_a_prompt_is(engine: InferenceEngine) -> None:
    read = read_text(engine, "pleural effusion is present.")

    assert read.parts == 1
    np.testing.assert_array_equal(
        read.vector, engine.direction(Prompt("x", ("pleural effusion is present.",)))
    )


def test_a_long_report_is_the_mean_of_its_parts_weighted_by_words(engine: InferenceEngine) -> None:
    first = " ".join(["lung nodule seen"] * 8) + "."
    second = " ".join(["heart enlarged"] * 5) + "."
    vectors = [engine.direction(Prompt("x", (part,))) for part in (first, second)]
    mean = (24 * vectors[0].astype("f8") + 10 * vectors[1]) / 34

    read = read_text(engine, f"{first} {second}")

    assert read.parts == 2
    np.testing.assert_allclose(read.vector, mean / np.linalg.norm(mean), atol=1e-6)


def test_the_last_sentence_of_a_long_report_counts(engine: InferenceEngine) -> None:
    long = "No lung nodule was seen. " * 20

    with_effusion = read_text(engine, f"{long} pleural effusion.")
    without_end = read_text(engine, long)

    assert with_effusion.parts > 1
    assert not np.array_equal(with_effusion.vector, without_end.vector)


@given(st.lists(st.sampled_from([*KNOWN, *(f"{word}." for word in KNOWN)]), min_size=1))
def test_any_text_of_known_words_is_read(engine: InferenceEngine, words: list[str]) -> None:
    read = read_text(engine, " ".join(words))

    assert np.linalg.norm(read.vector) == pytest.approx(1.0, abs=1e-5)
    assert (read.parts == 1) == (
        sum(1 + word.endswith(".") for word in words) + 2 <= LONGEST_WORDING
    )


def test_a_sentence_without_an_end_is_parted_between_words(engine: InferenceEngine) -> None:
    read = read_text(engine, " ".join(["nodule"] * 100))

    assert read.parts >= 4


def test_a_word_that_is_too_long_in_itself_is_refused(engine: InferenceEngine) -> None:
    with pytest.raises(PromptRefusedError):
        read_text(engine, "-".join(["lung"] * 60))
