"""conclude: scores become findings, calibrated only where a calibration holds."""

import math

from medct_core.findings.calibration import Calibration, FindingCalibration
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.scores import PromptScore, Scores
from medct_core.volume.notice import Notice


def conclude(
    scores: Scores, calibration: Calibration | None, *, notices: tuple[Notice, ...] = ()
) -> tuple[Finding, ...]:
    """Turn scores into findings, in the order asked.

    Parameters
    ----------
    scores
        The model's answers about one scan.
    calibration
        The model's calibration, None for a model without one.
    notices
        The scan's; they say whether it belongs to the population of the calibration.

    Returns
    -------
    One finding a score. `calibrated`, `threshold` and `verdict` are None where the calibration
    belongs to another model or population, or the prompt is not the one it was fitted with.
    """
    if calibration is None or not calibration.holds_for(scores.stamp, notices):
        return tuple(_raw(answer) for answer in scores.answers)
    return tuple(_concluded(answer, calibration) for answer in scores.answers)


def _raw(answer: PromptScore) -> Finding:
    return Finding(prompt=answer.prompt, probability=answer.probability)


def _concluded(answer: PromptScore, calibration: Calibration) -> Finding:
    entry = calibration.of(answer.prompt)
    if entry is None:
        return _raw(answer)
    calibrated = calibrated_score(answer.logit, calibration.temperature, entry)
    return Finding(
        prompt=answer.prompt,
        probability=answer.probability,
        calibrated=calibrated,
        threshold=entry.threshold,
        verdict=_verdict(calibrated, entry.threshold, calibration.undecided_band),
    )


def raw_score(logit: float) -> float:
    """Bring a logit to the raw scale, in [0, 1]."""
    return 0.5 * (1.0 + math.tanh(0.5 * logit))


def calibrated_score(logit: float, temperature: float, entry: FindingCalibration) -> float:
    """Bring a logit to the calibrated scale, in [0, 1]."""
    # The hyperbolic tangent does not overflow where exp would.
    return 0.5 * (1.0 + math.tanh(0.5 * (entry.slope * (logit / temperature) + entry.intercept)))


def _verdict(calibrated: float, threshold: float, band: float) -> Verdict:
    if abs(calibrated - threshold) < band:
        return Verdict.UNDECIDED
    return Verdict.PRESENT if calibrated >= threshold else Verdict.ABSENT
