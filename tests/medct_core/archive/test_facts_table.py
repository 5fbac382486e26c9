"""Facts table: what a line says is taken, and what it cannot mean is refused by line."""

from pathlib import Path

import pytest

from medct_core.archive.facts_table import read_facts_table
from medct_core.archive.known_facts import KnownFacts
from medct_core.errors import UsageError
from medct_core.retrieval.library_case import KnownFinding


def write(folder: Path, text: str) -> Path:
    path = folder / "cases.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_column_is_taken(tmp_path: Path) -> None:
    table = write(
        tmp_path,
        "scan,Patient,study,report,age,sex,contrast,slice_thickness_mm,site,scanner,kernel,"
        "tags,by,verified,"
        "pleural effusion,finding:Aortic dissection,Emphysema\n"
        'a/one.nii.gz,AB-1,S-1,"Effusion, small.",63,female,yes,1.5,'
        'North,ACME One,B70f,"b; a;a",Dr A,yes,1,no,\n',
    )

    (wanted,) = read_facts_table(table)

    assert wanted.path == tmp_path / "a" / "one.nii.gz"
    assert wanted.facts == KnownFacts(
        patient="AB-1",
        study="S-1",
        report="Effusion, small.",
        findings=(
            KnownFinding("Pleural effusion", is_present=True, is_verified=True, by="Dr A"),
            KnownFinding("Aortic dissection", is_present=False, is_verified=True, by="Dr A"),
        ),
        tags=("a", "b"),
        age_band="60-69",
        sex="F",
        contrast=True,
        slice_thickness_mm=1.5,
        site="North",
        scanner="ACME One",
        kernel="B70f",
    )


def test_the_columns_of_a_published_table_are_understood(tmp_path: Path) -> None:
    table = write(tmp_path, "VolumeName,Emphysema,Lung nodule\ntrain_1.nii.gz,0,1\n")

    (wanted,) = read_facts_table(table)

    assert wanted.path.name == "train_1.nii.gz"
    assert [(one.name, one.is_present) for one in wanted.facts.findings] == [
        ("Emphysema", False),
        ("Lung nodule", True),
    ]


def test_a_table_to_train_on_is_understood(tmp_path: Path) -> None:
    table = write(tmp_path, "path,PatientID,report_text,Emphysema\na.nii.gz,AB-1,No nodule.,0\n")

    (wanted,) = read_facts_table(table)

    assert wanted.path == tmp_path / "a.nii.gz"
    assert (wanted.facts.patient, wanted.facts.report) == ("AB-1", "No nodule.")
    assert wanted.facts.findings == (KnownFinding("Emphysema", is_present=False),)


def test_empty_cells_say_nothing(tmp_path: Path) -> None:
    table = write(tmp_path, "\ufeffscan,age,sex,contrast,Emphysema,tags\na.nii,,,,,\n")

    assert read_facts_table(table)[0].facts == KnownFacts()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scan,path\na.nii,b\n", "'scan' and 'path' of .* mean the same"),
        ("scan,place\na.nii,b\n", "column 'place' that nobody knows"),
        ("patient\nAB\n", "no column 'scan'"),
        ("", "no column 'scan'"),
        ("scan,age\na.nii,old\n", "Line 2 .*no number"),
        ("scan,age\na.nii,200\n", "Line 2 .*no age"),
        ("scan,age\na.nii,nan\n", "Line 2 .*no age"),
        ("scan,sex\na.nii,F\nb.nii,x\n", "Line 3 .*F and M"),
        ("scan,Emphysema\na.nii,maybe\n", "neither yes nor no"),
        ("scan,slice_thickness_mm\na.nii,-1\n", "slice thickness"),
        ("scan,sex\n,F\n", "names no scan"),
        ('scan,report\na.nii,"open\n', "cannot be read"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_facts_table(write(tmp_path, text))


def test_a_table_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"scan\n\xff\xfe\n")

    with pytest.raises(UsageError, match="UTF-8"):
        read_facts_table(path)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.csv"):
        read_facts_table(tmp_path / "gone.csv")
