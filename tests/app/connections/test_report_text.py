"""A report is read beside its scan, and never beside another one."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.connections.report_text import ReportTextConnection, read_report
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from tests.app.small_window import SmallWindow, seen_words
from tests.app.stand_ins import PATIENCE_MS

pytestmark = pytest.mark.gui


class Reading(SmallWindow):
    """A window with a report beside the scan."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.connection = ReportTextConnection(
            self.window, self.session, self.loader.as_loader(), parent=self.owner
        )

    def press(self) -> None:
        """Ask for a file."""
        buttons = self.window.report_panel.findChildren(QPushButton)
        next(one for one in buttons if one.text() == "Load…").click()

    def finish(self) -> None:
        """Let what was begun last be done."""
        self.loader.finish(len(self.loader.works))

    @property
    def text(self) -> str:
        """The report as it stands there."""
        return self.window.report_panel.findChildren(QPlainTextEdit)[0].toPlainText()

    @property
    def said(self) -> list[str]:
        """Where it comes from, or what went wrong."""
        return seen_words(self.window.report_panel)


@pytest.fixture
def reading(qtbot: QtBot) -> Reading:
    return Reading(qtbot)


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the file that every dialog chooses."""
    path = tmp_path / "report.txt"
    path.write_text("Kleiner Erguss. 小結節。", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_asked: (str(path), ""))
    return path


def read(path: Path) -> str:
    return read_report(path, CancelToken(), lambda _fraction: None)


def test_a_report_is_read_off_the_gui_thread_and_shown_with_its_name(
    qtbot: QtBot, report: Path
) -> None:
    window, pool = SmallWindow(qtbot), LoaderPool()
    connection = ReportTextConnection(window.window, window.session, pool)
    text = window.window.report_panel.findChildren(QPlainTextEdit)[0]

    window.window.report_panel.load_requested.emit()
    before = text.toPlainText()
    qtbot.waitUntil(lambda: bool(text.toPlainText()), timeout=PATIENCE_MS)
    pool.stop()

    assert connection.parent() is None
    assert before == ""
    assert text.toPlainText() == "Kleiner Erguss. 小結節。"
    assert seen_words(window.window.report_panel) == ["report.txt"]


def test_a_dialog_that_is_closed_does_nothing(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_asked: ("", ""))

    reading.press()

    assert reading.loader.works == []


def test_a_file_that_is_no_text_is_told_and_the_report_stays(
    reading: Reading, report: Path
) -> None:
    reading.press()
    reading.finish()

    reading.press()
    error = UsageError("'scan.zip' is no text in UTF-8.", remedy="Save it as text.")
    reading.loader.failed.emit(2, error)

    assert reading.text.startswith("Kleiner Erguss")
    assert "'scan.zip' is no text in UTF-8. Save it as text." in reading.said


def test_a_report_may_be_there_before_its_scan(reading: Reading, report: Path) -> None:
    reading.press()
    reading.finish()

    reading.open()

    assert reading.text.startswith("Kleiner Erguss")


@pytest.mark.usefixtures("report")
def test_another_series_of_the_study_keeps_the_report(reading: Reading) -> None:
    scan = reading.open()
    reading.press()
    reading.finish()

    reading.session.set_scan(replace(scan, notices=()))

    assert reading.text.startswith("Kleiner Erguss")


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize("following", ["b.nii.gz", ""])
def test_no_report_stays_when_its_study_goes(reading: Reading, following: str) -> None:
    reading.open()
    reading.press()
    reading.finish()

    if following:
        reading.open(following)
    else:
        reading.session.set_scan(None)

    assert (reading.text, reading.said) == ("", [])


@pytest.mark.usefixtures("report")
def test_a_report_that_comes_late_is_not_laid_beside_another_study(reading: Reading) -> None:
    reading.open()
    reading.press()

    reading.open("b.nii.gz")
    reading.finish()

    assert reading.text == ""


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_every_text_in_utf_8_is_read_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("reports") / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert read(path) == text


@pytest.mark.parametrize("content", ["Größe".encode("latin-1"), b"PK\x03\x04\x00\x00", b"\xff\xfe"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=r"'a\.txt' is no text in UTF-8"):
        read(path)


def test_a_file_as_large_as_no_report_is_refused(tmp_path: Path) -> None:
    just, over = tmp_path / "just.txt", tmp_path / "over.txt"
    just.write_bytes(b"a" * 1_000_000)
    over.write_bytes(b"a" * 1_000_001)

    assert len(read(just)) == 1_000_000
    with pytest.raises(UsageError, match="larger than 1000 kB"):
        read(over)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'gone\.txt' cannot be read: No such file"):
        read(tmp_path / "gone.txt")


def test_a_folder_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path)
