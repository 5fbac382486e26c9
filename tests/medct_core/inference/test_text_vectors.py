"""Wordings are encoded once, and forgotten only when many others came after."""

import numpy as np
import pytest

from medct_core.errors import PromptRefusedError
from medct_core.inference import text_vectors
from medct_core.inference.prompt import Prompt
from medct_core.inference.text_vectors import TextVectors
from medct_core.models.bundle import LoadedModel

PAIR = Prompt("Nodule", ("lung nodule is present.",), ("no lung nodule.",))


def numbered(number: int) -> Prompt:
    return Prompt(f"{number}", ("lung " * (1 + number % 20) + "nodule " * (1 + number // 20),))


def test_single_prompt_points_in_a_unit_direction(pair_model: LoadedModel) -> None:
    vectors = TextVectors(pair_model)
    vectors.encode([numbered(3)])

    assert np.linalg.norm(vectors.direction(numbered(3))) == pytest.approx(1.0, abs=1e-5)


def test_direction_of_a_pair_turns_with_the_pair(pair_model: LoadedModel) -> None:
    vectors = TextVectors(pair_model)
    turned = Prompt("No nodule", PAIR.absent, PAIR.present)
    vectors.encode([PAIR, turned])

    np.testing.assert_allclose(vectors.direction(PAIR), -vectors.direction(turned), atol=1e-6)


def test_prompt_that_was_never_encoded_has_no_direction(pair_model: LoadedModel) -> None:
    with pytest.raises(KeyError):
        TextVectors(pair_model).direction(PAIR)


def test_more_wordings_than_are_kept_can_be_asked_at_once(
    pair_model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_vectors, "_KEPT_WORDINGS", 4)
    vectors = TextVectors(pair_model)
    many = [numbered(number) for number in range(40)]

    vectors.encode(many)
    assert all(vectors.direction(prompt).shape == (8,) for prompt in many)
    vectors.encode([PAIR])

    with pytest.raises(KeyError):
        vectors.direction(many[0])
    assert vectors.direction(PAIR).shape == (8,)


def test_the_refused_prompt_is_named(pair_model: LoadedModel) -> None:
    endless = Prompt("Endless nodule", ("nodule " * 100,))

    with pytest.raises(PromptRefusedError, match="Endless nodule"):
        TextVectors(pair_model).encode([PAIR, endless])


def test_wordings_of_any_length_get_the_vector_they_get_alone(pair_model: LoadedModel) -> None:
    many = [
        Prompt(f"{words} {dots}", ("nodule " * words + "." * dots,))
        for words in range(1, 27, 3)
        for dots in range(4)
    ]
    together = TextVectors(pair_model)
    together.encode(many)

    for prompt in many:
        alone = TextVectors(pair_model)
        alone.encode([prompt])
        np.testing.assert_allclose(together.direction(prompt), alone.direction(prompt), atol=1e-5)
