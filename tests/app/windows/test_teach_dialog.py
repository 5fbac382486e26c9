"""Teaching: a name is chosen, what was learned is shown, and kept only when wanted."""

import pytest
from PySide6.QtWidgets import QProgressBar, QPushButton, QTreeWidget
from pytestqt.qtbot import QtBot

from app.panels.text_label import TextLabel
from app.windows.teach_dialog import TeachDialog
from medct_core.retrieval.taught_finding import TaughtFinding, TeachableName
from tests import taught_samples

pytestmark = pytest.mark.gui

NAMES = (
    TeachableName("Owl sign", 30, 30, 30, 4),
    TeachableName("Swan sign", 12, 30, 12, 28),
    TeachableName("Beak sign", 11, 12, 10, 10),
)
TOO_FEW = (
    "“Owl sign” cannot be learned yet. Different patients with it: 30, without it: 4; "
    "10 of each are needed."
)


class Opened:
    """A dialog, and what it reports."""

    def __init__(self, qtbot: QtBot) -> None:
        self.dialog = TeachDialog("cases")
        qtbot.addWidget(self.dialog)
        self.learn: list[str] = []
        self.kept: list[TaughtFinding] = []
        self.stops: list[bool] = []
        self.dialog.learn_wanted.connect(self.learn.append)
        self.dialog.keep_wanted.connect(self.kept.append)
        self.dialog.stop_wanted.connect(lambda: self.stops.append(True))
        self.dialog.show()

    @property
    def names(self) -> QTreeWidget:
        """The list."""
        found = self.dialog.findChild(QTreeWidget)
        assert isinstance(found, QTreeWidget)
        return found

    @property
    def bar(self) -> QProgressBar:
        """How far it is."""
        found = self.dialog.findChild(QProgressBar)
        assert isinstance(found, QProgressBar)
        return found

    def button(self, text: str) -> QPushButton:
        """Give a button by its words."""
        buttons = self.dialog.findChildren(QPushButton)
        return next(one for one in buttons if one.text().replace("&", "") == text)

    def shown(self) -> list[str]:
        """All words to be seen."""
        labels = self.dialog.findChildren(TextLabel)
        return [one.text() for one in labels if one.isVisibleTo(self.dialog)]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    return Opened(qtbot)


def test_it_waits_for_the_names(opened: Opened) -> None:
    assert opened.bar.isVisible()
    assert not opened.button("Learn").isEnabled()
    assert not opened.button("Keep").isEnabled()


def test_names_stand_with_their_counts(opened: Opened) -> None:
    opened.dialog.show_names(NAMES)

    rows = [opened.names.topLevelItem(place) for place in range(3)]
    assert [[row.text(column) for column in range(4)] for row in rows if row] == [
        ["Owl sign", "30", "30", "too few patients"],
        ["Swan sign", "12", "30", ""],
        ["Beak sign", "11", "12", ""],
    ]
    assert not opened.bar.isVisible()


def test_the_first_that_can_be_learned_is_chosen(opened: Opened) -> None:
    opened.dialog.show_names(NAMES)

    chosen = opened.names.currentItem()
    assert chosen is not None
    assert chosen.text(0) == "Swan sign"
    assert opened.button("Learn").isEnabled()
    assert TOO_FEW not in opened.shown()


def test_too_few_patients_are_not_learned_from_and_it_says_why(opened: Opened) -> None:
    opened.dialog.show_names(NAMES)

    owl = opened.names.topLevelItem(0)
    assert owl is not None
    opened.names.setCurrentItem(owl)
    opened.names.itemDoubleClicked.emit(owl, 0)

    assert TOO_FEW in opened.shown()
    assert opened.button("Learn").toolTip() == owl.toolTip(0) == TOO_FEW
    assert not opened.button("Learn").isEnabled()
    assert opened.learn == []


def test_where_none_can_be_learned_the_first_says_why(opened: Opened) -> None:
    opened.dialog.show_names(NAMES[:1])

    assert TOO_FEW in opened.shown()
    assert not opened.button("Learn").isEnabled()


def test_the_chosen_finding_is_learned(opened: Opened) -> None:
    opened.dialog.show_names(NAMES)
    opened.names.setCurrentItem(opened.names.topLevelItem(2))  # type: ignore[arg-type]

    opened.button("Learn").click()
    opened.dialog.show_progress(0.42)

    assert opened.learn == ["Beak sign"]
    assert (opened.bar.isVisible(), opened.bar.value()) == (True, 42)
    assert not opened.names.isEnabled()


def test_what_was_learned_is_shown_and_kept_when_wanted(opened: Opened) -> None:
    finding = taught_samples.taught()
    opened.dialog.show_names(NAMES)
    opened.button("Learn").click()

    opened.dialog.show_learned(finding)

    assert opened.dialog.learned is finding
    assert "AUROC of patients it did not learn from: 0.90" in opened.dialog.figures
    assert opened.kept == []
    opened.button("Keep").click()
    assert opened.kept == [finding]
    assert not opened.dialog.isVisible()
    assert opened.stops == []


def test_closing_keeps_nothing_and_stops(opened: Opened) -> None:
    opened.dialog.show_names(NAMES)
    opened.dialog.show_learned(taught_samples.taught())

    opened.button("Cancel").click()

    assert opened.kept == []
    assert opened.stops == [True]


def test_another_name_takes_away_what_was_learned(opened: Opened) -> None:
    opened.dialog.show_names(NAMES)
    opened.dialog.show_learned(taught_samples.taught())

    opened.names.setCurrentItem(opened.names.topLevelItem(2))  # type: ignore[arg-type]

    assert opened.dialog.learned is None
    assert not opened.button("Keep").isEnabled()
    assert not any("AUROC" in text for text in opened.shown())


def test_why_nothing_was_learned_is_said(opened: Opened) -> None:
    opened.dialog.show_names(NAMES)
    opened.button("Learn").click()

    opened.dialog.show_problem("Too few.", "Mark more.")

    assert "Too few. Mark more." in opened.shown()
    assert opened.button("Learn").isEnabled()


def test_without_names_nothing_can_be_learned(opened: Opened) -> None:
    opened.dialog.show_problem("No library.", "Add scans.")

    assert not opened.button("Learn").isEnabled()
    assert not opened.bar.isVisible()
