"""Rows of the list: where their parts lie, and what the pointer is told."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from app.panels.finding_delegate import HEATMAP_TIP, FindingDelegate, places, row_height
from app.panels.finding_row import FindingRow, Review
from app.panels.findings_model import FindingsModel
from app.theme import DARK, LIGHT
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt

pytestmark = pytest.mark.gui

WIDTH = 262
LONG = "Coronary artery wall calcification"


def model_of(row: FindingRow) -> FindingsModel:
    model = FindingsModel()
    model.show_rows((row,))
    return model


def finding(verdict: Verdict | None = None) -> Finding:
    threshold = None if verdict is None else 0.5
    return Finding(Prompt(LONG, (LONG,)), 0.7, threshold, threshold, verdict)


def picture(row: FindingRow, *, is_selected: bool = False) -> QImage:
    model = model_of(row)
    delegate = FindingDelegate(DARK)
    option = QStyleOptionViewItem()
    option.font = QFont()
    height = row_height(QFontMetrics(option.font), "")
    option.rect = QRect(0, 0, WIDTH, height)
    if is_selected:
        option.state |= QStyle.StateFlag.State_Selected
    image = QImage(WIDTH, height, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.surface))
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return image


def colours(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    width=st.integers(240, 800), top=st.integers(-500, 5000), caption=st.sampled_from(["", "Lung"])
)
def test_the_parts_of_a_row_lie_inside_it_and_apart(
    qapp: object, width: int, top: int, caption: str
) -> None:
    metrics = QFontMetrics(QFont())
    rect = QRect(0, top, width, row_height(metrics, caption))

    lie = places(rect, metrics, caption)

    parts = [lie.name, lie.heatmap, lie.figures]
    assert all(lie.body.contains(part) for part in parts)
    assert not any(one.intersects(other) for one in parts for other in parts if one is not other)
    assert lie.caption.intersected(lie.body).isEmpty()


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_its_colour(qapp: object, verdict: Verdict) -> None:
    seen = colours(picture(FindingRow(finding(verdict))))

    assert getattr(DARK, verdict.value) in seen


def test_a_blank_verdict_has_no_colour_of_a_verdict(qapp: object) -> None:
    seen = colours(picture(FindingRow(finding())))

    assert seen.isdisjoint({DARK.present, DARK.absent})


def test_a_selected_row_and_a_shown_heatmap_stand_out(qapp: object) -> None:
    selected = colours(picture(FindingRow(finding()), is_selected=True))
    mapped = colours(picture(FindingRow(finding(), is_heatmap_shown=True)))

    assert DARK.selection in selected
    assert DARK.accent in mapped


def test_a_decision_and_a_remark_change_the_row(qapp: object) -> None:
    plain = picture(FindingRow(finding()))

    for row in (
        FindingRow(finding(), review=Review.ACCEPTED),
        FindingRow(finding(), review=Review.REJECTED),
        FindingRow(finding(), comment="Seen before"),
    ):
        assert picture(row) != plain


def test_the_pointer_learns_what_a_heatmap_is_and_is_not(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _view: said.append(text))
    view = QListView()
    qtbot.addWidget(view)
    model = model_of(FindingRow(Finding(Prompt("<b>x</b>", ("x",)), 0.7)))
    delegate = FindingDelegate(LIGHT)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, WIDTH, row_height(QFontMetrics(option.font), ""))
    button = places(option.rect, QFontMetrics(option.font), "").heatmap.center()

    for place in (button, QPoint(30, 30)):
        event = QHelpEvent(QEvent.Type.ToolTip, place, place)
        delegate.helpEvent(event, view, option, model.index(0, 0))

    assert said == [HEATMAP_TIP, "&lt;b&gt;x&lt;/b&gt;, 0.70 uncalibrated, not reviewed"]
