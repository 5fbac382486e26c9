"""`medct preprocess`: a scan as the network sees it."""

import json
from pathlib import Path

import numpy as np
import pytest

from medct_core.commands.main import run
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import MEDCT_MINI
from tests import small_chest


def call(*arguments: str | Path) -> int:
    return run(["preprocess", *map(str, arguments)])


def test_file_holds_the_models_input(tmp_path: Path) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz")

    code = call(scan, "--recipe", "medct-mini", "--out", tmp_path / "t.npy")

    written = np.load(tmp_path / "t.npy")
    assert code == 0
    assert written.dtype == np.float32
    assert written.shape == (1, 64, 96, 96)
    np.testing.assert_allclose(written, prepare(small_chest.volume(), MEDCT_MINI).values, atol=1e-6)


def test_json_says_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz", lung_hu=50)

    code = call(scan, "--recipe", "medct-mini", "--out", tmp_path / "t", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (tmp_path / "t").is_file()
    assert answer["shape"] == [1, 64, 96, 96]
    assert answer["recipe"] == MEDCT_MINI.id
    assert [notice["code"] for notice in answer["notices"]] == ["no-lungs"]


def test_unknown_recipe_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = call(tmp_path / "any.nii.gz", "--recipe", "soup", "--out", tmp_path / "t.npy")

    assert code == 2
    assert "medct-vlm-paper" in capsys.readouterr().err


def test_file_that_cannot_be_written_ends_with_five(tmp_path: Path) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz")

    assert call(scan, "--recipe", "medct-mini", "--out", tmp_path / "no" / "t.npy") == 5
