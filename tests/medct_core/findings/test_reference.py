"""Scores of known cases are told apart by finding, kept, and never shown for another model."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.findings.reference import KnownCases, Reference, read_reference, reference_from
from medct_core.inference.prompt import Prompt
from medct_core.models.stamp import ModelStamp

STAMP = ModelStamp("a-model", "0" * 64, "a-recipe-12345678", "float32")
NODULE = Prompt("Lung nodule", ("a nodule.",), ("no nodule.",))
EFFUSION = Prompt("Pleural effusion", ("an effusion.",), ("no effusion.",))


@pytest.fixture
def reference() -> Reference:
    """Scores of 101 cases with and 101 without each finding: ramps from 0 and from -100."""
    ramp = np.arange(101.0)
    logits = np.concatenate([ramp, ramp - 100])[:, None] * [1.0, 2.0]
    labels = np.repeat([[True, True], [False, False]], 101, axis=0)
    return reference_from(STAMP, "phantoms", (NODULE, EFFUSION), logits, labels)


def test_cases_with_and_without_a_finding_are_told_apart(reference: Reference) -> None:
    known = reference.of(STAMP, EFFUSION)

    assert known is not None
    assert known.present == (10.0, 50.0, 100.0, 150.0, 190.0)
    assert known.absent == (-190.0, -150.0, -100.0, -50.0, -10.0)
    assert reference.cases == 202


def test_they_hold_for_one_model_and_one_prompt_only(reference: Reference) -> None:
    assert reference.of(replace(STAMP, checkpoint_sha256="1" * 64), NODULE) is None
    assert reference.of(STAMP, replace(NODULE, present=("some nodule.",))) is None


def test_what_is_written_is_read_again(reference: Reference, tmp_path: Path) -> None:
    path = tmp_path / "reference.json"
    path.write_text(reference.to_json(), encoding="utf-8")

    assert read_reference(path) == reference


@pytest.mark.parametrize("change", [{"format": 2}, {"findings": [{}]}, {"cases": "many"}])
def test_a_file_that_is_damaged_or_newer_is_refused(
    reference: Reference, tmp_path: Path, change: dict[str, object]
) -> None:
    path = tmp_path / "reference.json"
    path.write_text(json.dumps({**json.loads(reference.to_json()), **change}), encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="known cases"):
        read_reference(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="known cases"):
        read_reference(tmp_path / "reference.json")


@pytest.mark.parametrize(
    "values", [(1.0, 0.0, 2.0, 3.0, 4.0), (0.0, 1.0, 2.0, 3.0, float("nan")), (0.0, 1.0)]
)
def test_quantiles_rise_and_are_five(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="nodule"):
        KnownCases("Lung nodule", "0" * 64, values, (0.0,) * 5)  # type: ignore[arg-type]
