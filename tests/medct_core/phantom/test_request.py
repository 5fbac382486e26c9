"""What is asked of a drawer, and what it answers."""

import inspect

import numpy as np

from medct_core.phantom.drawing.registry import DRAWERS, LOOK_ALIKES
from medct_core.phantom.request import SEVERITIES, Drawn, DrawRequest
from medct_core.phantom.streams import stream


def test_the_side_is_left_to_the_drawer_unless_asked_for() -> None:
    request = DrawRequest(stream(1, "draw"), SEVERITIES[0])

    assert request.side is None


def test_what_was_drawn_has_no_size_unless_a_report_would_give_one() -> None:
    drawn = Drawn(np.zeros((1, 1, 1), np.float32), "mild", "heart", "middle")

    assert drawn.size_mm is None


def test_every_drawer_takes_a_body_and_a_request() -> None:
    for draw in (*DRAWERS.values(), *LOOK_ALIKES.values()):
        assert list(inspect.signature(draw).parameters) == ["body", "request"]
