"""Filters of similar cases: every box makes its part of the filter, and clearing lets all pass."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.panels.similar_filters import SimilarFilters
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter

pytestmark = pytest.mark.gui


@pytest.fixture
def filters(qtbot: QtBot) -> SimilarFilters:
    shown = SimilarFilters()
    qtbot.addWidget(shown)
    shown.show()
    return shown


def named(filters: SimilarFilters, name: str) -> QWidget:
    return next(one for one in filters.findChildren(QWidget) if one.accessibleName() == name)


def choose(filters: SimilarFilters, name: str, text: str) -> None:
    box = named(filters, name)
    assert isinstance(box, QComboBox)
    box.setCurrentText(text)


def type_tags(filters: SimilarFilters, text: str) -> None:
    line = named(filters, "Tags")
    assert isinstance(line, QLineEdit)
    line.setText(text)
    line.editingFinished.emit()


def band(filters: SimilarFilters, name: str) -> QAction:
    return next(one for one in filters.findChildren(QAction) if one.text() == name)


def clear(filters: SimilarFilters) -> QPushButton:
    buttons = filters.findChildren(QPushButton)
    return next(one for one in buttons if one.text() == "Clear")


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("Sex", "Female", CaseFilter(sexes=frozenset("F"))),
        ("Contrast medium", "Without", CaseFilter(contrast=False)),
        ("Has the finding", "Emphysema", CaseFilter(present=frozenset({"Emphysema"}))),
        ("Does not have the finding", "Emphysema", CaseFilter(absent=frozenset({"Emphysema"}))),
    ],
)
def test_a_choice_is_reported_as_a_filter(
    filters: SimilarFilters, qtbot: QtBot, name: str, text: str, wanted: CaseFilter
) -> None:
    with qtbot.waitSignal(filters.filter_changed) as reported:
        choose(filters, name, text)

    assert reported.args == [wanted]
    assert filters.count == 1


def test_age_bands_add_up_and_are_said_on_the_button(filters: SimilarFilters) -> None:
    for name in ("50-59", "60-69"):
        band(filters, name).trigger()

    button = named(filters, "Age")
    assert isinstance(button, QPushButton)
    assert filters.filter.age_bands == {"50-59", "60-69"}
    assert button.text() == "50-59, 60-69"

    band(filters, "70-79").trigger()

    assert button.text() == "3 age bands"


def test_tags_are_parted_by_commas(filters: SimilarFilters) -> None:
    type_tags(filters, " teaching, , rare ")

    assert filters.filter.tags == {"teaching", "rare"}


def test_verified_only_is_a_filter_of_its_own(filters: SimilarFilters) -> None:
    filters.findChildren(QCheckBox)[0].click()

    assert filters.filter == CaseFilter(is_verified=True)
    assert filters.count == 1


def test_what_did_not_change_is_not_reported(filters: SimilarFilters, qtbot: QtBot) -> None:
    type_tags(filters, "rare")

    with qtbot.assertNotEmitted(filters.filter_changed):
        type_tags(filters, "rare,")


def test_clearing_reports_once_and_lets_all_pass(filters: SimilarFilters, qtbot: QtBot) -> None:
    for name, text in (("Sex", "Male"), ("Contrast medium", "With contrast")):
        choose(filters, name, text)
    type_tags(filters, "rare")
    band(filters, "90+").trigger()
    filters.findChildren(QCheckBox)[0].click()
    assert filters.count == 5
    reported: list[CaseFilter] = []
    filters.filter_changed.connect(reported.append)

    clear(filters).click()

    assert reported == [EVERYTHING]
    assert filters.count == 0


def test_tags_of_the_cases_are_offered(filters: SimilarFilters) -> None:
    filters.show_tags(("rare", "teaching"))

    line = named(filters, "Tags")
    assert isinstance(line, QLineEdit)
    completer = line.completer()
    completer.setCompletionPrefix("Tea")
    assert completer.currentCompletion() == "teaching"
