"""The rows as Qt asks for them."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.panels.finding_row import FindingRow, Order, Review
from app.panels.findings_model import CAPTION_ROLE, ROW_ROLE, FindingsModel
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt

pytestmark = pytest.mark.gui


def row(name: str, probability: float, review: Review = Review.OPEN) -> FindingRow:
    return FindingRow(Finding(Prompt(name, (f"{name}.",)), probability), review=review)


ROWS = (row("Emphysema", 0.2), row("Cardiomegaly", 0.9), row("Atelectasis", 0.5))


def names(model: FindingsModel) -> list[str]:
    return [model.index(at, 0).data() for at in range(model.rowCount())]


def test_it_keeps_the_promises_of_a_qt_model(qtmodeltester: ModelTester) -> None:
    model = FindingsModel()
    model.show_rows(ROWS)

    qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]


def test_rows_are_sorted_and_searched_together() -> None:
    model = FindingsModel()
    model.show_rows(ROWS)

    model.show_order(Order.NAME)
    model.show_matching("a")
    model.show_matching("em")

    assert names(model) == ["Emphysema"]
    assert model.count_of_all == 3


def test_a_row_carries_its_cells_and_its_sentence() -> None:
    model = FindingsModel()
    model.show_rows(ROWS)

    cells = [model.index(0, column).data() for column in range(model.columnCount())]

    assert cells == ["Cardiomegaly", "0.90 uncalibrated", "", "not reviewed"]
    sentence = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert sentence == "Cardiomegaly, 0.90 uncalibrated, not reviewed"
    assert model.index(0, 0).data(ROW_ROLE) is ROWS[1]


def test_headings_stand_above_groups_only_when_sorted_by_group() -> None:
    model = FindingsModel()
    model.show_rows(ROWS)
    plain = [model.index(at, 0).data(CAPTION_ROLE) for at in range(3)]

    model.show_order(Order.GROUP)

    assert plain == ["", "", ""]
    grouped = [model.index(at, 0).data(CAPTION_ROLE) for at in range(3)]
    assert grouped == ["Lung", "", "Heart and vessels"]


def test_a_decision_does_not_disturb_the_list(qtbot: QtBot) -> None:
    model = FindingsModel()
    model.show_rows(ROWS)
    accepted = (row("Emphysema", 0.2, Review.ACCEPTED), *ROWS[1:])

    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show_rows(accepted)

    assert model.row_named("Emphysema").data(ROW_ROLE).review is Review.ACCEPTED


def test_a_finding_that_is_not_shown_has_no_place() -> None:
    model = FindingsModel()
    model.show_rows(ROWS)

    assert model.row_named("Cardiomegaly").row() == 0
    assert model.row_named("Bronchiectasis") == QModelIndex()
