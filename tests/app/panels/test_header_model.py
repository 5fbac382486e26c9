"""Lines of a header are found by number, keyword, name and value, never by what is hidden."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.panels.header_model import COLUMNS, HIDDEN, HeaderModel, matching
from medct_core.io.tag_row import TagRow

pytestmark = pytest.mark.gui

ITEM = TagRow("", "", "Item 1", "", "", 1)
NAME = TagRow("(0010,0010)", "PatientName", "Patient's Name", "PN", "Erika <b>", 0, True)
VOLTAGE = TagRow("(0018,0060)", "KVP", "Tube voltage", "DS", "120")
ROWS = (
    NAME,
    VOLTAGE,
    TagRow("(0040,0275)", "RequestAttributesSequence", "Request", "SQ", "2 items"),
    ITEM,
    TagRow("(0040,1001)", "RequestedProcedureID", "Procedure ID", "SH", "R-99", 2),
    ITEM,
    TagRow("(0008,0104)", "CodeMeaning", "Code Meaning", "LO", "Chest", 2),
    TagRow("(0054,0081)", "NumberOfSlices", "Slices", "US", "64"),
)


@pytest.fixture
def model(qapp: object) -> HeaderModel:
    model = HeaderModel()
    model.show_rows(ROWS)
    return model


def values(model: HeaderModel) -> list[object]:
    return [model.index(at, 3).data() for at in range(model.rowCount())]


@pytest.mark.parametrize(
    "needle", ["(0018,0060)", "0018,0060", "00180060", "18,006", "kvp", "TUBE", " 120 "]
)
def test_a_line_is_found_by_number_keyword_name_and_value(needle: str) -> None:
    assert matching(ROWS, needle, lambda row: row.value) == (VOLTAGE,)


def test_the_sequences_around_a_found_line_are_shown_once() -> None:
    found = matching(ROWS, "chest", lambda row: row.value)

    assert found == (ROWS[2], ROWS[5], ROWS[6])


def test_without_a_search_everything_is_there_and_without_a_hit_nothing() -> None:
    assert matching(ROWS, "  ", lambda row: row.value) == ROWS
    assert matching(ROWS, "no such words", lambda row: row.value) == ()


def test_what_names_somebody_is_hidden_and_cannot_be_found(model: HeaderModel) -> None:
    assert values(model)[0] == HIDDEN

    model.show_matching("erika")

    assert model.rowCount() == 0


def test_what_names_somebody_is_shown_when_asked_and_hidden_again(model: HeaderModel) -> None:
    model.show_patient()
    assert values(model)[0] == "Erika <b>"

    model.hide_patient()
    assert values(model)[0] == HIDDEN


def test_the_search_stays_for_the_next_file(model: HeaderModel) -> None:
    model.show_matching("kvp")

    model.show_rows((VOLTAGE, VOLTAGE, ROWS[-1]))

    assert values(model) == ["120", "120"]
    assert model.count_of_all == 3


def test_nested_lines_are_indented(model: HeaderModel) -> None:
    names = [str(model.index(at, 1).data()) for at in range(model.rowCount())]

    assert [len(name) - len(name.lstrip()) for name in names] == [0, 0, 0, 4, 8, 4, 8, 0]


def test_tips_show_words_and_no_markup(model: HeaderModel) -> None:
    model.show_patient()

    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)

    assert tip == "(0010,0010) PatientName<br>Patient&#x27;s Name<br>Erika &lt;b&gt;"


def test_qt_finds_no_fault_with_the_model(model: HeaderModel) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode)

    model.show_matching("chest")
    model.show_rows(())

    assert tester.model() is model
    titles = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    assert tuple(titles) == COLUMNS
