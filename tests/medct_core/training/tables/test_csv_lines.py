"""Lines of CSV files, and what is said of files that are none."""

from pathlib import Path

import pytest

from medct_core.errors import UsageError
from medct_core.training.tables.csv_lines import CsvLine, open_csv


def test_lines_keep_their_numbers_where_a_cell_has_several(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('a, b\n1,"two\nlines"\n\n3,4\n', encoding="utf-8-sig")

    with open_csv(file) as found:
        header, lines = found.header, list(found.lines)

    assert header == ("a", "b")
    assert lines == [CsvLine(2, ("1", "two\nlines")), CsvLine(5, ("3", "4"))]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"a\n\xff\n", "UTF-8"), (b'a\n"open\n', "end of data"), (None, "No such")],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(
    content: bytes | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(UsageError, match=said), open_csv(file) as found:
        list(found.lines)


@pytest.mark.parametrize(
    ("content", "said"), [("path;report;Emphysema\n", "semicolons"), ("path\treport\n", "tabs")]
)
def test_a_table_without_commas_is_told_what_parts_its_columns(
    content: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(content)

    with pytest.raises(UsageError, match=f"'t.csv' are parted by {said}") as caught, open_csv(file):
        pass

    assert "with commas" in caught.value.remedy


def test_a_path_that_leads_nowhere_is_not_blamed_on_the_encoding(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught, open_csv(tmp_path / "gone.csv"):
        pass

    assert caught.value.remedy == "Check the path."
