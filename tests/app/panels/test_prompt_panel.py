"""The prompt box: what is typed goes out at once, what comes back is shown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.prompt_panel import PromptPanel, TypedAnswer, answer_text
from app.panels.score_bar import ScoreBar
from app.theme import LIGHT
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt

pytestmark = pytest.mark.gui

PROMPT = Prompt("Air crescent sign", ("Air crescent sign.",), ("No air crescent sign.",))
RAW = Finding(PROMPT, 0.71)


@pytest.fixture
def panel(qtbot: QtBot) -> PromptPanel:
    shown = PromptPanel()
    qtbot.addWidget(shown)
    shown.resize(280, 420)
    shown.show()
    return shown


def box(panel: PromptPanel) -> QLineEdit:
    return panel.findChildren(QLineEdit)[0]


def texts(panel: PromptPanel, role: str) -> list[str]:
    labels = panel.findChildren(QLabel)
    return [one.text() for one in labels if one.isVisible() and one.property("role") == role]


def button(panel: PromptPanel, text: str) -> QPushButton:
    return next(one for one in panel.findChildren(QPushButton) if one.text() == text)


def test_the_spread_of_a_raw_score_is_in_raw_numbers() -> None:
    answer = TypedAnswer(RAW, interval=(0.6, 0.824), wording_count=5)

    assert answer_text(answer) == "0.71 uncalibrated; 0.60 to 0.82 under 5 wordings"


def test_the_spread_of_a_probability_is_in_percent() -> None:
    finding = Finding(PROMPT, 0.9, calibrated=0.7, threshold=0.5, verdict=Verdict.PRESENT)

    answer = TypedAnswer(finding, interval=(0.6, 0.999), wording_count=3)

    assert answer_text(answer) == "70% ● present; 60% to >99% under 3 wordings"


def test_one_wording_has_no_spread() -> None:
    assert answer_text(TypedAnswer(RAW)) == "0.71 uncalibrated"


def test_every_key_is_reported(panel: PromptPanel) -> None:
    told: list[str] = []
    panel.text_edited.connect(told.append)

    QTest.keyClicks(box(panel), "air")

    assert told == ["a", "ai", "air"]


def test_enter_and_the_button_submit_what_was_typed(qtbot: QtBot, panel: PromptPanel) -> None:
    panel.show_text("  air crescent sign ")

    with qtbot.waitSignal(panel.prompt_submitted) as by_key:
        QTest.keyClick(box(panel), Qt.Key.Key_Return)
    with qtbot.waitSignal(panel.prompt_submitted) as by_button:
        button(panel, "Add").click()

    assert by_key.args == by_button.args == ["air crescent sign"]


def test_an_empty_box_submits_nothing(qtbot: QtBot, panel: PromptPanel) -> None:
    panel.show_text("   ")

    with qtbot.assertNotEmitted(panel.prompt_submitted):
        QTest.keyClick(box(panel), Qt.Key.Key_Return)


def test_a_text_from_outside_is_not_reported(qtbot: QtBot, panel: PromptPanel) -> None:
    with qtbot.assertNotEmitted(panel.text_edited):
        panel.show_text("emphysema")


def test_an_answer_stands_below_the_box(panel: PromptPanel) -> None:
    panel.show_answer(TypedAnswer(RAW, interval=(0.6, 0.8), wording_count=5))

    assert texts(panel, "") == ["0.71 uncalibrated; 0.60 to 0.80 under 5 wordings"]
    assert panel.findChildren(ScoreBar)[0].isVisible()


def test_an_explanation_takes_the_place_of_the_number(panel: PromptPanel) -> None:
    panel.show_answer(TypedAnswer(RAW))

    panel.show_explanation("This prompt denies a finding.", "Ask for the finding itself.")

    assert texts(panel, "refusal") == ["This prompt denies a finding."]
    assert texts(panel, "muted") == ["Ask for the finding itself."]
    assert texts(panel, "") == []
    assert not panel.findChildren(ScoreBar)[0].isVisible()


@pytest.mark.parametrize("is_cleared", [True, False])
def test_while_there_is_no_answer_no_old_one_stands_there(
    panel: PromptPanel, is_cleared: bool
) -> None:
    panel.show_answer(TypedAnswer(RAW))

    if is_cleared:
        panel.show_nothing()
    else:
        panel.show_waiting("The scan is being encoded.")

    assert texts(panel, "") == []
    assert len(texts(panel, "muted")) == 1


def test_an_earlier_prompt_can_be_asked_again(qtbot: QtBot, panel: PromptPanel) -> None:
    panel.show_history(("fat & water", "emphysema"))
    menu = panel.findChildren(QMenu)[0]

    with qtbot.waitSignal(panel.text_edited) as told:
        menu.actions()[0].trigger()

    assert told.args == ["fat & water"]
    assert box(panel).text() == "fat & water"


def test_wordings_are_shown_and_their_edits_reported(qtbot: QtBot, panel: PromptPanel) -> None:
    panel.show_wordings(PROMPT)

    with qtbot.waitSignal(panel.wordings_edited) as edited:
        panel.findChildren(QPlainTextEdit)[0].setPlainText("Crescent of air.")
    with qtbot.waitSignal(panel.wordings_reset) as reset:
        button(panel, "Usual wordings").click()

    assert edited.args == ["Air crescent sign", ("Crescent of air.",), PROMPT.absent]
    assert reset.args == ["Air crescent sign"]


def test_prompt_sets_can_be_saved_and_loaded(qtbot: QtBot, panel: PromptPanel) -> None:
    with qtbot.waitSignal(panel.save_requested):
        button(panel, "Save set…").click()
    with qtbot.waitSignal(panel.load_requested):
        button(panel, "Load set…").click()


def test_the_box_can_be_reached_by_a_key_of_the_window(panel: PromptPanel) -> None:
    panel.activateWindow()
    panel.show_text("emphysema")

    panel.focus_input()

    assert box(panel).hasFocus()
    assert box(panel).selectedText() == "emphysema"


def test_it_fits_into_a_narrow_dock(panel: PromptPanel) -> None:
    panel.show_wordings(PROMPT)
    panel.show_explanation("A" * 200, "B" * 200)

    assert panel.minimumSizeHint().width() <= 280


def test_a_light_window_gets_a_light_bar(panel: PromptPanel) -> None:
    panel.show_answer(TypedAnswer(RAW))
    before = panel.grab().toImage()

    panel.show_theme(LIGHT)

    assert panel.grab().toImage() != before


def test_the_place_of_a_score_can_be_asked_for_as_long_as_it_is_shown(
    qtbot: QtBot, panel: PromptPanel
) -> None:
    where = button(panel, "Show where")
    before = where.isVisible()

    panel.show_answer(TypedAnswer(RAW))
    with qtbot.waitSignal(panel.place_requested):
        QTest.mouseClick(where, Qt.MouseButton.LeftButton)
    panel.show_waiting("Scoring")

    assert not before
    assert not where.isVisible()
