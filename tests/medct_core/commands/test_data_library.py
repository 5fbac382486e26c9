"""`medct data from-library`: verdicts become a table that passes the check; nothing is hidden."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from medct_core.retrieval.library_case import KnownFinding, LibraryCase, case_id_of
from tests import library_samples, small_chest
from tests.library_samples import STAMP

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

Answer = tuple[int, str, str]
Call = Callable[..., Answer]


def _case(folder: Path, seed: int, **verdicts: bool) -> LibraryCase:
    path = small_chest.write(folder / f"scan-{seed}.nii.gz", seed)
    sha256 = small_chest.volume(seed).content_sha256
    findings = tuple(
        KnownFinding(name.replace("_", " "), said, by="Dr A") for name, said in verdicts.items()
    )
    return library_samples.case(
        seed,
        case_id=case_id_of(sha256, STAMP),
        scan_sha256=sha256,
        source=path.name,
        findings=findings,
        patient_key=f"{seed:032x}",
        report="Findings, in words.",
    )


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    (tmp_path / "scans").mkdir()
    return tmp_path / "scans"


@pytest.fixture
def library(scans: Path, tmp_path: Path) -> CaseLibrary:
    """Keep four cases: two judged in full, one in part, one not at all."""
    made = CaseLibrary.create(str(tmp_path / "library"))
    made.add(
        [
            _case(scans, 1, Emphysema=True, Swan_sign=False),
            _case(scans, 2, Emphysema=False, Swan_sign=False),
            _case(scans, 3, Emphysema=True),
            _case(scans, 4),
        ]
    )
    return made


@pytest.fixture
def call(
    library: CaseLibrary,
    scans: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    monkeypatch.setenv("MEDCT_PLACES", str(tmp_path / "places.json"))

    def called(*options: str) -> Answer:
        capsys.readouterr()
        out = ["--library", library.address, "--out", str(tmp_path / "table.csv")]
        return run(["data", "from-library", *out, *options]), *capsys.readouterr()

    return called


def test_the_table_passes_the_check(
    call: Call, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = call("--scans", str(scans), "--json")
    answer: dict[str, Any] = json.loads(said)

    assert code == 0
    assert answer["findings"] == {
        "Emphysema": {"present": 1, "absent": 1},
        "Swan sign": {"present": 0, "absent": 2},
    }
    assert (answer["scans"], answer["patients"], answer["said_by"]) == (2, 2, {"Dr A": 5})
    assert {one["source"]: one["why"] for one in answer["not_used"]} == {
        "scan-3.nii.gz": "nobody accepted or rejected Swan sign on it",
        "scan-4.nii.gz": "nothing was accepted or rejected on it",
    }
    assert run(["data", "check", str(tmp_path / "table.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"][0]["usable"] == 2


def test_a_wished_finding_decides_which_scans_are_lines(call: Call, scans: Path) -> None:
    _, said, _ = call("--scans", str(scans), "--finding", "emphysema")

    assert "table.csv: 3 scans of 3 patients" in said
    assert "Emphysema                            2 present, 1 absent" in said
    assert "left out: Swan sign, judged on 2 scans" in said
    assert "not used: scan-4.nii.gz" in said


def test_what_is_the_same_everywhere_is_said_to_teach_nothing(call: Call, scans: Path) -> None:
    _, said, _ = call("--scans", str(scans))

    assert "0 present, 2 absent; the same on every scan, so nothing to learn" in said
    assert "verdicts in the library: Dr A 5" in said


def test_scans_that_nobody_finds_end_with_code_2_and_why(call: Call, tmp_path: Path) -> None:
    code, _, error = call()

    assert code == 2
    assert "nobody knows where it lies" in error
    assert not (tmp_path / "table.csv").exists()


def test_a_reader_of_whom_there_is_no_word_ends_with_code_2(call: Call, scans: Path) -> None:
    code, _, error = call("--scans", str(scans), "--by", "Dr B")

    assert code == 2
    assert "Nobody called Dr B judged a scan" in error
    assert "Dr A" in error


def test_a_table_that_is_there_is_kept_before_any_scan_is_read(
    call: Call, scans: Path, tmp_path: Path
) -> None:
    (tmp_path / "table.csv").write_text("mine")

    assert call("--scans", str(scans))[0] == 2

    assert (tmp_path / "table.csv").read_text() == "mine"
