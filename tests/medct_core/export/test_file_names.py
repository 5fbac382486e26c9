"""Names that every system accepts, and that are said before anything is written."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.export.file_names import FORMATS, base_name, file_stem, is_there, planned_files
from medct_core.export.files import write_report
from tests import report_samples


@given(name=st.text(st.characters()))
def test_any_name_becomes_one_that_every_system_accepts(name: str) -> None:
    stem = file_stem(name)

    assert 0 < len(stem.encode()) <= 120
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', stem)
    assert stem == stem.strip(" .")
    assert stem.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("chest.nii.gz", "chest"),
        ("CHEST.NII", "CHEST"),
        ("patient.2.mha", "patient.2"),
        ("胸部CT.nii.gz", "胸部CT"),
        ("Lunge: links?.nrrd", "Lunge_ links_"),
        ("con.nii.gz", "con_"),
        ("...", "scan"),
        ("", "scan"),
        ("\udce4\udcf6.nii", "__"),
    ],
)
def test_names_stay_recognisable(name: str, stem: str) -> None:
    assert file_stem(name) == stem


@pytest.mark.parametrize("formats", [FORMATS, ("pdf",), ("json", "csv")])
@pytest.mark.parametrize("taken", [(), ("scan.pdf",), ("scan.csv", "scan-2_measurements.csv")])
def test_what_is_planned_is_what_is_written(
    tmp_path: Path, formats: tuple[str, ...], taken: tuple[str, ...]
) -> None:
    for name in taken:
        (tmp_path / name).write_text("mine")
    report = report_samples.read_report()

    planned = planned_files("scan.nii.gz", tmp_path, formats, has_measurements=True)
    written = write_report(report, tmp_path, formats)

    assert planned.names == tuple(path.name for path in written)
    assert planned.taken == tuple(name for name in taken if name.startswith("scan."))


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    planned = planned_files("a.nii", tmp_path / "new", ("csv",), has_measurements=False)

    assert (planned.names, planned.taken) == (("a.csv",), ())


def test_a_name_that_the_system_refuses_is_not_there(tmp_path: Path) -> None:
    assert not is_there(tmp_path, "x" * 5000)


@pytest.mark.parametrize("source", ["/data/a.nii", "C:\\data\\a.nii", "a.nii"])
def test_what_lies_above_a_file_is_no_part_of_its_name(source: str) -> None:
    assert base_name(source) == "a.nii"
