"""Random streams by name."""

from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.streams import stream

SEEDS = st.integers(0, 10**9)


@given(SEEDS, st.text())
def test_the_same_name_gives_the_same_numbers(seed: int, name: str) -> None:
    assert stream(seed, name).random() == stream(seed, name).random()


@given(SEEDS)
def test_another_name_or_seed_gives_other_numbers(seed: int) -> None:
    one = stream(seed, "ribs").random()

    assert one != stream(seed, "heart").random()
    assert one != stream(seed + 1, "ribs").random()
