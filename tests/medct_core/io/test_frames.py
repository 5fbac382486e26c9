"""Choosing one volume of a 4D file."""

import pytest

from medct_core.errors import UnsupportedImageError, UsageError
from medct_core.io.frames import choose_frame


def test_a_3d_file_needs_no_choice() -> None:
    assert choose_frame(None, 1, name="a") == 0


def test_frames_are_counted_from_one() -> None:
    assert [choose_frame(frame, 3, name="a") for frame in (1, 2, 3)] == [0, 1, 2]


def test_a_4d_file_says_how_many_frames_it_has_and_how_to_choose() -> None:
    with pytest.raises(UnsupportedImageError, match="33 volumes") as caught:
        choose_frame(None, 33, name="a.nii")

    assert caught.value.remedy == "Choose one with --frame 1 to --frame 33."


@pytest.mark.parametrize("frame", [0, -1, 4])
def test_a_frame_that_is_not_there_is_wrong_usage(frame: int) -> None:
    with pytest.raises(UsageError, match="has 3"):
        choose_frame(frame, 3, name="a")
