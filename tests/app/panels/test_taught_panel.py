"""Taught findings: a group of their own, with what says how far to trust each."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.panels.taught_panel import TaughtPanel
from app.panels.text_label import TextLabel
from app.state.taught_page import TaughtAnswer, TaughtPage
from medct_core.retrieval.taught_finding import SCANNER_WARNING, STALE, Estimate
from tests import library_samples, taught_samples
from tests.taught_samples import TRUST

pytestmark = pytest.mark.gui

SWAN = taught_samples.taught("Swan sign")
TOLD = replace(TRUST, acquisition=Estimate(0.88, 0.8, 0.95))


@pytest.fixture
def panel(qtbot: QtBot) -> TaughtPanel:
    made = TaughtPanel()
    qtbot.addWidget(made)
    return made


def answer(name: str = "Swan sign", *, own: int = 0) -> TaughtAnswer:
    finding = taught_samples.taught(name, trust=TOLD)
    case = library_samples.case(own)
    return TaughtAnswer(finding, finding.standing(case.vector, case_id=case.case_id))


def texts(panel: QWidget) -> list[tuple[str, str]]:
    return [
        (one.text(), one.property("role"))
        for one in panel.findChildren(TextLabel)
        if one.isVisibleTo(panel)
    ]


def test_where_nothing_was_taught_it_takes_no_room(panel: TaughtPanel) -> None:
    panel.show_page(TaughtPage("cases", (answer(),)))

    for page in (None, TaughtPage("cases")):
        panel.show_page(page)

        assert panel.isHidden()
        assert panel.names == ()


def test_a_finding_stands_with_its_figures_and_its_warning(panel: TaughtPanel) -> None:
    panel.show_page(TaughtPage("cases", (answer(),)))

    shown = texts(panel)
    assert ("Swan sign", "title") in shown
    assert (SCANNER_WARNING, "caution") in shown
    said = " ".join(text for text, _ in shown)
    for part in ("of the 2 cases without it", "Taught by Dr A, 4 cases", "0.90 (0.80 to 0.95)"):
        assert part in said
    assert "0.88 (0.80 to 0.95)" in said
    assert "0.50 (0.30 to 0.70)" in said
    assert "one of the cases" not in said


def test_a_scan_that_took_part_is_said_to(panel: TaughtPanel) -> None:
    panel.show_page(TaughtPage("cases", (answer(own=1),)))

    assert any(text.endswith("This scan is one of the cases.") for text, _ in texts(panel))


def test_what_must_be_taught_again_has_no_place(panel: TaughtPanel) -> None:
    panel.show_page(TaughtPage("cases", (TaughtAnswer(SWAN.without_probe(), None),)))

    shown = texts(panel)
    assert (STALE, "caution") in shown
    assert not any("Higher than" in text for text, _ in shown)


def test_what_was_taught_for_another_model_is_said(panel: TaughtPanel) -> None:
    panel.show_page(TaughtPage("cases", (answer(),), ("Beak sign", "Tide sign")))

    expected = "Taught for another model, so not asked here: “Beak sign”, “Tide sign”."
    assert (expected, "muted") in texts(panel)


def test_another_page_takes_the_place_of_the_first(panel: TaughtPanel) -> None:
    panel.show_page(TaughtPage("cases", (answer("Swan sign"), answer("Tide sign"))))
    first = panel.names

    panel.show_page(TaughtPage("cases", (answer("Beak sign"),)))

    assert (first, panel.names) == (("Swan sign", "Tide sign"), ("Beak sign",))


def test_a_wish_to_forget_is_reported_by_name(panel: TaughtPanel) -> None:
    heard: list[str] = []
    panel.forget_wanted.connect(heard.append)
    panel.show_page(TaughtPage("cases", (answer("Swan sign"), answer("Tide sign"))))

    panel.findChildren(QPushButton)[1].click()

    assert heard == ["Tide sign"]


def test_the_group_folds(panel: TaughtPanel) -> None:
    panel.show_page(TaughtPage("cases", (answer(),)))
    (head,), (area,) = panel.findChildren(QToolButton), panel.findChildren(QScrollArea)
    before = area.isVisibleTo(panel)

    head.click()

    assert (before, area.isVisibleTo(panel)) == (True, False)
    assert "cases" in head.text()
