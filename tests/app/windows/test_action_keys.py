"""Keys of actions: a person's choice comes first, and no key ever starts two things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.windows.action_keys import (
    bind,
    choices_of,
    normalised,
    owner_of,
    refusal_of,
    shown,
    spelled,
)
from app.windows.action_table import ROWS

NAMES = [row.name for row in ROWS]
SOME_KEYS = ["W", "Ctrl+O", "?", "+", ";", "Ctrl+;", "Shift+F12", "Space", "[", "Ctrl+Return"]
key_lists = st.lists(st.sampled_from(SOME_KEYS), max_size=3, unique=True).map(tuple)


def test_without_choices_the_usual_keys_stand() -> None:
    bindings = bind(ROWS, {})

    assert bindings.problems == ()
    assert bindings.keys == {row.name: row.keys for row in ROWS}


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(NAMES), st.text(max_size=8)),
        st.one_of(key_lists.map(spelled), st.text(max_size=12)),
        max_size=12,
    )
)
def test_whatever_is_chosen_no_key_starts_two_actions(shortcuts: dict[str, str]) -> None:
    bindings = bind(ROWS, shortcuts)

    keys = [key for own in bindings.keys.values() for key in own]
    assert len(keys) == len(set(keys))
    assert list(bindings.keys) == NAMES
    assert all(problem.summary and problem.remedy for problem in bindings.problems)


@given(st.dictionaries(st.sampled_from(NAMES), key_lists.map(spelled), max_size=8))
def test_what_is_kept_binds_to_the_same_keys_without_problems(shortcuts: dict[str, str]) -> None:
    keys = bind(ROWS, shortcuts).keys

    again = bind(ROWS, choices_of(ROWS, keys))

    assert again.problems == ()
    assert again.keys == keys


@given(key_lists)
def test_spelled_keys_are_read_back(keys: tuple[str, ...]) -> None:
    assert bind(ROWS, {"fit": spelled(keys)}).keys["fit"] == keys


def test_a_chosen_key_is_taken_from_its_usual_action_and_this_is_said() -> None:
    bindings = bind(ROWS, {"fit": "W"})

    assert bindings.keys["fit"] == ("W",)
    assert bindings.keys["tool_window"] == ()
    assert [one.summary for one in bindings.problems] == ["The key W starts 'Fit', not 'Window'."]


def test_of_two_actions_with_the_same_chosen_key_the_first_of_the_table_has_it() -> None:
    bindings = bind(ROWS, {"tool_pan": "Q", "fit": "Q"})

    assert owner_of("Q", bindings.keys) == "fit"
    assert bindings.keys["tool_pan"] == ()


def test_an_empty_choice_takes_the_key_away() -> None:
    bindings = bind(ROWS, {"cine": ""})

    assert bindings.keys["cine"] == ()
    assert bindings.problems == ()


def test_a_key_in_other_spelling_is_understood() -> None:
    assert bind(ROWS, {"fit": "ctrl+shift+q"}).keys["fit"] == ("Ctrl+Shift+Q",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Banana", "is no key"),
        ("Ctrl+K, Ctrl+O", "more than one"),
        ("Alt+F", "opens the menu File"),
        ("Return", "chooses in lists"),
    ],
)
def test_what_cannot_be_a_key_is_left_out_and_named(text: str, said: str) -> None:
    bindings = bind(ROWS, {"fit": text})

    assert bindings.keys["fit"] == ()
    (problem,) = bindings.problems
    assert "'Fit'" in problem.summary
    assert said in problem.summary


def test_an_action_of_another_version_is_named() -> None:
    (problem,) = bind(ROWS, {"make_coffee": "C"}).problems

    assert "'make_coffee'" in problem.summary


def test_a_free_key_is_not_refused() -> None:
    assert refusal_of("Ctrl+Alt+Q") == ""


def test_a_key_nobody_uses_has_no_owner() -> None:
    assert owner_of("Ctrl+Alt+Q", bind(ROWS, {}).keys) == ""


def test_keys_are_shown_in_words_people_know() -> None:
    assert shown("Ctrl+O") in {"Ctrl+O", "⌘O"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Shift+?", "?"),
        ("Shift++", "+"),
        ("+", "+"),
        ("Ctrl+Shift++", "Ctrl++"),
        ("shift+a", "Shift+A"),
        ("Shift+1", "Shift+1"),
        ("Shift+F12", "Shift+F12"),
        ("Shift+Space", "Shift+Space"),
        ("Banana", ""),
        ("", ""),
    ],
)
def test_signs_are_the_same_with_and_without_shift(text: str, key: str) -> None:
    assert normalised(text) == key
