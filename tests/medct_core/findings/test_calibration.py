"""A calibration is read back as written, refuses nonsense, and knows whom it is for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.findings.calibration import (
    Calibration,
    FindingCalibration,
    prompt_digest,
    read_calibration,
    write_calibration,
)
from medct_core.inference.prompt import Prompt
from medct_core.models.stamp import ModelStamp
from medct_core.volume.notice import Notice

PROMPT = Prompt("Emphysema", ("Emphysema is present.",), ("Emphysema is not present.",))
STAMP = ModelStamp("medct-mini", "ab" * 32, "medct-mini-12345678", "float32")
ENTRY = FindingCalibration("Emphysema", prompt_digest(PROMPT), 1.5, -0.25, 0.4)
CALIBRATION = Calibration(STAMP, "phantoms", 2.0, 0.05, (ENTRY,))
PHANTOM = (Notice("phantom", "Synthetic."),)


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"

    write_calibration(CALIBRATION, path)

    assert read_calibration(path) == CALIBRATION
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format": 1', '"format": 2'),
        ('"slope": 1.5', '"slope": -1.5'),
        ('"slope": 1.5', '"slope": NaN'),
        ('"threshold": 0.4', '"threshold": 1.0'),
        ('"temperature": 2.0', '"temperature": 0'),
        ('"undecided_band": 0.05', '"undecided_band": 0.5'),
        ('"population"', '"people"'),
        ('"findings": [', '"findings": ['),
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "calibration.json"
    write_calibration(CALIBRATION, path)
    text = path.read_text()
    path.write_text(text.replace(old, new) if old != new else text[:-20])

    with pytest.raises(ModelUnavailableError, match=r"calibration\.json"):
        read_calibration(path)


@pytest.mark.parametrize("text", ["", "[]", "null", json.dumps({"format": 1})])
def test_a_foreign_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text)

    with pytest.raises(ModelUnavailableError, match="damaged"):
        read_calibration(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        read_calibration(tmp_path / "calibration.json")


@pytest.mark.parametrize(
    "stamp",
    [
        replace(STAMP, checkpoint_sha256="cd" * 32),
        replace(STAMP, recipe_id="ct-clip-12345678"),
        replace(STAMP, precision="bfloat16"),
        replace(STAMP, adapter="a", adapter_sha256="ef" * 32),
    ],
)
def test_it_holds_for_one_model_only(stamp: ModelStamp) -> None:
    assert CALIBRATION.holds_for(STAMP, PHANTOM)
    assert not CALIBRATION.holds_for(stamp, PHANTOM)


def test_it_holds_for_its_population_only() -> None:
    patients = replace(CALIBRATION, population="patients of one hospital")

    assert not CALIBRATION.holds_for(STAMP, ())
    assert not CALIBRATION.holds_for(STAMP, (Notice("gantry-tilt", "Tilted."),))
    assert not patients.holds_for(STAMP, PHANTOM)


@pytest.mark.parametrize(
    "other",
    [
        replace(PROMPT, name="emphysema"),
        replace(PROMPT, present=("Severe emphysema.",)),
        replace(PROMPT, absent=()),
        Prompt("Emphysema", ("Emphysema is present.", "Emphysema is not present.")),
    ],
)
def test_another_wording_has_no_calibration(other: Prompt) -> None:
    assert CALIBRATION.of(PROMPT) == ENTRY
    assert CALIBRATION.of(other) is None


def test_a_finding_stands_once() -> None:
    with pytest.raises(ValueError, match="once"):
        replace(CALIBRATION, findings=(ENTRY, ENTRY))
