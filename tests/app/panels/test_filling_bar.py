"""Whoever adds scans sees how far it is, may stop it, and reads what was refused."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.panels.filling_bar import FillingBar
from app.state.answers import Problem
from app.state.similar import Filling, RefusedScan
from tests.app.case_windows import words_of

pytestmark = pytest.mark.gui

REFUSED = (RefusedScan("b.nii.gz", Problem("No lungs.", "Choose a chest CT.")),)


@pytest.fixture
def bar(qtbot: QtBot) -> FillingBar:
    """Show a bar."""
    made = FillingBar()
    qtbot.addWidget(made)
    return made


def button(bar: FillingBar, text: str) -> QAbstractButton:
    shown = bar.findChildren(QAbstractButton)
    (found,) = (one for one in shown if text in one.text() and one.isVisibleTo(bar))
    return found


def test_nothing_is_said_where_nothing_is_added(bar: FillingBar) -> None:
    bar.show_filling(Filling(total=3))
    bar.show_filling(None)

    assert bar.isHidden()


def test_the_scan_that_is_worked_on_is_named_and_may_be_stopped(bar: FillingBar) -> None:
    stopped = list[bool]()
    bar.cancel_requested.connect(lambda: stopped.append(True))

    bar.show_filling(Filling(total=3, done=1, name="b.nii.gz"))
    button(bar, "Stop").click()

    assert words_of(bar) == "Adding 2 of 3: b.nii.gz"
    assert stopped == [True]


def test_scans_that_are_looked_for_have_no_number(bar: FillingBar) -> None:
    bar.show_filling(Filling())

    assert words_of(bar) == "Looking for scans."


def test_in_the_end_everything_is_counted(bar: FillingBar) -> None:
    bar.show_filling(Filling(total=6, done=4, added=2, there=1, refused=REFUSED, is_over=True))

    assert words_of(bar) == "2 added, 1 there already, 1 refused, 2 not looked at"


def test_why_it_ended_is_said(bar: FillingBar) -> None:
    bar.show_filling(Filling(is_over=True, end=Problem("The disk is full.", "Free some space.")))

    assert "The disk is full.\nFree some space." in words_of(bar)


def test_what_was_refused_is_listed_with_its_reason_on_demand(bar: FillingBar) -> None:
    filling = Filling(total=2, done=2, added=1, refused=REFUSED, is_over=True)
    bar.show_filling(filling)
    listed = bar.findChild(QPlainTextEdit)
    assert isinstance(listed, QPlainTextEdit)
    assert listed.isHidden()

    button(bar, "1 refused").click()

    assert not listed.isHidden()
    assert listed.toPlainText() == "b.nii.gz: No lungs. Choose a chest CT."


def test_what_was_read_is_closed(bar: FillingBar) -> None:
    closed = list[bool]()
    bar.dismissed.connect(lambda: closed.append(True))
    bar.show_filling(Filling(is_over=True))

    button(bar, "✕").click()

    assert closed == [True]
