"""`medct embed`: one unit vector a scan, and which is which."""

import json
from pathlib import Path

import numpy as np
import pytest

from medct_core.commands.main import run
from medct_core.inference.engine import InferenceEngine
from tests import small_chest

pytestmark = pytest.mark.usefixtures("models_dir")


def call(*arguments: str | Path) -> int:
    return run(["embed", *map(str, arguments), "--model", "tiny", "--device", "cpu"])


@pytest.fixture
def scans(tmp_path: Path) -> list[Path]:
    """Three scans, the second of which has no lungs."""
    return [
        small_chest.write(tmp_path / "z.nii.gz", seed=1),
        small_chest.write(tmp_path / "head.nii.gz", lung_hu=50),
        small_chest.write(tmp_path / "a.nii.gz", seed=2),
    ]


def test_rows_stand_in_the_order_given(scans: list[Path], tmp_path: Path) -> None:
    code = call(scans[0], scans[2], "--out", tmp_path / "e.npy")

    vectors = np.load(tmp_path / "e.npy")
    legend = json.loads((tmp_path / "e.json").read_text(encoding="utf-8"))
    assert code == 0
    assert vectors.dtype == np.float32
    assert vectors.shape == (2, 8)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert [Path(row["scan"]).name for row in legend["rows"]] == ["z.nii.gz", "a.nii.gz"]
    assert legend["rows"][0]["scan_sha256"] == small_chest.volume(1).content_sha256
    assert legend["stamp"]["model"] == "tiny"


def test_a_refused_scan_has_no_row(
    scans: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(*scans, tmp_path / "gone.nii.gz", "--out", tmp_path / "e.npy", "--json")

    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert code == 3
    assert np.load(tmp_path / "e.npy").shape == (2, 8)
    assert [Path(one["scan"]).name for one in answer["failed"]] == ["head.nii.gz", "gone.nii.gz"]
    assert "lungs" in captured.err


def test_force_encodes_it_with_a_notice(scans: list[Path], tmp_path: Path) -> None:
    code = call(*scans, "--out", tmp_path / "e.npy", "--force")

    legend = json.loads((tmp_path / "e.json").read_text(encoding="utf-8"))
    assert code == 0
    assert legend["rows"][1]["notices"] == ["forced", "no-lungs"]


def test_parquet_holds_vectors_stamps_and_hashes(scans: list[Path], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    call(scans[0], scans[2], "--out", tmp_path / "e.npy")

    code = call(scans[0], scans[2], "--out", tmp_path / "e.parquet")

    rows = parquet.read_table(tmp_path / "e.parquet").to_pylist()
    assert code == 0
    np.testing.assert_array_equal(
        np.array([row["vector"] for row in rows], dtype=np.float32), np.load(tmp_path / "e.npy")
    )
    assert {row["model"] for row in rows} == {"tiny"}
    assert rows[1]["scan_sha256"] == small_chest.volume(2).content_sha256


def test_single_refused_scan_writes_nothing(
    scans: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(scans[1], "--out", tmp_path / "e.npy")

    assert code == 3
    assert "lungs" in capsys.readouterr().err
    assert not (tmp_path / "e.npy").exists()


def test_other_file_names_are_refused_before_anything_is_done(tmp_path: Path) -> None:
    assert call(tmp_path / "gone.nii.gz", "--out", tmp_path / "e.csv") == 2


@pytest.fixture
def no_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test fail that reaches the encoder."""

    def encode(*_: object, **__: object) -> None:
        raise AssertionError("a scan was encoded")

    monkeypatch.setattr(InferenceEngine, "embed_volume", encode)


@pytest.mark.usefixtures("no_encoding")
@pytest.mark.parametrize("name", ["vectors", "vectors.csv", ".npy", "e.npy.gz", "e.pickle"])
def test_a_name_of_another_kind_is_wrong_usage_before_any_scan_is_encoded(
    scans: list[Path], tmp_path: Path, name: str
) -> None:
    assert call(scans[0], "--out", tmp_path / "new" / name) == 2
    assert not (tmp_path / "new").exists()


@pytest.mark.usefixtures("no_encoding")
@pytest.mark.parametrize("taken", ["e.npy", "e.json"])
def test_a_folder_in_the_way_is_known_before_any_scan_is_encoded(
    scans: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], taken: str
) -> None:
    (tmp_path / taken).mkdir()

    code = call(scans[0], "--out", tmp_path / "e.npy")

    assert code == 2
    assert f"{taken}' is a folder" in capsys.readouterr().err


@pytest.mark.usefixtures("no_encoding")
def test_a_place_that_cannot_be_written_is_known_before_any_scan_is_encoded(
    scans: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    code = call(scans[0], "--out", tmp_path / "file" / "e.npy")

    assert code == 5
    assert "--out" in capsys.readouterr().err


def test_a_folder_that_is_missing_is_made(scans: list[Path], tmp_path: Path) -> None:
    code = call(scans[0], "--out", tmp_path / "new" / "folder" / "e.npy")

    assert code == 0
    assert np.load(tmp_path / "new" / "folder" / "e.npy").shape == (1, 8)
