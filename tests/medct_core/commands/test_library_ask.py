"""`medct library ask`: where a scan stands in what its library was taught."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medct_core.commands.main import run
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.taught_finding import STALE, Probe, TaughtFinding
from tests import small_chest, taught_samples
from tests.library_samples import OTHER_STAMP

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

pytestmark = pytest.mark.usefixtures("models_dir")

Call = Callable[..., tuple[int, str, str]]
MODEL = ("--model", "tiny", "--device", "cpu")


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    """Two chests as the tiny model sees them, and what was learned from them."""
    made = CaseLibrary.create(str(tmp_path / "library"))
    for seed in (1, 2):
        path = small_chest.write(tmp_path / f"scan-{seed}.nii.gz", seed=seed)
        run(["library", "add", str(path), *MODEL, "--library", made.address])
    made.keep_taught(learned_from(sorted(made.cases(), key=lambda case: case.case_id)))
    return made


def learned_from(cases: list[LibraryCase]) -> TaughtFinding:
    direction = cases[0].vector - cases[1].vector
    probe = Probe(
        mean=(cases[0].vector + cases[1].vector) / np.float32(2),
        direction=direction / np.linalg.norm(direction),
        case_ids=tuple(case.case_id for case in cases),
        has_it=np.array([True, False]),
        held_out=np.array([0.2, -0.2], dtype=np.float32),
    )
    return replace(taught_samples.taught("Swan sign"), stamp=cases[0].stamp, probe=probe)


@pytest.fixture
def call(library: CaseLibrary, capsys: pytest.CaptureFixture[str]) -> Call:
    def called(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        place = ("--library", library.address)
        code = run(["library", "ask", *map(str, arguments), *MODEL, *place])
        return code, *capsys.readouterr()

    return called


def answers(said: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said)["answers"]
    return found


def test_a_new_scan_is_placed_among_the_cases(call: Call, tmp_path: Path) -> None:
    new = small_chest.write(tmp_path / "new.nii.gz", seed=9)

    code, said, _ = call(new, "--json")

    (answer,) = answers(said)
    standing = answer["standing"]
    assert code == 0
    assert (answer["name"], standing["took_part"]) == ("Swan sign", False)
    assert (standing["with_it"], standing["without"]) == (1, 1)
    assert standing["above_with"] in (0, 100)


def test_a_case_that_took_part_is_said_to(call: Call, tmp_path: Path) -> None:
    code, said, _ = call(tmp_path / "scan-1.nii.gz", "swan SIGN")

    assert code == 0
    assert "Swan sign  taught by you" in said
    assert "it is one of them" in said


def test_what_must_be_taught_again_is_said(
    call: Call, library: CaseLibrary, tmp_path: Path
) -> None:
    case = next(iter(library.cases()))
    library.remove([case.case_id])

    code, said, _ = call(tmp_path / "scan-1.nii.gz")

    assert code == 0
    assert STALE in said
    assert "Higher than" not in said


def test_a_finding_nobody_taught_is_refused_before_the_scan_is_read(call: Call) -> None:
    code, _, told = call("not-there.nii.gz", "Owl")

    assert code == 2
    assert "not taught 'owl'" in told
    assert "Swan sign" in told


def test_what_was_taught_for_another_model_is_not_asked(call: Call, library: CaseLibrary) -> None:
    library.taught.forget("Swan sign")
    library.taught.keep(taught_samples.taught("Swan sign", stamp=OTHER_STAMP))

    code, _, told = call("not-there.nii.gz")

    assert code == 2
    assert "taught nothing for tiny" in told


def test_an_untaught_library_says_how_to_teach(call: Call, library: CaseLibrary) -> None:
    library.taught.forget("Swan sign")

    code, _, told = call("not-there.nii.gz")

    assert code == 2
    assert "no finding yet" in told
