"""`medct library search --region`: where other scans hold a part like the marked one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from medct_core.commands.main import run
from tests import small_chest, tiny_model

pytest.importorskip("lancedb")

Json = dict[str, Any]
Call = Callable[..., tuple[int, Json]]
MODEL = ("--model", "coded", "--device", "cpu")
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture
def call(tmp_path: Path, models_dir: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Search a library of two chests, embedded by a model with codes."""
    tiny_model.write_model(models_dir / "coded", tiny_model.PAIR)
    place = ("--library", str(tmp_path / "library"))
    run(["library", "init", place[1]])
    for number in (1, 2):
        path = small_chest.write(tmp_path / f"scan-{number}.nii.gz", seed=number)
        run(["library", "add", str(path), *MODEL, *place])

    def called(*arguments: str | Path) -> tuple[int, Json]:
        capsys.readouterr()
        code = run(["library", "search", *MODEL, *place, *map(str, arguments), "--json"])
        return code, json.loads(capsys.readouterr().out or "{}")

    return called


def test_a_box_is_found_in_the_scan_itself_and_in_others(call: Call, tmp_path: Path) -> None:
    code, answer = call(tmp_path / "scan-1.nii.gz", "--region", "10,90,10,90,5,75")

    itself, other = answer["cases"]
    box = answer["region"]["box_mm"]
    assert code == 0
    assert (itself["self"], itself["place"]["box_mm"]) == (True, box)
    assert (other["self"], other["place"]["box_mm"]) == (False, None)
    assert other["source"] == "scan-2.nii.gz"
    assert other["place"]["tokens"]["of"] == [4, 4, 4]
    assert 0 <= other["place"]["share_of_scan"]["feet_to_head"][0] < 1
    np.testing.assert_allclose(box, [0, 96, 0, 96, 0, 80], atol=10)
    np.testing.assert_allclose(answer["region"]["from_middle_mm"], [0, 96, 0, 96, 0, 80])
    assert (answer["searched"], answer["of"]) == (1, 1)
    assert "box_mm" in answer["geometry"]


def test_a_mask_is_found_as_the_box_around_it(call: Call, tmp_path: Path) -> None:
    marked = np.zeros(small_chest.SHAPE, dtype=np.uint8)
    marked[40:50, 35:45, 26:34] = 1
    affine = _LPS_TO_RAS @ small_chest.geometry().affine
    nibabel.save(nibabel.Nifti1Image(marked, affine), tmp_path / "mask.nii.gz")

    code, answer = call(
        tmp_path / "scan-1.nii.gz", "--region-mask", tmp_path / "mask.nii.gz", "--count", "1"
    )

    assert code == 0
    assert answer["region"]["tokens"]["first"] == [2, 2, 2]
    assert len(answer["cases"]) == 2


def test_a_person_reads_where_it_lies(
    call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--library", str(tmp_path / "library"))
    scan = str(tmp_path / "scan-1.nii.gz")
    capsys.readouterr()

    run(["library", "search", scan, *MODEL, *place, "--region=-90,-10,10,90,5,75"])

    lines = capsys.readouterr().out.splitlines()
    assert "this scan" in lines[0]
    assert "to the right" in lines[0]
    assert "to the head" in lines[0]
    assert lines[-1] == "1 of 1 cases were looked through."


def test_what_makes_no_sense_is_refused(call: Call, tmp_path: Path) -> None:
    scan, box = tmp_path / "scan-1.nii.gz", ("--region", "0,1,0,1,0,1")

    codes = {
        "no box": call(scan, "--region", "1,2,3")[0],
        "no size": call(scan, "--region", "5,1,0,1,0,1")[0],
        "not seen": call(scan, "--region", "9000,9001,0,1,0,1")[0],
        "two kinds": call(scan, *box, "--reports")[0],
        "evidence": call(scan, *box, "--evidence", "all")[0],
        "a text": call("--text", "effusion", *box)[0],
    }

    assert set(codes.values()) == {2}, codes
    assert call(scan, *box, "--model", "tiny")[0] == 4
