"""What the reader makes of one finding."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.finding_editor import FindingEditor
from app.panels.finding_row import FindingRow, Review
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt
from tests.app.case_windows import words_of

pytestmark = pytest.mark.gui

EMPHYSEMA = Finding(
    Prompt("Emphysema", ("Emphysema.",)),
    0.6,
    calibrated=0.8,
    threshold=0.45,
    verdict=Verdict.PRESENT,
)
NODULE = Finding(Prompt("Lung nodule", ("Nodule.",)), 0.6)


@pytest.fixture
def editor(qtbot: QtBot) -> FindingEditor:
    shown = FindingEditor()
    qtbot.addWidget(shown)
    shown.show_row(FindingRow(EMPHYSEMA))
    return shown


def button(editor: FindingEditor, text: str) -> QPushButton:
    return next(one for one in editor.findChildren(QPushButton) if text in one.text())


def field(editor: FindingEditor, name: str) -> QLineEdit:
    return next(one for one in editor.findChildren(QLineEdit) if one.accessibleName() == name)


@pytest.mark.parametrize(
    ("text", "review"), [("Accept", Review.ACCEPTED), ("Reject", Review.REJECTED)]
)
def test_a_decision_is_reported_and_taken_back_by_a_second_click(
    qtbot: QtBot, editor: FindingEditor, text: str, review: Review
) -> None:
    with qtbot.waitSignal(editor.review_changed) as first:
        button(editor, text).click()
    with qtbot.waitSignal(editor.review_changed) as second:
        button(editor, text).click()

    assert first.args == ["Emphysema", review]
    assert second.args == ["Emphysema", Review.OPEN]


def test_a_finding_is_never_accepted_and_rejected(editor: FindingEditor) -> None:
    button(editor, "Accept").click()

    button(editor, "Reject").click()

    assert not button(editor, "Accept").isChecked()
    assert button(editor, "Reject").isChecked()


def test_showing_a_row_reports_nothing(qtbot: QtBot, editor: FindingEditor) -> None:
    row = FindingRow(NODULE, review=Review.ACCEPTED, comment="5 mm", is_heatmap_shown=True)

    with (
        qtbot.assertNotEmitted(editor.review_changed),
        qtbot.assertNotEmitted(editor.threshold_edited),
        qtbot.assertNotEmitted(editor.threshold_reset),
        qtbot.assertNotEmitted(editor.comment_edited),
        qtbot.assertNotEmitted(editor.heatmap_toggled),
    ):
        editor.show_row(row)

    assert button(editor, "Accept").isChecked()
    assert button(editor, "Heatmap").isChecked()
    assert field(editor, "Comment").text() == "5 mm"


def test_a_threshold_is_shown_edited_and_reset(qtbot: QtBot, editor: FindingEditor) -> None:
    spin = editor.findChildren(QDoubleSpinBox)[0]
    shown = spin.value()

    with qtbot.waitSignal(editor.threshold_edited) as edited:
        spin.setValue(0.61)
    with qtbot.waitSignal(editor.threshold_reset) as reset:
        button(editor, "Reset").click()

    assert shown == 0.45
    assert edited.args == ["Emphysema", 0.61]
    assert reset.args == ["Emphysema"]


def test_a_finding_without_a_threshold_says_so(editor: FindingEditor) -> None:
    editor.show_row(FindingRow(NODULE))

    assert editor.findChildren(QDoubleSpinBox)[0].text() == "none"


def test_a_comment_is_reported_once_when_the_field_is_left(
    qtbot: QtBot, editor: FindingEditor
) -> None:
    told: list[tuple[str, str]] = []
    editor.comment_edited.connect(lambda name, text: told.append((name, text)))
    comment = field(editor, "Comment")

    QTest.keyClicks(comment, " upper lobes ")
    QTest.keyClick(comment, Qt.Key.Key_Return)
    QTest.keyClick(comment, Qt.Key.Key_Return)

    assert told == [("Emphysema", "upper lobes")]


def test_what_is_typed_is_kept_for_the_finding_it_was_typed_about(
    qtbot: QtBot, editor: FindingEditor
) -> None:
    QTest.keyClicks(field(editor, "Wording for the report"), "Mild emphysema")

    with qtbot.waitSignal(editor.statement_edited) as told:
        editor.show_row(FindingRow(NODULE))

    assert told.args == ["Emphysema", "Mild emphysema"]
    assert field(editor, "Wording for the report").text() == ""


def test_a_new_score_does_not_wipe_out_what_is_being_typed(
    qtbot: QtBot, editor: FindingEditor
) -> None:
    QTest.keyClicks(field(editor, "Comment"), "half a sen")

    editor.show_row(FindingRow(EMPHYSEMA, is_heatmap_shown=True))

    assert field(editor, "Comment").text() == "half a sen"


def test_without_a_finding_nothing_can_be_done(editor: FindingEditor) -> None:
    editor.show_row(None)

    assert not button(editor, "Accept").isEnabled()


def test_a_heatmap_is_off_until_asked_for(qtbot: QtBot, editor: FindingEditor) -> None:
    heatmap = button(editor, "Heatmap")
    before = heatmap.isChecked()

    with qtbot.waitSignal(editor.heatmap_toggled) as told:
        heatmap.click()

    assert not before
    assert told.args == ["Emphysema", True]
    assert "model attention, not lesion outline" in heatmap.toolTip()


def test_what_similar_cases_had_stands_below_while_it_is_known(editor: FindingEditor) -> None:
    said = "7 of the 10 nearest verified cases had it; 1.3 expected"

    editor.show_row(FindingRow(EMPHYSEMA, evidence=said))
    shown = words_of(editor)
    editor.show_row(FindingRow(EMPHYSEMA))

    assert said in shown
    assert "nearest" not in words_of(editor)
