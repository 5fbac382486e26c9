"""A table out of a library names files that were shown to hold the scans that were judged."""

from pathlib import Path

import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from medct_core.retrieval.scan_place import ScanPlace
from medct_core.training.tables.from_library import (
    LibraryTable,
    PlacedScan,
    Whereabouts,
    library_table,
    whereabouts,
    write_library_table,
)
from medct_core.training.tables.library_verdicts import JudgedScan
from medct_core.training.tables.scan_reading import read_row
from medct_core.training.tables.scan_table import TextOrder, read_scan_table
from tests import small_chest


@pytest.fixture
def scans(tmp_path: Path) -> list[JudgedScan]:
    """Write two scans below a folder, and say that they were judged."""
    (tmp_path / "scans" / "deep").mkdir(parents=True)
    paths = [
        small_chest.write(tmp_path / "scans" / "one.nii.gz", 1),
        small_chest.write(tmp_path / "scans" / "deep" / "two.nii.gz", 2),
    ]
    return [_judged(path, seed) for seed, path in enumerate(paths, 1)]


def _judged(path: Path, seed: int, report: str = "Clear.") -> JudgedScan:
    sha256 = small_chest.volume(seed).content_sha256
    verdicts = {"Emphysema": seed == 1, "Swan sign": True}
    return JudgedScan(sha256, path.name, (sha256, f"case-{seed}"), f"p{seed}", verdicts, report)


def test_a_written_table_is_read_back_with_every_label(
    scans: list[JudgedScan], tmp_path: Path
) -> None:
    where = whereabouts({}, tmp_path / "scans")
    out = tmp_path / "table.csv"

    write_library_table(library_table(scans, (), where), out)

    read = read_scan_table(out)
    assert read.findings == ("Emphysema", "Swan sign")
    assert [row.scan for row in read.rows] == ["scans/one.nii.gz", "scans/deep/two.nii.gz"]
    assert [row.labels for row in read.rows] == [(True, True), (False, True)]
    assert [row.patient for row in read.rows] == ["p1", "p2"]
    assert read.rows[0].text(TextOrder.FINDINGS_FIRST) == "Clear."
    assert not read.excluded


def test_training_reads_the_very_scans_that_were_judged(
    scans: list[JudgedScan], tmp_path: Path
) -> None:
    out = tmp_path / "elsewhere" / "table.csv"
    out.parent.mkdir()

    write_library_table(library_table(scans, (), whereabouts({}, tmp_path / "scans")), out)

    read = [read_row(row).content_sha256 for row in read_scan_table(out).rows]
    assert read == [scan.scan_sha256 for scan in scans]


@pytest.mark.parametrize("name", [0, 1])
def test_the_viewer_knows_where_scans_lie_by_hash_or_by_case(
    scans: list[JudgedScan], tmp_path: Path, name: int
) -> None:
    moved = (tmp_path / "scans" / "one.nii.gz").rename(tmp_path / "renamed.nii.gz")
    places = {scans[0].names[name]: ScanPlace(moved)}

    table = library_table(scans, (), Whereabouts(places, {}))

    assert [row.path for row in table.rows] == [moved]
    assert [one.source for one in table.not_used] == ["two.nii.gz"]
    assert "--scans" in table.not_used[0].why


def test_a_file_that_holds_another_scan_by_now_is_not_used(
    scans: list[JudgedScan], tmp_path: Path
) -> None:
    small_chest.write(tmp_path / "scans" / "one.nii.gz", 3)
    (tmp_path / "scans" / "deep" / "two.nii.gz").write_bytes(b"no scan")

    table = library_table(scans, (), whereabouts({}, tmp_path / "scans"))

    assert table.rows == ()
    first, second = table.not_used
    assert "holds another scan" in first.why
    assert second.why


def test_of_two_files_of_one_name_the_right_one_is_taken(
    scans: list[JudgedScan], tmp_path: Path
) -> None:
    (tmp_path / "scans" / "a-first").mkdir()
    small_chest.write(tmp_path / "scans" / "a-first" / "two.nii.gz", 9)

    table = library_table(scans, (), whereabouts({}, tmp_path / "scans"))

    assert [row.path.parent.name for row in table.rows] == ["scans", "deep"]


def test_reports_are_a_column_only_if_every_scan_has_one(
    scans: list[JudgedScan], tmp_path: Path
) -> None:
    silent = _judged(tmp_path / "scans" / "deep" / "two.nii.gz", 2, report="")
    out = tmp_path / "table.csv"

    table = library_table([scans[0], silent], (), whereabouts({}, tmp_path / "scans"))
    write_library_table(table, out)

    read = read_scan_table(out)
    assert not table.has_reports
    assert not read.has_reports
    assert len(read.rows) == 2


def test_findings_that_are_no_columns_are_counted(scans: list[JudgedScan], tmp_path: Path) -> None:
    table = library_table(scans, ("Emphysema",), whereabouts({}, tmp_path / "scans"))

    assert table.left_out == {"Swan sign": 2}
    assert (table.present("Emphysema"), table.patients) == (1, 2)


def test_a_table_without_rows_is_not_written_and_says_why(
    scans: list[JudgedScan], tmp_path: Path
) -> None:
    table = library_table(scans, (), Whereabouts({}, {}))

    with pytest.raises(UsageError, match=r"Not one of 2 scans .* nobody knows where it lies"):
        write_library_table(table, tmp_path / "table.csv")

    assert not (tmp_path / "table.csv").exists()


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "table.csv"
    out.write_text("mine")
    scan = JudgedScan("a" * 64, "a", (), "", {"Emphysema": True}, "")
    table = LibraryTable(("Emphysema",), (PlacedScan(scan, tmp_path),), (), {})

    with pytest.raises(UsageError, match="exists already"):
        write_library_table(table, out)
    with pytest.raises(UsageError, match="cannot be written"):
        write_library_table(table, tmp_path / "nowhere" / "table.csv")

    assert out.read_text() == "mine"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        whereabouts({}, tmp_path / "nowhere")


def test_the_search_can_be_stopped_and_says_how_far_it_is(
    scans: list[JudgedScan], tmp_path: Path
) -> None:
    where, cancel, told = whereabouts({}, tmp_path / "scans"), CancelToken(), list[float]()
    library_table(scans, (), where, on_progress=told.append)
    cancel.cancel()

    with pytest.raises(Cancelled):
        library_table(scans, (), where, cancel=cancel)

    assert told == [0.5, 1.0]
