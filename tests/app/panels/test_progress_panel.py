"""Stages, their times and the way to stop them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.progress_panel import STAGES, ProgressPanel, StageProgress, mark_of, seconds_text

pytestmark = pytest.mark.gui

HALF_WAY = (
    StageProgress("load", 1.0, 1.24),
    StageProgress("prepare", 1.0, 0.4),
    StageProgress("encode", 0.45, 72.0),
)


@pytest.fixture
def panel(qtbot: QtBot) -> ProgressPanel:
    shown = ProgressPanel()
    qtbot.addWidget(shown)
    return shown


def texts(panel: ProgressPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel)]


def cancel(panel: ProgressPanel) -> QPushButton:
    return panel.findChildren(QPushButton)[0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (125.0, "2 min 05 s"),
    ],
)
def test_times_read_as_people_say_them(seconds: float | None, text: str) -> None:
    assert seconds_text(seconds) == text


@given(st.floats(0, 100_000))
def test_no_time_shows_sixty_seconds(seconds: float) -> None:
    assert "60 s" not in seconds_text(seconds)


def test_waiting_running_and_done_differ_without_a_colour() -> None:
    marks = [
        mark_of(StageProgress("load")),
        mark_of(StageProgress("load", 0.3, 1.0)),
        mark_of(StageProgress("load", 1.0, 2.0)),
    ]

    assert marks == ["○", "▶", "✓"]


def test_the_running_stage_is_named_with_its_share_and_all_times(panel: ProgressPanel) -> None:
    panel.show_stages(HALF_WAY)

    assert texts(panel)[0] == "Encode the scan"
    assert panel.findChildren(QProgressBar)[0].value() == 45
    assert {"1.2 s", "0.4 s", "1 min 12 s"} <= set(texts(panel))


def test_work_can_be_cancelled_while_it_runs_and_only_then(
    qtbot: QtBot, panel: ProgressPanel
) -> None:
    before = cancel(panel).isEnabled()
    panel.show_stages(HALF_WAY)

    with qtbot.waitSignal(panel.cancel_requested):
        cancel(panel).click()
    panel.show_cancelled()

    assert not before
    assert not cancel(panel).isEnabled()


def test_a_cancelled_work_says_so_and_keeps_its_times(panel: ProgressPanel) -> None:
    panel.show_stages(HALF_WAY)

    panel.show_cancelled()

    assert texts(panel)[0] == "Cancelled"
    assert "1 min 12 s" in texts(panel)


def test_finished_work_is_done(panel: ProgressPanel) -> None:
    panel.show_stages(tuple(StageProgress(name, 1.0, 0.1) for name in STAGES))

    assert texts(panel)[0] == "Done"
    assert not cancel(panel).isEnabled()


def test_the_next_scan_starts_with_no_old_times(panel: ProgressPanel) -> None:
    panel.show_stages(HALF_WAY)

    panel.show_idle()

    assert not any(text.endswith(" s") for text in texts(panel))


def test_between_two_stages_the_work_waits_and_can_be_cancelled(panel: ProgressPanel) -> None:
    panel.show_stages((StageProgress("load", 1.0, 1.0),))

    assert texts(panel)[0] == "Waiting"
    assert cancel(panel).isEnabled()


def test_work_without_scores_is_over(panel: ProgressPanel) -> None:
    panel.show_stages(HALF_WAY)

    panel.show_failed()

    assert texts(panel)[0] == "Not scored"
    assert not cancel(panel).isEnabled()
