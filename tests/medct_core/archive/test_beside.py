"""Beside a scan: a phantom's own files are believed, another program's are not."""

import json
from pathlib import Path

import pytest

from medct_core.archive.beside import DRAWN_BY, facts_beside, is_drawn
from medct_core.archive.known_facts import KnownFacts
from medct_core.commands.main import run
from medct_core.retrieval.library_case import KnownFinding
from medct_core.vocabulary import FINDINGS
from tests import library_samples

SMALL = ("--shape", "64,64,64", "--spacing", "6,6,6")


def make(folder: Path, findings: str) -> KnownFacts:
    scan = folder / "p.nii.gz"
    run(["phantom", "make", "--seed", "7", "--out", str(scan), "--findings", findings, *SMALL])
    return facts_beside(scan)


def test_the_findings_of_a_phantom_are_known(tmp_path: Path) -> None:
    facts = make(tmp_path, "pleural effusion,pneumothorax")

    present = {finding.name for finding in facts.findings if finding.is_present}
    assert present == {"Pleural effusion", "Pneumothorax"}
    assert {finding.name for finding in facts.findings} == {*FINDINGS, "Pneumothorax"}
    assert all(finding.is_verified and finding.by == DRAWN_BY for finding in facts.findings)
    assert facts.report.startswith("FINDINGS: ")
    assert facts.scanner == "phantom a"


def test_the_same_seed_is_the_same_patient(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    assert make(tmp_path, "emphysema").patient == make(tmp_path / "other", "").patient != ""


def test_a_scan_without_files_beside_it_tells_nothing(tmp_path: Path) -> None:
    assert facts_beside(tmp_path / "a.nii.gz") == KnownFacts()


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        "7",
        json.dumps({"findings": [{"name": "Emphysema"}], "seed": 7}),
        json.dumps({"phantom_version": 2, "findings": [{"name": "Emphysema"}]}),
        json.dumps({"phantom_version": 2, "findings": "many", "seed": 7}),
        json.dumps({"phantom_version": 2, "findings": [], "seed": "Musterfrau"}),
    ],
)
def test_files_of_another_program_tell_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.findings.json").write_text(content, encoding="utf-8")

    assert facts_beside(tmp_path / "a.nii.gz") == KnownFacts()


def test_a_missing_report_is_an_empty_one(tmp_path: Path) -> None:
    make(tmp_path, "emphysema")
    (tmp_path / "p.report.txt").unlink()

    assert facts_beside(tmp_path / "p.nii.gz").report == ""


def test_a_case_is_known_as_a_phantom_by_who_says_what_it_has(tmp_path: Path) -> None:
    phantom = library_samples.case(1, findings=make(tmp_path, "emphysema").findings)
    read = library_samples.case(
        2, findings=(KnownFinding("Emphysema", is_present=True, by="Dr A"),)
    )

    assert is_drawn(phantom)
    assert not is_drawn(read)
    assert not is_drawn(library_samples.case(3))
