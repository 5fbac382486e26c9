"""A prompt has a name and something to ask with."""

import pytest

from medct_core.inference.prompt import Prompt


def test_single_prompt_has_no_counterpart() -> None:
    assert Prompt("Nodule", ("a nodule",)).absent == ()


@pytest.mark.parametrize(
    ("name", "present", "absent"),
    [("", ("a",), ()), ("A", (), ()), ("A", (" ",), ()), ("A", ("a",), ("",))],
)
def test_blank_prompt_is_refused(
    name: str, present: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="none of them blank"):
        Prompt(name, present, absent)
