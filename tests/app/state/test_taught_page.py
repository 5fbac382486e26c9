"""What was taught is shown as long as it is true, and says when there is nothing."""

import pytest

from app.state.taught_page import TaughtAnswer, TaughtPage, TaughtState
from tests import taught_samples


@pytest.mark.parametrize(
    ("page", "is_empty"),
    [
        (TaughtPage("cases"), True),
        (TaughtPage("cases", of_other_models=("Beak sign",)), False),
        (TaughtPage("cases", (TaughtAnswer(taught_samples.taught(), None),)), False),
    ],
)
def test_a_page_says_whether_there_is_something(page: TaughtPage, is_empty: bool) -> None:
    assert page.is_empty == is_empty


@pytest.mark.gui
def test_a_change_is_told_once(qapp: object) -> None:
    state = TaughtState()
    told: list[object] = []
    state.changed.connect(told.append)
    page = TaughtPage("cases")

    for one in (page, page, None):
        state.show(one)

    assert told == [page, None]
    assert state.page is None
