"""`medct library`: looking through, removing, exporting and checking."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from medct_core.retrieval.library_case import KnownFinding
from tests import library_samples
from tests.library_bytes import files_holding

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

Answer = tuple[int, str]
Call = Callable[..., Answer]
EFFUSION = KnownFinding("Pleural effusion", is_present=True)


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    made = CaseLibrary.create(str(tmp_path / "library"))
    made.add(
        [
            library_samples.case(1, findings=(EFFUSION,), report="small-effusion-words"),
            library_samples.case(2, tags=("teaching",)),
        ]
    )
    return made


@pytest.fixture
def call(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    monkeypatch.setenv("MEDCT_LIBRARY", library.address)

    def called(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = run(["library", *map(str, arguments)])
        return code, capsys.readouterr().out

    return called


def parsed(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer[1])
    return found


def test_a_library_is_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(tmp_path / "new")

    codes = [run(["library", "init", place]) for _ in range(2)]

    assert codes == [0, 2]
    assert CaseLibrary.open(place).count() == 0
    assert "already" in capsys.readouterr().err


def test_all_cases_are_listed(call: Call) -> None:
    cases = parsed(call("list", "--json"))["cases"]

    assert {case["source"] for case in cases} == {"scan-1.nii.gz", "scan-2.nii.gz"}
    assert all(set(case) >= {"case_id", "stamp", "findings", "tags"} for case in cases)


@pytest.mark.parametrize(
    ("wanted", "source"),
    [
        (("--tag", "teaching"), "scan-2.nii.gz"),
        (("--finding", "Pleural effusion"), "scan-1.nii.gz"),
    ],
)
def test_a_list_is_narrowed(call: Call, wanted: tuple[str, str], source: str) -> None:
    lines = call("list", *wanted)[1].splitlines()

    assert len(lines) == 1
    assert source in lines[0]


def test_a_case_is_shown_by_the_beginning_of_its_id(call: Call) -> None:
    case_id = library_samples.case(1).case_id

    as_json, as_text = parsed(call("show", case_id[:8], "--json")), call("show", case_id[:8])[1]

    assert as_json["case_id"] == case_id
    assert as_json["findings"][0]["name"] == "Pleural effusion"
    assert "report: small-effusion-words" in as_text
    assert "age band: unknown" in as_text


def test_an_unknown_case_is_wrong_usage(call: Call) -> None:
    assert call("show", "0000000000")[0] == 2
    assert call("remove", "0000000000")[0] == 2


def test_a_removed_case_is_gone_from_every_byte(call: Call, library: CaseLibrary) -> None:
    case_id = library_samples.case(1).case_id

    code, out = call("remove", case_id[:8])

    assert (code, out) == (0, "1 removed\n")
    assert library.count() == 1
    assert files_holding(Path(library.address), b"small-effusion-words") == []
    assert files_holding(Path(library.address), case_id.encode()) == []


def test_what_was_removed_is_said_in_json(call: Call) -> None:
    ids = [library_samples.case(n).case_id for n in (1, 2)]

    assert parsed(call("remove", *ids, "--json")) == {"removed": ids}


def test_compacting_says_the_size(call: Call, library: CaseLibrary) -> None:
    answer = parsed(call("compact", "--json"))

    assert answer["bytes_after"] == library.size_bytes
    assert "bytes" in call("compact")[1]


def test_cases_are_exported(call: Call, tmp_path: Path) -> None:
    answer = parsed(call("export", tmp_path / "cases.csv", "--json"))

    assert answer == {"file": str(tmp_path / "cases.csv"), "cases": 2}
    assert "scan-2.nii.gz" in (tmp_path / "cases.csv").read_text(encoding="utf-8")
    assert call("export", tmp_path / "cases.docx")[0] == 2


def test_a_whole_library_is_verified(call: Call, library: CaseLibrary) -> None:
    code, out = call("verify", library.address)
    answer = parsed(call("verify", "--json"))

    assert code == 0
    assert "2 cases" in out
    assert "(how many directions the vectors really use)" in out
    assert answer["is_whole"] is True
    assert answer["models"][0]["count"] == 2
    assert answer["models"][0]["effective_rank"] >= 1


def test_a_damaged_case_is_named(call: Call, library: CaseLibrary) -> None:
    case = library_samples.case(1)
    library.table(case.stamp).update(
        where=f"case_id = '{case.case_id}'", values={"axial": b"no picture"}
    )

    code, out = call("verify")

    assert code == 5
    assert f"{case.case_id}  damaged" in out


def test_a_library_that_lost_a_file_is_an_error_in_words(call: Call, library: CaseLibrary) -> None:
    for path in Path(library.address).glob("cases_*/data/*"):
        path.unlink()

    assert call("verify")[0] == 5
