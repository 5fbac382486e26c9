"""`medct library mark`, `teach`, `unteach`, `taught`: a finding of one's own, mark to figures."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from medct_core.retrieval.library_case import KnownFinding
from tests import library_samples, taught_samples
from tests.library_samples import OTHER_STAMP

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

Answer = tuple[int, str, str]
Call = Callable[..., Answer]
SWAN = "Swan sign"


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    """Twenty cases, ten with the sign and nine without; nothing is known of the last."""
    made = CaseLibrary.create(str(tmp_path / "library"))
    made.add(
        library_samples.case(n, findings=(KnownFinding(SWAN, is_present=n < 10),) if n < 19 else ())
        for n in range(20)
    )
    return made


@pytest.fixture
def call(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    monkeypatch.setenv("MEDCT_LIBRARY", library.address)

    def called(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(["library", *arguments])
        return code, *capsys.readouterr()

    return called


def parsed(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer[1])
    return found


def known(library: CaseLibrary, number: int) -> tuple[KnownFinding, ...]:
    case = library.find(library_samples.case(number).case_id)
    assert case is not None
    return case.findings


def test_a_case_is_marked_as_its_finding_is_spelled(call: Call, library: CaseLibrary) -> None:
    case_id = library_samples.case(19).case_id

    answer = parsed(
        call("mark", case_id[:12], "--finding", "swan SIGN", "--absent", "--by", "Dr A", "--json")
    )

    assert (answer["finding"], answer["marked"], answer["cases"]) == (SWAN, 1, [case_id])
    assert known(library, 19) == (KnownFinding(SWAN, is_present=False, by="Dr A"),)


def test_a_mark_is_changed_and_taken_back(call: Call, library: CaseLibrary) -> None:
    case_id = library_samples.case(3).case_id
    code, *_ = call("mark", case_id, "--finding", SWAN, "--absent", "--verified")
    changed = known(library, 3)

    call("mark", case_id, "--finding", SWAN, "--unknown")

    assert (code, changed) == (0, (KnownFinding(SWAN, is_present=False, is_verified=True),))
    assert known(library, 3) == ()


@pytest.mark.parametrize("said", [(), ("--present", "--unknown")])
def test_a_mark_says_one_thing(call: Call, said: tuple[str, ...]) -> None:
    code, _, told = call("mark", library_samples.case(3).case_id, "--finding", SWAN, *said)

    assert code == 2
    assert "not said whether" in told


def test_too_few_cases_are_refused_with_what_is_missing(call: Call) -> None:
    code, said, told = call("teach", SWAN)

    assert (code, said) == (2, "")
    assert "10 are marked as having" in told
    assert "1 more as not having it" in told


def test_a_finding_is_taught_listed_and_removed(call: Call, library: CaseLibrary) -> None:
    call("mark", library_samples.case(19).case_id, "--finding", SWAN, "--absent")

    (learned,) = parsed(call("teach", "swan sign", "--by", "Dr A", "--json"))["taught"]
    lines = call("taught")[1]
    removed = parsed(call("unteach", SWAN, "--json"))["removed"]

    assert (learned["name"], learned["by"], learned["labelled"]["cases_with"]) == (SWAN, "Dr A", 10)
    assert set(learned) >= {"auroc", "acquisition", "shuffled", "other_site", "may_be_scanner"}
    assert 0 <= learned["auroc"]["low"] <= learned["auroc"]["value"] <= learned["auroc"]["high"]
    assert not {"probe", "case_ids", "direction"} & set(learned)
    assert SWAN in lines
    assert "from acquisition alone" in lines
    assert "20 of unknown patients" in lines
    assert removed == 1
    assert library.taught.all() == ()


def test_where_nothing_was_taught_one_line_says_so(call: Call) -> None:
    assert call("taught") == (0, "The library was taught no finding yet.\n", "")
    assert parsed(call("taught", "--json"))["taught"] == []


def test_every_model_is_taught_what_its_cases_allow(call: Call, library: CaseLibrary) -> None:
    call("mark", library_samples.case(19).case_id, "--finding", SWAN, "--absent")
    library.add([library_samples.case(1, stamp=OTHER_STAMP)])

    code, said, told = call("teach", SWAN, "--json")

    assert code == 2
    assert "0 are marked" in told
    assert len(json.loads(said)["taught"]) == 1


def test_a_model_without_cases_cannot_be_taught(call: Call) -> None:
    code, _, told = call("teach", SWAN, "--model", "other")

    assert code == 2
    assert "'other'" in told


def test_a_removed_case_is_told_of(call: Call, library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught(SWAN, 1, 2, 3, 4))
    call("remove", library_samples.case(2).case_id)

    (stale,) = parsed(call("taught", "--json"))["taught"]

    assert stale["is_stale"]
    assert any("removed" in warning for warning in stale["warnings"])


def test_what_was_never_taught_cannot_be_removed(call: Call) -> None:
    code, _, told = call("unteach", SWAN)

    assert code == 2
    assert "not taught" in told
