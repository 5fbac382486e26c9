"""`medct evaluate zero-shot`, `classify` and `retrieval --table`: measured, or refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from tests import adapter_samples, small_chest, tiny_model

HEAD = "path,patient,report,Lung nodule,Emphysema"


@pytest.fixture
def tables(models_dir: Path, tmp_path: Path) -> Path:
    """Write six scans for a test and four for thresholds, of patients of their own."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, numbers in (("test", range(6)), ("tuning", range(6, 10))):
        lines = [HEAD]
        for number in numbers:
            small_chest.write(folder / f"{number}.nii.gz", seed=number)
            lines.append(
                f"{number}.nii.gz,p{number},Nodule {number}.,{number % 2},{number // 2 % 2}"
            )
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def evaluate(command: str, tables: Path, *more: str) -> int:
    splits = [str(tables / "test.csv"), "--validation", str(tables / "tuning.csv")]
    where = ["--out", str(tables / "report"), "--model", "tiny", "--device", "cpu"]
    return run(["evaluate", command, *splits, *where, *more])


def retrieval(tables: Path, *more: str) -> int:
    table = ["--table", str(tables / "test.csv"), "--model", "tiny", "--device", "cpu"]
    return run(["evaluate", "retrieval", *table, *more])


def adapter(models_dir: Path, tables: Path, name: str = "site", *, has_head: bool = True) -> str:
    folder = tables / "adapters" / name
    folder.parent.mkdir(exist_ok=True)
    return str(adapter_samples.write_adapter(models_dir / "tiny", folder, has_head=has_head))


def test_a_base_and_its_adapter_are_measured_and_reported(
    tables: Path, models_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = adapter(models_dir, tables)

    code = evaluate("zero-shot", tables, "--adapter", site, "--json")

    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [one["name"] for one in answer["models"]] == ["base", "site"]
    assert answer["contest"]["test"]["n"] == 6
    assert answer["contest"]["validation"]["n"] == 4
    assert answer["comparisons"]["site"]["finding_test"] == "DeLong"
    assert "Not a medical device" in answer["notice"]
    assert answer == json.loads((tables / "report" / "zero-shot-ct-clip.json").read_text())
    kinds = {one.suffix for one in (tables / "report").glob("zero-shot-ct-clip-*")}
    assert kinds == {".png", ".pdf"}


def test_what_was_answered_is_not_asked_again(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = evaluate("zero-shot", tables, "--protocol", "medct-vlm", "--json")
    one = capsys.readouterr().out
    (book,) = (tables / "report" / "answers").iterdir()
    kept = book.read_bytes()
    book.write_bytes(kept[: len(kept) // 2])

    second = evaluate("zero-shot", tables, "--protocol", "medct-vlm", "--json")

    assert [first, second] == [0, 0]
    assert capsys.readouterr().out == one
    assert sorted(book.read_bytes().splitlines()) == sorted(kept.splitlines())


def test_a_person_reads_numbers_and_where_the_report_lies(
    tables: Path, models_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = evaluate("classify", tables, "--adapter", adapter(models_dir, tables))

    said = capsys.readouterr().out
    assert code == 0
    for part in (
        "mean AUROC",
        "base, zero-shot",
        "site: gain in mean AUROC",
        "classify-ct-clip.md",
    ):
        assert part in said
    assert "Not a medical device" in said


def test_scans_that_cannot_be_measured_are_named_in_the_report(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_chest.write(tables / "3.nii.gz", lung_hu=50)
    table = tables / "test.csv"
    odd = "gone.nii.gz,p30,Seen.,0,1\n0.nii.gz,p31,Seen.,0,2\n"
    table.write_text(table.read_text() + odd, encoding="utf-8")

    code = evaluate("zero-shot", tables, "--json")

    answer = json.loads(capsys.readouterr().out)
    left_out = {one["scan"]: one["why"] for one in answer["contest"]["test"]["left_out"]}
    assert code == 0
    assert answer["contest"]["test"]["n"] == 5
    assert left_out["gone.nii.gz"] == "there is no such file"
    assert "neither 0 nor 1" in left_out["0.nii.gz"]
    assert "3.nii.gz" in left_out
    page = (tables / "report" / "zero-shot-ct-clip.md").read_text()
    assert all(scan in page for scan in left_out)


def test_a_class_without_positives_is_not_defined(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tables / "test.csv"
    lines = [line[:-1] + "0" for line in table.read_text().splitlines()[1:]]
    table.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")

    code = evaluate("zero-shot", tables, "--json")

    answer = json.loads(capsys.readouterr().out)
    emphysema = answer["models"][0]["findings"][1]
    assert code == 0
    assert emphysema["name"] == "Emphysema"
    assert emphysema["auroc"] is emphysema["average_precision"] is emphysema["calls"]["f1"] is None
    assert answer["models"][0]["overall"]["told_apart"] == 1


def test_an_adapter_of_another_base_is_refused(
    tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tiny_model.write_model(tmp_path / "other", tiny_model.PAIR)
    stranger = adapter_samples.write_adapter(other, tmp_path / "stranger")

    code = evaluate("zero-shot", tables, "--adapter", str(stranger))

    assert code == 4
    assert "was made for" in capsys.readouterr().err


def test_a_patient_in_both_tables_is_refused(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tables / "tuning.csv"
    table.write_text(table.read_text().replace("p7", "p1"), encoding="utf-8")

    code = evaluate("zero-shot", tables)

    assert code == 2
    assert "1 patients are in" in capsys.readouterr().err


def test_a_head_that_is_not_there_is_refused(
    tables: Path, models_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = adapter(models_dir, tables, "bare", has_head=False)

    assert evaluate("classify", tables, "--adapter", bare) == 2
    assert "no supervised head" in capsys.readouterr().err
    assert evaluate("classify", tables) == 2


def test_retrieval_of_a_table_is_measured_for_every_model(
    tables: Path, models_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ("--adapter", adapter(models_dir, tables), "--out", str(tables / "report"))

    codes = [retrieval(tables, *more, "--json")]
    answer = json.loads(capsys.readouterr().out)
    codes.append(retrieval(tables, *more))
    said = capsys.readouterr().out

    assert codes == [0, 0]
    assert [one["stamp"]["adapter"] for one in answer["models"]] == [None, "site"]
    assert answer["models"][0]["results"][0]["report_to_volume"]["queries"] == 6
    assert answer == json.loads((tables / "report" / "retrieval.json").read_text())
    assert [one["stamp"]["adapter"] for one in answer["gains"]] == ["site"]
    gain = answer["gains"][0]["gains"]["report_to_volume"]["MRR"]
    ranked = [one["results"][0]["report_to_volume"]["mrr"]["value"] for one in answer["models"]]
    assert gain["gain"] == pytest.approx(ranked[1] - ranked[0])
    assert "Recall@1" in said
    assert "over the base, raw cosines" in said


@pytest.mark.parametrize(
    "more", [(), ("--out", "report", "--seeds", "5000000:5000004"), ("--library", "cases")]
)
def test_retrieval_of_a_table_that_cannot_be_is_refused(
    tables: Path, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert retrieval(tables, *more) == 2
    assert capsys.readouterr().err.strip()


def test_an_adapter_without_a_table_is_refused(models_dir: Path) -> None:
    phantoms = ["--seeds", "5000000:5000002", "--model", "tiny"]

    assert run(["evaluate", "retrieval", *phantoms, "--adapter", "site"]) == 2
