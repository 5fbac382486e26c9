"""`medct analyze`: what it writes, what it says, and with which code it ends."""

import csv
import json
import zipfile
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.export import files
from medct_core.export.report import SYNTHETIC_HEADLINE, Report
from medct_core.vocabulary import FINDINGS
from tests import small_chest
from tests.medct_core.io import making

pytestmark = pytest.mark.usefixtures("models_dir")


def call(*arguments: str | Path) -> int:
    """Run ``medct analyze`` with the tiny model on the processor."""
    given = [str(argument) for argument in arguments]
    return run(["analyze", *given, "--model", "tiny", "--device", "cpu"])


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Chest with a name that is not ASCII."""
    return small_chest.write(tmp_path / "thorax-é.nii.gz")


@pytest.fixture
def head(tmp_path: Path) -> Path:
    """Scan without lungs."""
    return small_chest.write(tmp_path / "head.nii.gz", lung_hu=50)


def test_one_scan_gives_three_files_and_their_names(
    scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(scan, "--out", tmp_path / "out")

    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert code == 0
    assert names == ["thorax-é.csv", "thorax-é.json", "thorax-é.pdf"]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == SYNTHETIC_HEADLINE
    assert sorted(Path(line).name for line in printed[1:]) == names


def test_dicom_results_carry_the_name_of_folder_or_zip(tmp_path: Path) -> None:
    folder = making.write_series(tmp_path / "case: 12", small_chest.volume())
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)

    code = call(
        *(folder, tmp_path / "packed.zip", "--out", tmp_path / "out", "--formats", "csv,json")
    )
    call(folder, "--out", tmp_path / "out", "--formats", "json", "--series", "3")

    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert code == 0
    assert set(written) == {
        *("case_ 12.csv", "case_ 12.json", "packed.csv", "packed.json", "all.csv"),
        "case_ 12-series-3.json",
    }
    assert json.loads(written["packed.json"])["scan"]["name"] == "packed.zip"
    for text in written.values():
        assert "Musterfrau" not in text
        assert "HOSP-4711" not in text


def test_the_folder_one_is_in_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(making.write_series(tmp_path / "case 12", small_chest.volume()))

    code = call(".", "--out", tmp_path / "out", "--formats", "json")

    assert code == 0
    assert "done         case 12 " in capsys.readouterr().err


def test_several_scans_also_give_one_table(scan: Path, tmp_path: Path) -> None:
    second = small_chest.write(tmp_path / "second.nii.gz", seed=2)

    code = call(scan, second, "--out", tmp_path / "out", "--formats", "csv")

    with (tmp_path / "out" / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    assert code == 0
    assert sum(FINDINGS[0] in line for line in lines) == 2


def test_a_refused_scan_does_not_stop_the_others(
    head: Path, scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "gone.nii.gz"

    code = call(missing, head, scan, "--out", tmp_path / "out", "--formats", "json")

    said = capsys.readouterr().err
    assert code == 3
    assert (tmp_path / "out" / "thorax-é.json").is_file()
    assert [line.split()[0] for line in said.splitlines() if " s" in line[-3:]] == [
        "wrong",
        "refused",
        "done",
    ]
    assert "no pair of lungs" in said


def test_a_single_refused_scan_says_why_and_what_to_do(
    head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(head, "--out", tmp_path / "out")

    captured = capsys.readouterr()
    assert code == 3
    assert "no pair of lungs" in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert list((tmp_path / "out").iterdir()) == []


def test_force_scores_it_and_says_so(
    head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(head, "--out", tmp_path / "out", "--formats", "json", "--force")

    report = json.loads((tmp_path / "out" / "head.json").read_text(encoding="utf-8"))
    assert code == 0
    assert "forced" in {notice["code"] for notice in report["notices"]}
    assert "by force" in capsys.readouterr().err


def test_json_stands_alone_on_standard_output(
    scan: Path, head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(scan, head, "--out", tmp_path / "out", "--json", "--formats", "json")

    answer = json.loads(capsys.readouterr().out)
    done, refused = answer["results"]
    assert code == answer["exit_code"] == 3
    assert answer["headline"] == SYNTHETIC_HEADLINE
    assert [finding["name"] for finding in done["report"]["findings"]] == list(FINDINGS)
    assert refused["report"] is None
    assert refused["state"] == "refused"
    assert "lungs" in refused["error"]["summary"]


def test_own_prompts_and_prompt_files_are_asked(scan: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[prompt]]\nname = "Lung nodule"\npresent = ["a nodule is seen."]\nabsent = ["no nodule."]'
        '\n[[prompt]]\nname = "Ring"\npresent = ["a ring."]\n',
        encoding="utf-8",
    )

    code = call(
        *(scan, "--out", tmp_path / "out", "--formats", "csv", "--prompts", file),
        *("--prompt", "no pericardial effusion", "--prompt", "=1+1"),
    )

    text = (tmp_path / "out" / "thorax-é.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    (nodule,) = [row for row in rows if row[1:2] == ["Lung nodule"]]
    assert code == 0
    assert "a nodule is seen." in nodule
    assert [row[1] for row in rows[-3:]] == [
        "Ring",
        'pericardial effusion (asked as "no pericardial effusion")',
        "'=1+1",
    ]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--prompt", "nodule but no effusion"), "denies another"),
        (("--prompt", " "), "is empty"),
        (("--prompt", "nodule " * 200), "too long"),
        (("--formats", "csv,doc"), "'doc'"),
        (("--formats", ""), "No format"),
        (("--device", "tpu"), "'tpu'"),
        (("--prompts", "not-there.toml"), "cannot be opened"),
        (("--series", "77"), "'77'"),
        (("--frame", "7"), "7"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_two(
    scan: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, str],
    complaint: str,
) -> None:

    code = run(["analyze", str(scan), "--out", str(tmp_path / "o"), "--model", "tiny", *options])

    captured = capsys.readouterr()
    assert code == 2
    assert complaint in captured.err
    assert captured.out == ""


def test_a_missing_model_ends_with_four(
    scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:

    code = run(["analyze", str(scan), "--out", str(tmp_path / "out"), "--model", "huge"])

    assert code == 4
    assert "'huge'" in capsys.readouterr().err


def test_results_that_cannot_be_written_end_with_five(scan: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    assert call(scan, "--out", tmp_path / "file" / "out") == 5


def test_a_fault_of_ours_in_one_scan_does_not_stop_the_others(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = small_chest.write(tmp_path / "second.nii.gz", seed=2)
    write = files.write_report

    def write_second_only(
        report: Report, folder: Path, formats: tuple[str, ...]
    ) -> tuple[Path, ...]:
        if report.scan.name != "second.nii.gz":
            raise ZeroDivisionError
        return write(report, folder, formats)

    monkeypatch.setattr(files, "write_report", write_second_only)

    code = call(scan, second, "--out", tmp_path / "out", "--formats", "json")

    assert code == 1
    assert (tmp_path / "out" / "second.json").is_file()


def test_a_folder_stands_for_every_scan_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    for seed in (1, 2):
        small_chest.write(folder / f"{seed}.nii.gz", seed=seed)

    code = call(folder, "--out", tmp_path / "out", "--formats", "csv")

    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "1.csv",
        "2.csv",
        "all.csv",
    ]


def test_masks_beside_a_scan_are_no_scans_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scans" / "p.masks").mkdir(parents=True)
    small_chest.write(tmp_path / "scans" / "p.nii.gz")
    small_chest.write(tmp_path / "scans" / "p.masks" / "emphysema.nii.gz")

    code = call(tmp_path / "scans", "--out", tmp_path / "out", "--formats", "csv")

    assert code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["p.csv"]
    assert "Passed over p.masks" in capsys.readouterr().err
