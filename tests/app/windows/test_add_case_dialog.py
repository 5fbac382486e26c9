"""Whoever adds a scan sees what is said of it, and says who says so."""

import pytest
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.state.case_record import Decision, FindingReview
from app.windows.add_case_dialog import AddCaseDialog
from tests.app.case_windows import words_of

pytestmark = pytest.mark.gui

REVIEWS = (
    FindingReview("Emphysema", Decision.ACCEPTED),
    FindingReview("Lung nodule", Decision.REJECTED),
    FindingReview("Hiatal hernia", comment="perhaps"),
)


def dialog(
    qtbot: QtBot, reviews: tuple[FindingReview, ...] = REVIEWS, *, is_there: bool = False
) -> AddCaseDialog:
    made = AddCaseDialog("cases", reviews, reader="Dr Brandt", is_there=is_there)
    qtbot.addWidget(made)
    made.show()
    return made


def test_verdicts_are_listed_before_they_are_kept(qtbot: QtBot) -> None:
    words = words_of(dialog(qtbot))

    assert "Present: Emphysema" in words
    assert "Absent: Lung nodule" in words
    assert "Hiatal hernia" not in words


def test_reader_and_proof_are_asked(qtbot: QtBot) -> None:
    made = dialog(qtbot)
    (field,), (verified,) = made.findChildren(QLineEdit), made.findChildren(QCheckBox)
    assert (made.reader, made.is_verified) == ("Dr Brandt", False)

    field.setText(" Dr Weber ")
    verified.click()

    assert (made.reader, made.is_verified) == ("Dr Weber", True)


def test_without_a_verdict_there_is_nothing_to_verify(qtbot: QtBot) -> None:
    made = dialog(qtbot, ())

    (verified,) = made.findChildren(QCheckBox)
    assert not verified.isEnabled()
    assert "no verdict yet" in words_of(made)


def test_a_scan_that_is_there_is_updated(qtbot: QtBot) -> None:
    assert "Update" in dialog(qtbot, is_there=True).windowTitle()
    assert "Add" in dialog(qtbot).windowTitle()
