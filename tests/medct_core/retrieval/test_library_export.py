"""Export: everything of every case, in files that other programs read, and no secret."""

import csv
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import ResourceError, UsageError
from medct_core.retrieval.library_case import KnownFinding
from tests import library_samples
from tests.library_samples import OTHER_STAMP, STAMP

pytest.importorskip("lancedb")
import pyarrow.parquet as pq

from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_export import export_library

FINDINGS = (
    KnownFinding("Effusion", is_present=True, is_verified=True),
    KnownFinding("Nodule", is_present=False),
)


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    made = CaseLibrary.create(str(tmp_path / "library"))
    long = library_samples.unit_vector(9, 16)
    made.add(
        [
            library_samples.case(1, findings=FINDINGS, tags=("a", "b"), report="=1+1"),
            library_samples.case(2, codes=np.ones((2, 2, 2), dtype=np.int16)),
            library_samples.case(1, stamp=OTHER_STAMP, vector=long),
        ]
    )
    return made


def test_a_table_holds_what_a_person_reads(library: CaseLibrary, tmp_path: Path) -> None:
    count = export_library(library, tmp_path / "cases.csv")

    with (tmp_path / "cases.csv").open(newline="", encoding="utf-8") as file:
        rows = {(row["case_id"]): row for row in csv.DictReader(file)}
    row = rows[library_samples.case(1).case_id]
    assert count == len(rows) == 3
    assert (row["present"], row["absent"], row["verified"]) == ("Effusion", "Nodule", "Effusion")
    assert (row["tags"], row["model"], row["contrast"]) == ("a;b", "tiny", "")


def test_no_text_becomes_a_formula(library: CaseLibrary, tmp_path: Path) -> None:
    export_library(library, tmp_path / "cases.csv")

    assert ",'=1+1," in (tmp_path / "cases.csv").read_text(encoding="utf-8")


def test_parquet_holds_everything_of_all_models(library: CaseLibrary, tmp_path: Path) -> None:
    count = export_library(library, tmp_path / "cases.parquet")

    rows = {row["case_id"]: row for row in pq.read_table(tmp_path / "cases.parquet").to_pylist()}
    other = library_samples.case(1, stamp=OTHER_STAMP)
    assert count == len(rows) == 3
    assert rows[other.case_id]["adapter"] == "lungs"
    np.testing.assert_array_equal(
        np.array(rows[other.case_id]["vector"], dtype=np.float32),
        library_samples.unit_vector(9, 16),
    )
    assert rows[library_samples.case(2).case_id]["codes_shape"] == [2, 2, 2]


@pytest.mark.parametrize("name", ["cases.csv", "cases.parquet"])
def test_the_secret_stays_in_the_library(library: CaseLibrary, tmp_path: Path, name: str) -> None:
    export_library(library, tmp_path / name)

    content = (tmp_path / name).read_bytes()
    assert library.salt not in content
    assert library.salt.hex().encode() not in content


def test_a_file_of_another_kind_is_refused(library: CaseLibrary, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cases\.xlsx"):
        export_library(library, tmp_path / "cases.xlsx")


def test_a_folder_that_is_not_there_is_an_error_in_words(
    library: CaseLibrary, tmp_path: Path
) -> None:
    with pytest.raises(ResourceError, match=r"cases\.csv"):
        export_library(library, tmp_path / "gone" / "cases.csv")


def test_an_empty_library_gives_an_empty_table(tmp_path: Path) -> None:
    library = CaseLibrary.create(str(tmp_path / "empty"))

    assert export_library(library, tmp_path / "cases.csv") == 0
    with pytest.raises(UsageError, match="no case"):
        export_library(library, tmp_path / "cases.parquet")


@pytest.mark.parametrize("name", ["cases.parquet", "cases.csv"])
def test_a_library_of_an_older_program_is_written_too(tmp_path: Path, name: str) -> None:
    library = CaseLibrary.create(str(tmp_path / "library"))
    library.add([library_samples.case(1), library_samples.case(2)])
    library.table(STAMP).drop_columns(["site_key", "scanner", "kernel"])

    assert export_library(library, tmp_path / name) == 2
