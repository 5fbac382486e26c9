"""What reading asks, as a dialog asks it."""

from app.connections.questions import asked
from app.state.open_questions import FrameQuestion, LargeScanQuestion, ReadChoice
from medct_core.io.reduction import FULL, Reduction


def test_questions_say_what_must_be_known() -> None:
    choices = (ReadChoice(FULL, (512, 512, 4000), 2**31), ReadChoice(Reduction(2, 2), (1, 1, 1), 1))
    large = LargeScanQuestion("long", (512, 512, 4000), 2**31, 2**32, choices)

    in_time, reduced = asked(FrameQuestion("heart", 12)), asked(large)

    assert len(in_time.choices) == 12
    assert "heart" in in_time.text
    assert "512 x 512 x 4000" in reduced.text
    assert [one.name for one in reduced.choices] == ["0", "1"]
    assert "full" in reduced.choices[0].text
