"""What is asked before a scan is read is said with its numbers, in words of the field."""

from app.state.open_questions import FrameQuestion, LargeScanQuestion, ReadChoice
from medct_core.io.reduction import FULL, Reduction

SHAPE = (1024, 1024, 1200)
HALF = ReadChoice(Reduction(2, 2), (512, 512, 600), 314_572_800)
WHOLE = ReadChoice(FULL, SHAPE, 2_516_582_400)


def test_a_very_large_scan_is_told_with_what_it_needs_and_what_there_is() -> None:
    question = LargeScanQuestion("THIN CHEST", SHAPE, 2_516_582_400, 8 * 10**9, (WHOLE, HALF))

    assert question.summary == (
        "THIN CHEST is very large: 1024 x 1024 x 1200 voxels need 2.5 GB of memory; 8.0 GB are "
        "free."
    )
    assert "red" in question.remedy
    assert question.default == WHOLE


def test_every_choice_says_what_is_left_out_and_what_it_costs() -> None:
    assert WHOLE.label == "Read in full: 1024 x 1024 x 1200 voxels, 2.5 GB"
    assert HALF.label == ("Read every 2nd row, column and slice: 512 x 512 x 600 voxels, 315 MB")


def test_a_scan_in_time_asks_for_a_volume_and_names_no_command_line() -> None:
    question = FrameQuestion("Perfusion", 30)

    assert "30 volumes" in question.summary
    assert question.remedy == "Choose the volume to show, from 1 to 30."
    assert question.default == 1
    assert "--" not in question.summary + question.remedy
