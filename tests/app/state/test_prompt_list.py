"""What a person asks, without doubles."""

from hypothesis import given
from hypothesis import strategies as st

from app.state.prompt_list import PromptList
from medct_core.inference.prompt import Prompt

NODULE = Prompt("Nodule", ("a nodule",))
HEART = Prompt("Heart", ("a heart",))


def test_a_prompt_of_the_same_name_takes_the_others_place() -> None:
    prompts, told = PromptList(), list[object]()
    prompts.own_changed.connect(told.append)
    other = Prompt("nodule ", ("a small nodule",))

    for prompt in (NODULE, HEART, other, other):
        prompts.put(prompt)

    assert prompts.own == (other, HEART)
    assert len(told) == 3


def test_a_prompt_is_taken_out_by_its_name() -> None:
    prompts = PromptList()
    prompts.set_own((NODULE, HEART))

    prompts.remove("HEART")
    prompts.remove("not there")

    assert prompts.own == (NODULE,)


@given(st.lists(st.sampled_from(["nodule", "Nodule ", "heart", " ", "bone"]), max_size=80))
def test_the_history_holds_nothing_twice_and_the_newest_first(typed: list[str]) -> None:
    prompts = PromptList()

    for text in typed:
        prompts.remember(text)

    kept = [text.casefold() for text in prompts.history]
    assert len(set(kept)) == len(kept)
    said = [text.strip().casefold() for text in typed if text.strip()]
    assert kept == list(dict.fromkeys(reversed(said)))


def test_the_history_forgets_what_is_old() -> None:
    prompts, told = PromptList(), list[object]()
    prompts.history_changed.connect(told.append)

    for number in range(60):
        prompts.remember(f"prompt {number}")

    assert len(prompts.history) == 50
    assert prompts.history[0] == "prompt 59"
    assert len(told) == 60
