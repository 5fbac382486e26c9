"""`medct data check`: what it says of tables, and its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from tests.scan_rows import write_ct_rate

pytestmark = pytest.mark.usefixtures("models_dir")

GOOD = """VolumeName,Findings_EN,Impressions_EN,Emphysema,Lung nodule
train_1_a_1.nii.gz,Lung nodule.,Nodule.,0,1
train_2_a_1.nii.gz,Emphysema.,Emphysema.,1,0
train_2_a_2.nii.gz,Emphysema.,Emphysema.,1,0
"""


def write(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    return str(path)


def check(*arguments: str) -> int:
    return run(["data", "check", "--model", "tiny", *arguments])


def test_a_good_table_ends_with_zero_and_its_prevalence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = check(write(tmp_path / "train.csv", GOOD))

    said = capsys.readouterr().out
    assert code == 0
    assert "3 usable scans of 2 patients, 0 lines that cannot be used" in said
    assert "2 (66.67 %)" in said
    assert "texts beside several scans: 1, beside several known patients: 0" in said
    assert "files were not looked for" in said
    assert "nothing can be learned" not in said


def test_a_finding_that_no_scan_has_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(write(tmp_path / "train.csv", GOOD.replace(",1,0", ",0,0")))

    said = capsys.readouterr().out
    assert "no scan has Emphysema: nothing can be learned or measured of it" in said


def test_what_cannot_be_used_is_named_and_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = GOOD + "train_3_a_1.nii.gz,Text.,Text.,2,0\ntrain_1_a_1.nii.gz,Text.,Text.,0,0\n"

    code = check(write(tmp_path / "train.csv", bad))

    said = capsys.readouterr().out
    assert code == 3
    assert "line 5, train_3_a_1.nii.gz: its label 'Emphysema' is '2', neither 0 nor 1" in said
    assert "the same scan in lines 2, 6" in said


def test_a_table_of_column_names_alone_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = check(write(tmp_path / "train.csv", GOOD.splitlines()[0] + "\n"))

    assert code == 3
    assert "0 usable scans" in capsys.readouterr().out


def test_a_misspelt_finding_is_named_with_the_one_it_is_like(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(
        write(tmp_path / "train.csv", "VolumeName,Atelektasis,site\ntrain_1_a_1.nii.gz,1,north\n")
    )

    said = capsys.readouterr().out
    assert "columns not used: Atelektasis (did you mean 'Atelectasis'?), site" in said


def test_a_patient_in_two_tables_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = write(tmp_path / "train.csv", GOOD)
    valid = write(tmp_path / "valid.csv", "VolumeName,Emphysema\ntrain_2_b_1.nii.gz,0\n")

    code = check(train, valid)

    said = capsys.readouterr().out
    assert code == 3
    assert "patients in more than one table: 1" in said
    assert "train.csv lines 3, 4; valid.csv lines 2" in said


def test_tables_that_share_nobody_end_with_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = write(tmp_path / "train.csv", GOOD)
    valid = write(tmp_path / "valid.csv", "VolumeName,Emphysema\nvalid_2_b_1.nii.gz,0\n")

    code = check(train, valid)

    assert code == 0
    assert "patients in more than one table: 0" in capsys.readouterr().out


def test_json_has_every_exclusion_and_the_cuts_in_the_models_own_tokens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "lung nodule " * 200
    lines = "".join(f"train_{n}_a_1,Text.,Text.,x,0\n" for n in range(10, 40))
    table = write(tmp_path / "train.csv", f"{GOOD}train_9_a_1,{long},Nodule.,0,1\n{lines}")

    code = check(table, "--order", "impression-first", "--json")

    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    facts = answer["tables"][0]
    assert code == 3
    assert answer["order"] == "impression-first"
    assert len(facts["excluded"]) == 30
    assert facts["prevalence"] == {"Emphysema": 0.5, "Lung nodule": 0.5}
    assert answer["tokens_of"] == "tiny"
    assert facts["cuts"] == [
        {"limit": 256, "reports": 1, "impressions": 0},
        {"limit": 512, "reports": 0, "impressions": 0},
    ]


def test_a_long_list_is_shortened_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(f"train_{n}_a_1,x\n" for n in range(30))

    check(write(tmp_path / "train.csv", f"VolumeName,Emphysema\n{lines}"))

    said = capsys.readouterr().out
    assert "neither 0 nor 1" in said
    assert "and 10 more; --json lists all" in said


def test_what_is_no_table_is_wrong_usage_and_no_model_is_four(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "good.csv", GOOD)

    codes = [
        check(str(tmp_path / "none.csv")),
        check(write(tmp_path / "odd.csv", "Emphysema\n1\n")),
        run(["data", "check", good, "--model", "nobody"]),
    ]

    assert codes == [2, 2, 4]
    assert capsys.readouterr().err.strip()


def test_what_other_tables_lack_or_have_too_much_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels, scans, reports, metadata = write_ct_rate(tmp_path, 3)
    reports.write_text(reports.read_text().replace("train_1_a_1", "train_8_a_1"))
    metadata.write_text(metadata.read_text().replace("train_2_a_1", "train_9_a_1"))
    beside = ["--reports", str(reports), "--metadata", str(metadata)]

    code = check(str(labels), "--scans", str(scans), *beside)

    said = capsys.readouterr().out
    assert code == 3
    assert "1 usable scans of 1 patients, 2 lines that cannot be used" in said
    assert "line 3, train_1_a_1.nii.gz: reports.csv says nothing of it" in said
    assert "line 4, train_2_a_1.nii.gz: metadata.csv says nothing of it" in said
    assert "reports.csv has 1 volumes that the table does not name" in said
    assert "metadata.csv has 1 volumes that the table does not name" in said
    assert "1 reports, findings-first" in said


@pytest.mark.shared_data
def test_real_reports_are_counted_in_tokens(
    shared_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = shared_dir / "data" / "reports" / "ctclip_text_classifier_train.csv"

    code = run(["data", "check", str(table), "--model", "medct-mini", "--json"])

    cuts = json.loads(capsys.readouterr().out)["tables"][0]["cuts"]
    assert code == 0
    assert 800 > cuts[0]["reports"] > cuts[1]["reports"] > 0


def test_where_no_file_is_found_it_says_where_paths_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write(tmp_path / "t.csv", "path,Emphysema\ngone.nii,1\n")

    code = check(table)

    assert code == 3
    assert "paths start beside the table; --scans names another" in capsys.readouterr().out
