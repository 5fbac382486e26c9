"""Findings follow from scores, and a verdict only from a calibration that holds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.findings.calibration import Calibration, FindingCalibration, prompt_digest
from medct_core.findings.conclude import conclude
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import PromptScore, Scores
from medct_core.models.stamp import ModelStamp
from medct_core.volume.notice import Notice

PROMPT = Prompt("Emphysema", ("Emphysema is present.",), ("Emphysema is not present.",))
CUSTOM = Prompt("Emphysema", ("bullae in the upper lobes",))
STAMP = ModelStamp("medct-mini", "ab" * 32, "medct-mini-12345678", "float32")
ENTRY = FindingCalibration("Emphysema", prompt_digest(PROMPT), 2.0, 1.0, 0.6)
CALIBRATION = Calibration(STAMP, "phantoms", 4.0, 0.1, (ENTRY,))
PHANTOM = (Notice("phantom", "Synthetic."),)


def answer(logit: float, prompt: Prompt = PROMPT) -> PromptScore:
    return PromptScore(prompt, logit, 0.5 * (1 + math.tanh(logit / 2)))


def concluded(logit: float) -> Finding:
    scores = Scores((answer(logit),), STAMP, "00")
    return conclude(scores, CALIBRATION, notices=PHANTOM)[0]


@given(logit=st.floats(-1e6, 1e6))
def test_a_real_scan_gets_raw_scores_only(logit: float) -> None:
    scores = Scores((answer(logit), answer(logit, CUSTOM)), STAMP, "00")

    findings = conclude(scores, CALIBRATION, notices=(Notice("gantry-tilt", "Tilted."),))

    assert findings == conclude(scores, None, notices=PHANTOM)
    assert [finding.probability for finding in findings] == [answer(logit).probability] * 2
    assert all(
        (finding.calibrated, finding.threshold, finding.verdict) == (None, None, None)
        for finding in findings
    )


def test_a_custom_prompt_is_never_calibrated() -> None:
    scores = Scores((answer(3.0), answer(3.0, CUSTOM)), STAMP, "00")

    standard, custom = conclude(scores, CALIBRATION, notices=PHANTOM)

    assert standard.verdict is Verdict.PRESENT
    assert (custom.calibrated, custom.threshold, custom.verdict) == (None, None, None)


def test_a_phantom_gets_temperature_and_platt_scaling() -> None:
    finding = concluded(3.0)

    assert finding.calibrated == pytest.approx(1 / (1 + math.exp(-(2.0 * 3.0 / 4.0 + 1.0))))
    assert finding.threshold == 0.6


@given(low=st.floats(-1e4, 1e4), high=st.floats(-1e4, 1e4))
def test_a_higher_score_is_never_concluded_lower(low: float, high: float) -> None:
    low, high = sorted((low, high))

    below, above = concluded(low).calibrated, concluded(high).calibrated

    assert below is not None
    assert above is not None
    assert 0 <= below <= above <= 1


@given(logit=st.floats(-50, 50))
def test_the_verdict_follows_from_the_numbers(logit: float) -> None:
    finding = concluded(logit)

    assert finding.calibrated is not None
    if abs(finding.calibrated - 0.6) < 0.1:
        assert finding.verdict is Verdict.UNDECIDED
    else:
        assert finding.verdict is (Verdict.PRESENT if finding.calibrated > 0.6 else Verdict.ABSENT)
