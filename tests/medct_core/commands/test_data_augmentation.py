"""`medct data show-augmentation`: a picture of what training sees, and the words for it."""

import json
from pathlib import Path

import pytest
from PIL import Image

from medct_core.commands.main import run
from tests import small_chest

REPORT = "Left pleural effusion."


def call(*arguments: str | Path) -> int:
    return run(["data", "show-augmentation", *map(str, arguments)])


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_chest.write(tmp_path_factory.mktemp("scan") / "chest.nii.gz")


def test_a_picture_is_written_and_every_sample_is_named(
    scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "grid.png"

    code = call(scan, "--out", out, "--seed", "4", "--draws", "1", "--text", REPORT)

    said = capsys.readouterr().out.splitlines()
    assert code == 0
    assert said[0] == str(out)
    assert sum(line.startswith(("elastic: bent", "flip left right: left")) for line in said) == 2
    # The paper swaps no word, and no word of this text has a synonym.
    assert not any(line.startswith("  ") for line in said)
    with Image.open(out) as picture:
        assert picture.width > 1500


def test_equal_seeds_give_equal_pictures(scan: Path, tmp_path: Path) -> None:
    for name in ("one", "same"):
        call(scan, "--out", tmp_path / f"{name}.png", "--recipe", "none", "--seed", "1")

    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "same.png").read_bytes()


def test_json_has_the_text_of_every_sample(
    scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "grid.png"

    code = call(
        scan,
        "--recipe",
        "laterality-safe",
        "--out",
        out,
        "--text",
        REPORT,
        "--draws",
        "1",
        "--json",
    )

    answer = json.loads(capsys.readouterr().out)
    texts = {one["title"]: one["text"] for one in answer["samples"]}
    assert code == 0
    assert texts["flip left right"] == "Right pleural effusion."
    assert texts["rotation"] == REPORT
    assert "flip front back" not in texts


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("--recipe", "papper", "Did you mean 'paper'?"),
        ("--input", "soup", "medct-vlm-paper"),
        ("--out", "grid.gif", ".png or .pdf"),
    ],
)
def test_an_unknown_name_is_refused_with_what_to_choose(
    scan: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    value: str,
    hint: str,
) -> None:
    given = {"--out": str(tmp_path / "grid.png"), "--recipe": "none", option: value}

    code = call(scan, *(part for pair in given.items() for part in pair))

    assert code == 2
    assert hint in " ".join(capsys.readouterr().err.split())


def test_a_file_that_is_no_scan_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "notes.nii.gz"
    text.write_text("nothing to see")

    assert call(text, "--out", tmp_path / "grid.png") == 3
    assert not (tmp_path / "grid.png").exists()
