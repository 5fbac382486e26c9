"""Calibration brings scores to the frequencies they claim."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.findings.calibration import prompt_digest
from medct_core.inference.prompt import Prompt
from medct_core.models.stamp import ModelStamp
from medct_core.training.calibrate import fit_calibration, fit_temperature

STAMP = ModelStamp("tiny", "0" * 64, "recipe-1", "float32")
PROMPT = Prompt("Emphysema", ("Emphysema is present.",), ("Emphysema is not present.",))


def cases(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits that say the truth, and labels drawn from them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-0.5, 2.0, (count, 1))
    return logits, rng.random((count, 1)) < 1 / (1 + np.exp(-logits))


@settings(max_examples=10)
@given(factor=st.floats(0.3, 5.0))
def test_the_temperature_undoes_a_scale(factor: float) -> None:
    logits, labels = cases(4000, 1)

    temperature = fit_temperature(factor * logits, labels)

    np.testing.assert_allclose(temperature, factor, rtol=0.15)


def test_calibrated_scores_are_frequencies_whatever_the_model_claimed() -> None:
    logits, labels = cases(6000, 2)

    calibration = fit_calibration(STAMP, [PROMPT], 3 * logits + 4, labels)

    entry = calibration.findings[0]
    scaled = entry.slope * (3 * logits[:, 0] + 4) / calibration.temperature + entry.intercept
    claimed = 1 / (1 + np.exp(-scaled))
    for low in (0.1, 0.4, 0.7):
        there = (claimed > low) & (claimed < low + 0.2)
        assert abs(claimed[there].mean() - labels[there, 0].mean()) < 0.06


def test_a_calibration_names_its_prompt_and_population() -> None:
    logits, labels = cases(300, 3)

    calibration = fit_calibration(STAMP, [PROMPT], logits, labels)

    assert calibration.population == "phantoms"
    assert calibration.findings[0].prompt_sha256 == prompt_digest(PROMPT)


def test_a_score_that_runs_backwards_is_not_turned_round() -> None:
    logits, labels = cases(500, 4)

    calibration = fit_calibration(STAMP, [PROMPT], -logits, labels)

    assert 0 < calibration.findings[0].slope < 0.01
