"""Reports are read from text and tables, or refused with a reason."""

from pathlib import Path

import pytest

from medct_core.archive.report_files import read_report, read_reports
from medct_core.errors import UsageError


def test_a_report_is_the_whole_text(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("\ufeffFINDINGS: no nodule.\n\nIMPRESSION: normal.\n", encoding="utf-8")

    assert read_report(path) == "FINDINGS: no nodule.\n\nIMPRESSION: normal."


def test_a_line_is_a_report_and_each_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "reports.txt"
    path.write_text("No nodule.\n\n Effusion. \nNo nodule.\n", encoding="utf-8")

    assert read_reports(path) == ("No nodule.", "Effusion.")


def test_a_table_is_read_by_its_column(tmp_path: Path) -> None:
    path = tmp_path / "reports.CSV"
    path.write_text('scan,Report\na,"Two\nlines."\nb,\nc,One.\n', encoding="utf-8")

    assert read_reports(path) == ("Two\nlines.", "One.")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"scan,text\na,b\n", "no column"),
        ("a.csv", b"report\n\n", "no report"),
        ("a.txt", b" \n", "no report"),
        ("a.txt", b"\xff\xfe\x00bad", "UTF-8"),
    ],
)
def test_what_holds_no_report_is_refused(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UsageError, match=why):
        read_reports(path)


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()

    with pytest.raises(UsageError, match="cannot be read"):
        read_report(tmp_path / "nowhere.txt")
    with pytest.raises(UsageError, match="no text"):
        read_report(tmp_path / "empty.txt")
