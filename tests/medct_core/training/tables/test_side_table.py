"""Side tables: joined by the name of a volume, with nothing guessed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.tables.side_table import (
    METADATA_COLUMNS,
    ScanMetadata,
    SideTable,
    UnusableLineError,
    metadata_of,
    read_side_table,
    volume_key,
)
from tests.scan_rows import METADATA_HEADER


def metadata_table(folder: Path, *lines: str) -> SideTable:
    file = folder / "metadata.csv"
    file.write_text("\n".join([METADATA_HEADER, *lines]), encoding="utf-8")
    return read_side_table(file, METADATA_COLUMNS)


def test_spacing_slope_and_intercept_are_read_as_ct_rate_writes_them(tmp_path: Path) -> None:
    table = metadata_table(tmp_path, 'a_1.nii.gz,Some,"[0.5, 0.75]",-8192.0,1,1.5')

    assert metadata_of("a_1", table) == ScanMetadata((0.75, 0.5, 1.5), 1.0, -8192.0)


@pytest.mark.parametrize(
    "line",
    [
        "a,S,,-1024,1,1",
        "a,S,none,-1024,1,1",
        'a,S,"[0.7, 0.7, 0.7]",-1024,1,1',
        "a,S,0.7,-1024,0,1",
        "a,S,0.7,-1024,1,-1",
        "a,S,0.7 mm,-1024,1,1",
        "a,S,0.7,-1024,1e999,1",
    ],
)
def test_what_is_no_number_that_can_be_meant_makes_a_line_unusable(
    line: str, tmp_path: Path
) -> None:
    with pytest.raises(UnusableLineError):
        metadata_of("a", metadata_table(tmp_path, line))


def test_a_volume_that_is_missing_or_contradicted_is_named(tmp_path: Path) -> None:
    same, other = "a,S,0.7,-1024,1,1", "a,S,0.8,-1024,1,1"
    twice = metadata_table(tmp_path, same, same)
    both = metadata_table(tmp_path, same, other)

    assert metadata_of("a", twice).spacing_mm == (0.7, 0.7, 1.0)
    with pytest.raises(UnusableLineError, match="two different things"):
        both.cells_of("a")
    with pytest.raises(UnusableLineError, match="says nothing"):
        both.cells_of("b")


def test_volumes_that_nobody_asks_for_are_counted(tmp_path: Path) -> None:
    table = metadata_table(tmp_path, "a,S,1,0,1,1", "b.nii.gz,S,1,0,1,1", "c,S,1,0,1,1")

    assert table.count_without(["folder/b", "x"]) == 2


def test_a_table_without_what_is_asked_or_with_a_broken_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("VolumeName,ZSpacing\na,1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="XYSpacing, RescaleSlope, RescaleIntercept"):
        read_side_table(file, METADATA_COLUMNS)

    with pytest.raises(UsageError, match="Line 2"):
        metadata_table(tmp_path, "a,S,1")


@given(
    st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True),
    st.sampled_from(["", "folder/", "a/b/", "C:\\scans\\"]),
    st.sampled_from(["", ".nii", ".nii.gz", ".NII.GZ"]),
)
def test_folders_and_endings_do_not_change_what_a_volume_is_joined_by(
    name: str, folder: str, ending: str
) -> None:
    assert volume_key(folder + name + ending) == name
