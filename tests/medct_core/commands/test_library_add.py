"""`medct library add` and `import`: what became of every scan is said."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from medct_core.archive import embed_folder
from medct_core.cancel import Cancelled
from medct_core.commands.main import run
from tests import small_chest

pytest.importorskip("lancedb")
pytestmark = pytest.mark.usefixtures("models_dir")

Json = dict[str, Any]
Call = Callable[..., tuple[int, Json]]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command on a library of the test; gives exit code and JSON."""
    run(["library", "init", str(tmp_path / "library")])

    def called(command: str, *arguments: str | Path) -> tuple[int, Json]:
        capsys.readouterr()
        model = ["--model", "tiny", "--device", "cpu"] if command in {"add", "import"} else []
        place = ["--library", str(tmp_path / "library"), "--json"]
        code = run(["library", command, *map(str, arguments), *model, *place])
        return code, json.loads(capsys.readouterr().out or "{}")

    return called


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Write two chests and a head into a folder."""
    folder = tmp_path / "scans"
    folder.mkdir()
    small_chest.write(folder / "a.nii.gz", seed=1)
    small_chest.write(folder / "b.nii.gz", seed=2)
    small_chest.write(folder / "head.nii.gz", lung_hu=50)
    return folder


def test_a_folder_is_added_and_what_was_refused_is_said(call: Call, scans: Path) -> None:
    code, answer = call("add", scans, "--tag", "teaching", "--patient", "AB-1")

    states = {Path(one["path"]).name: one["state"] for one in answer["scans"]}
    listed = call("list")[1]["cases"]
    assert code == answer["exit_code"] == 3
    assert states == {"a.nii.gz": "added", "b.nii.gz": "added", "head.nii.gz": "refused"}
    assert (answer["added"], answer["refused"]) == (2, 1)
    (error,) = (one["error"] for one in answer["scans"] if one["error"])
    assert "cannot be added" in error["summary"]
    assert "lungs" in error["summary"]
    assert error["remedy"].endswith("or add it all the same with --force.")
    assert [case["tags"] for case in listed] == [["teaching"]] * 2
    assert len({case["patient_key"] for case in listed}) == 1
    assert "AB-1" not in json.dumps(listed)


def test_adding_again_skips_what_is_there(call: Call, scans: Path) -> None:
    call("add", scans / "a.nii.gz")

    code, answer = call("add", scans / "a.nii.gz", scans / "b.nii.gz")

    assert code == 0
    assert [one["state"] for one in answer["scans"]] == ["there", "added"]


def test_a_path_that_is_not_there_stops_no_other(call: Call, scans: Path) -> None:
    code, answer = call("add", scans / "gone", scans / "a.nii.gz")

    assert code == 2
    assert sorted(one["state"] for one in answer["scans"]) == ["added", "refused"]


def test_force_takes_what_is_unsuitable(call: Call, scans: Path) -> None:
    code, answer = call("add", scans / "head.nii.gz", "--force")

    assert (code, answer["added"]) == (0, 1)


def test_a_table_says_what_is_known(call: Call, scans: Path) -> None:
    table = scans / "cases.csv"
    table.write_text(
        "scan,patient,report,age,Emphysema,by,verified\n"
        "a.nii.gz,AB-1,Emphysema of AB-1.,63,yes,Dr A,yes\n"
        "b.nii.gz,AB-1,,,no,Dr A,\n",
        encoding="utf-8",
    )

    code, answer = call("import", table)

    cases = {case["source"]: case for case in call("list")[1]["cases"]}
    finding = {"name": "Emphysema", "is_present": True, "is_verified": True, "by": "Dr A"}
    assert (code, answer["added"]) == (0, 2)
    assert cases["a.nii.gz"]["findings"] == [finding]
    assert cases["a.nii.gz"]["age_band"] == "60-69"
    assert cases["a.nii.gz"]["report"] == "Emphysema of [removed]."
    assert cases["a.nii.gz"]["patient_key"] == cases["b.nii.gz"]["patient_key"] != ""


def test_a_table_imported_again_updates_what_is_there(call: Call, scans: Path) -> None:
    table = scans / "cases.csv"
    call("add", scans / "a.nii.gz")
    table.write_text("scan,report\na.nii.gz,Read at last.\n", encoding="utf-8")

    answers = [call("import", table)[1], call("import", table)[1]]

    assert [answer["scans"][0]["state"] for answer in answers] == ["updated", "there"]
    assert call("list")[1]["cases"][0]["report"] == "Read at last."


def test_a_table_that_makes_no_sense_adds_nothing(call: Call, scans: Path) -> None:
    table = scans / "cases.csv"
    table.write_text("scan,age\na.nii.gz,63\nb.nii.gz,old\n", encoding="utf-8")

    code, _ = call("import", table)

    assert code == 2
    assert call("list")[1]["cases"] == []


def test_an_interruption_says_what_was_done(
    call: Call, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_scans = embed_folder.add_scans

    def stopped(
        embedder: embed_folder.Embedder,
        wanted: Sequence[embed_folder.WantedScan],
        **_watching: object,
    ) -> Iterator[embed_folder.Outcome]:
        yield next(add_scans(embedder, wanted))
        raise Cancelled

    monkeypatch.setattr(embed_folder, "add_scans", stopped)

    code, answer = call("add", scans)

    assert code == answer["exit_code"] == 130
    assert [one["state"] for one in answer["scans"]] == ["added"]
    assert len(call("list")[1]["cases"]) == 1


def test_for_a_person_it_counts(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "other")
    run(["library", "init", place])

    code = run(["library", "add", str(scans), "--library", place, "--model", "tiny"])

    captured = capsys.readouterr()
    assert code == 3
    assert captured.out.splitlines()[-1] == "2 added, 1 refused"
    assert "head.nii.gz: " in captured.err


def test_where_there_is_no_library_nothing_is_added(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["library", "add", str(scans), "--library", str(tmp_path / "gone")])

    assert code == 2
    assert "medct library init" in capsys.readouterr().err
    assert not (tmp_path / "gone").exists()
