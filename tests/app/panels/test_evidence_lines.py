"""What the nearest cases had: shown after the verdict, with a bar and in words."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.evidence_lines import EvidenceLines
from app.panels.score_bar import ScoreBar
from app.theme import LIGHT
from medct_core.retrieval.search import Evidence

pytestmark = pytest.mark.gui

EVIDENCE = (
    Evidence("Emphysema", 10, 7, 1.25),
    Evidence("Lung nodule", 10, 0, 3.0),
    Evidence("Hiatal hernia", 0, 0, 0.0),
)
ALL = frozenset(one.finding for one in EVIDENCE)


@pytest.fixture
def lines(qtbot: QtBot) -> EvidenceLines:
    shown = EvidenceLines()
    qtbot.addWidget(shown)
    shown.resize(320, 400)
    shown.show()
    return shown


def words(lines: EvidenceLines) -> str:
    return " ".join(one.text() for one in lines.findChildren(QLabel) if one.isVisible())


def bars(lines: EvidenceLines) -> list[ScoreBar]:
    return [one for one in lines.findChildren(ScoreBar) if one.isVisible()]


def filled(bar: ScoreBar) -> float:
    """Measure which share of a bar is filled."""
    image = bar.grab().toImage()
    row = [image.pixelColor(x, image.height() // 2).name() for x in range(2, image.width() - 2)]
    return row.count(row[0]) / len(row)


def test_a_finding_has_its_sentence_and_its_bar(lines: EvidenceLines) -> None:
    lines.show_evidence(EVIDENCE, ALL)

    assert "7 of the 10 nearest verified cases had it; 1.2 expected" in words(lines)
    assert [bar.accessibleName() for bar in bars(lines)] == ["Emphysema", "Lung nodule"]
    assert bars(lines)[0].accessibleDescription() == EVIDENCE[0].sentence


def test_a_bar_is_as_long_as_the_share_that_had_it(lines: EvidenceLines) -> None:
    lines.show_evidence((Evidence("A", 10, 8, 10.0), Evidence("B", 10, 3, 10.0)), frozenset("AB"))

    assert [filled(bar) for bar in bars(lines)] == pytest.approx([0.8, 0.3], abs=0.06)


def test_findings_nobody_knows_of_are_named_together(lines: EvidenceLines) -> None:
    lines.show_evidence(EVIDENCE, ALL)

    assert "says anything about: Hiatal hernia." in words(lines)


def test_nothing_is_said_before_the_verdict(lines: EvidenceLines) -> None:
    lines.show_evidence(EVIDENCE, ALL)

    lines.show_evidence(EVIDENCE, frozenset({"Lung nodule"}))

    assert "Emphysema" not in words(lines)
    assert "Hiatal hernia" not in words(lines)
    assert "2 findings are shown, each after your verdict on it." in words(lines)
    assert [bar.accessibleName() for bar in bars(lines)] == ["Lung nodule"]


def test_one_that_is_kept_back_is_one_finding(lines: EvidenceLines) -> None:
    lines.show_evidence(EVIDENCE, ALL - {"Emphysema"})

    assert "1 finding is shown after your verdict on it." in words(lines)


def test_what_is_not_counted_yet_is_not_said_to_be_unknown(lines: EvidenceLines) -> None:
    lines.show_evidence((), ALL)

    assert "is not counted yet" in words(lines)


def test_a_light_theme_repaints_the_bars(lines: EvidenceLines) -> None:
    lines.show_evidence(EVIDENCE, ALL)
    dark = bars(lines)[0].grab().toImage()

    lines.show_theme(LIGHT)

    assert bars(lines)[0].grab().toImage() != dark
