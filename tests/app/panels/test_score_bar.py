"""The score bar, read back from its pixels."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.panels.score_bar import BarValues, ScoreBar, bar_values, paint_score_bar
from app.theme import DARK, LIGHT
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt

pytestmark = pytest.mark.gui

WIDTH, HEIGHT = 200, 14


def painted(values: BarValues) -> QImage:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.surface))
    painter = QPainter(image)
    paint_score_bar(painter, QRectF(0, 3, WIDTH, 8), values, DARK)
    painter.end()
    return image


def column_of(image: QImage, colour: str, y: int) -> list[int]:
    return [x for x in range(WIDTH) if image.pixelColor(x, y) == QColor(colour)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(score=st.floats(0.02, 1.0))
def test_a_calibrated_bar_is_as_long_as_its_score(qapp: object, score: float) -> None:
    image = painted(BarValues(score, is_calibrated=True, verdict=Verdict.PRESENT))

    assert len(column_of(image, DARK.present, 7)) == pytest.approx(score * WIDTH, abs=1.5)


def test_a_raw_score_is_hatched_and_not_filled(qapp: object) -> None:
    filled = painted(BarValues(0.8, is_calibrated=True))
    hatched = painted(BarValues(0.8, is_calibrated=False))

    assert len(column_of(filled, DARK.raw, 7)) > 2 * len(column_of(hatched, DARK.raw, 7)) > 0


@pytest.mark.parametrize("threshold", [0.25, 0.5, 0.9])
def test_the_threshold_stands_out_of_the_bar_at_its_place(qapp: object, threshold: float) -> None:
    image = painted(BarValues(0.1, is_calibrated=True, threshold=threshold))

    above = column_of(image, DARK.text, 2)

    assert above
    assert sum(above) / len(above) == pytest.approx(threshold * WIDTH, abs=1.5)


def test_without_a_threshold_nothing_stands_out_of_the_bar(qapp: object) -> None:
    image = painted(BarValues(0.7, is_calibrated=True))

    assert column_of(image, DARK.text, 2) == []


def test_the_interval_reaches_from_the_lowest_to_the_highest_wording(qapp: object) -> None:
    image = painted(BarValues(0.1, is_calibrated=False, interval=(0.3, 0.6)))

    changed = [x for x in range(WIDTH) if image.pixelColor(x, 4) != QColor(DARK.line)]
    whiskers = [x for x in changed if x > 30]

    assert min(whiskers) == pytest.approx(0.3 * WIDTH, abs=2)
    assert max(whiskers) == pytest.approx(0.6 * WIDTH, abs=2)


def test_a_finding_without_calibration_shows_its_raw_score() -> None:
    finding = Finding(Prompt("Emphysema", ("Emphysema.",)), 0.7)

    assert bar_values(finding) == BarValues(0.7, is_calibrated=False)


def test_a_screen_reader_hears_score_interval_and_threshold(qtbot: QtBot) -> None:
    bar = ScoreBar()
    qtbot.addWidget(bar)

    bar.show_score(BarValues(0.7, is_calibrated=False, threshold=0.5, interval=(0.6, 0.8)))

    described = "0.70 uncalibrated, from 0.60 to 0.80, threshold 0.50"
    assert bar.accessibleDescription() == described


def test_an_empty_bar_is_a_line_without_a_score(qtbot: QtBot) -> None:
    bar = ScoreBar(LIGHT)
    qtbot.addWidget(bar)
    bar.show_score(BarValues(0.7, is_calibrated=True, verdict=Verdict.PRESENT))
    bar.show_theme(DARK)

    bar.show_nothing()

    image = bar.grab().toImage()
    middle = image.pixelColor(image.width() // 4, image.height() // 2)
    assert middle == QColor(DARK.line)
    assert bar.accessibleDescription() == "No score"
