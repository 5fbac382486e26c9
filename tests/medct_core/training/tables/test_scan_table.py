"""Scan tables: two forms of one table, and lines that cannot be used."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.tables.scan_table import ScanTable, TextOrder, read_scan_table
from medct_core.vocabulary import FINDINGS
from tests.scan_rows import METADATA, write_ct_rate

WORDS = st.text("abc defg.,", max_size=30)
CT_RATE = (
    *("VolumeName", "ClinicalInformation_EN", "Technique_EN", "Findings_EN", "Impressions_EN"),
    "Emphysema",
)


def write(path: Path, *lines: tuple[str, ...]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path


def read(folder: Path, *lines: tuple[str, ...], scans: Path | None = None) -> ScanTable:
    return read_scan_table(write(folder / "table.csv", *lines), scans)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def test_ct_rates_own_form_is_read_with_the_patient_in_the_name(tmp_path: Path) -> None:
    labels = tuple("01" * 9)

    table = read(tmp_path, ("VolumeName", *FINDINGS), ("train_12_b_2.nii.gz", *labels))

    assert table.findings == FINDINGS
    assert table.rows[0].patient == "train_12"
    assert table.rows[0].labels == (False, True) * 9
    assert not table.has_reports


def test_the_simple_form_is_read_with_findings_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "a.nii").touch()
    header = ("Path", "patient", "REPORT", "finding:Rib fracture", "lung nodule", "Kardiomegaly")

    table = read(tmp_path, header, ("a.nii", "P1", "A fracture.", "1.0", "0", "1"))

    assert table.findings == ("Rib fracture", "Lung nodule")
    assert table.rows[0].labels == (True, False)
    assert table.rows[0].patient == "P1"
    assert table.unused_columns == ("Kardiomegaly",)


def test_a_name_that_holds_no_patient_gives_none(tmp_path: Path) -> None:
    table = read(tmp_path, ("AccessionNo", "Emphysema"), ("train_1", "0"))

    assert table.rows[0].patient == ""


@given(asked=WORDS, technique=WORDS, findings=WORDS, impression=WORDS)
def test_what_was_asked_and_how_it_was_scanned_never_enter_a_text(
    folder: Path, asked: str, technique: str, findings: str, impression: str
) -> None:
    def texts(asked: str, technique: str) -> list[str]:
        line = ("train_1_a_1", asked, technique, findings, f"{impression} end", "1")
        return [read(folder, CT_RATE, line).rows[0].text(order) for order in TextOrder]

    assert texts(asked, technique) == texts("", "")


@given(findings=WORDS, impression=WORDS)
def test_either_order_has_every_word_of_both_parts(
    folder: Path, findings: str, impression: str
) -> None:
    line = ("train_1_a_1", "", "", f"first {findings}", f'"{impression} (last)', "1")

    row = read(folder, CT_RATE, line).rows[0]

    first, last = f"first {findings}".split(), f"{impression} last".split()
    assert row.text(TextOrder.FINDINGS_FIRST).split() == first + last
    assert row.text(TextOrder.IMPRESSION_FIRST).split() == last + first


@pytest.mark.parametrize("label", ["2", "-1", "", "nan", "yes", "0.5"])
def test_a_label_that_is_neither_0_nor_1_excludes_its_line_by_name(
    tmp_path: Path, label: str
) -> None:
    header = ("VolumeName", "Emphysema", "Lung nodule")

    table = read(tmp_path, header, ("good", "1", "0"), ("bad", "1", label))

    assert [row.scan for row in table.rows] == ["good"]
    assert [(one.line, one.scan) for one in table.excluded] == [(3, "bad")]
    assert "Lung nodule" in table.excluded[0].why
    assert repr(label) in table.excluded[0].why


@pytest.mark.parametrize("nothing", ["", "  ", "Not given.", "not given"])
def test_an_empty_report_excludes_its_line(tmp_path: Path, nothing: str) -> None:
    table = read(
        tmp_path,
        CT_RATE,
        ("train_1_a_1", "Cough.", "Helical.", nothing, nothing, "1"),
        ("train_2_a_1", "", "", nothing, "Normal.", "0"),
    )

    assert [(one.scan, one.why) for one in table.excluded] == [
        ("train_1_a_1", "its report is empty")
    ]
    assert table.rows[0].text(TextOrder.FINDINGS_FIRST) == "Normal."


def test_a_scan_that_is_not_there_excludes_its_line(tmp_path: Path) -> None:
    (tmp_path / "here.nii").touch()

    table = read(tmp_path, ("path", "Emphysema"), ("here.nii", "1"), ("gone.nii", "1"))

    assert [row.scan for row in table.rows] == ["here.nii"]
    assert [(one.scan, one.why) for one in table.excluded] == [
        ("gone.nii", "there is no such file")
    ]


def test_a_name_is_found_anywhere_below_the_folder_of_scans(tmp_path: Path) -> None:
    deep = tmp_path / "train" / "train_1" / "train_1_a"
    deep.mkdir(parents=True)
    (deep / "train_1_a_1.nii.gz").touch()
    lines = [(name,) for name in ("train_1_a_1.nii.gz", "train_1_a_1", "train_1_a_2.nii.gz")]

    table = read(tmp_path, ("VolumeName",), *lines, scans=tmp_path / "train")

    assert [row.scan for row in table.rows] == ["train_1_a_1.nii.gz", "train_1_a_1"]
    assert [one.scan for one in table.excluded] == ["train_1_a_2.nii.gz"]


@given(st.lists(st.lists(st.sampled_from(["", "0", "1", "x", "é"]), min_size=1, max_size=4)))
def test_every_line_is_either_usable_or_excluded(folder: Path, lines: list[list[str]]) -> None:
    table = read(folder, ("VolumeName", "Emphysema", "report"), *map(tuple, lines))

    assert len(table.rows) + len(table.excluded) == len(lines)


@pytest.mark.parametrize(
    "content",
    [b"", b"Emphysema\n1\n", b'VolumeName\n"a"b\n', b"VolumeName\n\xff"],
)
def test_what_is_no_table_of_scans_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(content)

    with pytest.raises(UsageError, match=r"table\.csv"):
        read_scan_table(file)


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="twice"):
        read(tmp_path, ("VolumeName", "Emphysema", "emphysema"), ("a", "1", "0"))


def test_a_table_or_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_scan_table(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="no folder"):
        read(tmp_path, ("VolumeName",), ("a",), scans=tmp_path / "none")


def test_reports_and_metadata_are_joined_by_the_name_of_the_volume(tmp_path: Path) -> None:
    labels, scans, reports, metadata = write_ct_rate(tmp_path)

    table = read_scan_table(labels, scans, reports=reports, metadata=metadata)

    row = table.rows[1]
    assert (len(table.rows), table.excluded, table.has_reports) == (2, (), True)
    assert row.text(TextOrder.IMPRESSION_FIRST) == "Clear. Lungs, train_1_a_1.nii.gz."
    assert row.metadata == METADATA
    assert row.file == scans / "train_1" / "train_1_a" / "train_1_a_1.nii.gz"
    assert [(one.table, one.volumes) for one in table.unclaimed] == [
        ("reports.csv", 0),
        ("metadata.csv", 0),
    ]


def test_a_report_that_is_said_twice_is_refused(tmp_path: Path) -> None:
    _, _, reports, _ = write_ct_rate(tmp_path)
    table = tmp_path / "t.csv"
    table.write_text("VolumeName,report,Emphysema\ntrain_1_a_1,Text.,1\n", encoding="utf-8")

    with pytest.raises(UsageError, match="what is reported"):
        read_scan_table(table, reports=reports)


def test_an_empty_report_beside_the_labels_is_named(tmp_path: Path) -> None:
    labels, _, reports, _ = write_ct_rate(tmp_path)
    said = '"Lungs, train_1_a_1.nii.gz.",Clear.'
    reports.write_text(reports.read_text().replace(said, "Not given.,"), encoding="utf-8")

    table = read_scan_table(labels, reports=reports)

    assert [(one.line, one.why) for one in table.excluded] == [(3, "its report is empty")]


@pytest.mark.shared_data
def test_the_labels_of_ct_rate_are_all_usable(shared_dir: Path) -> None:
    table = read_scan_table(shared_dir / "data" / "reports" / "ctrate_train_labels.csv")

    assert (len(table.rows), len(table.excluded)) == (47149, 0)
    assert len({row.patient for row in table.rows}) == 20000
    assert table.findings == FINDINGS
