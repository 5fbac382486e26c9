"""Fitting calibration and thresholds on phantoms reserved for it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from medct_core.evaluation.metrics import Bool
from medct_core.findings.calibration import Calibration, FindingCalibration, prompt_digest
from medct_core.inference.prompt import Prompt
from medct_core.models.stamp import ModelStamp

Logits = npt.NDArray[np.float64]

POPULATION = "phantoms"

_UNDECIDED_BAND = 0.05
_SMALLEST_SLOPE = 1e-3
_WEAK_REGULARISATION = 1e4
_THRESHOLD_LIMITS = (0.05, 0.95)


def fit_calibration(
    stamp: ModelStamp, prompts: Sequence[Prompt], logits: Logits, labels: Bool
) -> Calibration:
    """Fit one temperature for all findings, then Platt scaling and a threshold for each.

    Parameters
    ----------
    stamp
        Of the model that gave the logits.
    prompts
        What was asked, one a column.
    logits, labels
        ``(n, prompts)``; every finding occurs and is missing at least once.

    References
    ----------
    Guo et al., ICML 2017 (temperature); Platt, 1999; Youden, Cancer 3, 1950 (threshold).
    """
    temperature = fit_temperature(logits, labels)
    entries = tuple(
        _fit_finding(prompt, logits[:, column] / temperature, labels[:, column])
        for column, prompt in enumerate(prompts)
    )
    return Calibration(stamp, POPULATION, temperature, _UNDECIDED_BAND, entries)


def fit_temperature(logits: Logits, labels: Bool) -> float:
    """Find the divisor of all logits under which the labels are most likely."""

    def cost(log_temperature: float) -> float:
        signed = np.where(labels, -1.0, 1.0) * logits / np.exp(log_temperature)
        return float(np.logaddexp(0.0, signed).mean())

    return float(np.exp(minimize_scalar(cost, bounds=(-4.0, 4.0), method="bounded").x))


def _fit_finding(prompt: Prompt, logits: Logits, truth: Bool) -> FindingCalibration:
    fit = LogisticRegression(C=_WEAK_REGULARISATION).fit(logits[:, None], truth)
    # A score that runs backwards is not turned round: it stays nearly flat.
    slope = max(float(fit.coef_[0, 0]), _SMALLEST_SLOPE)
    intercept = float(fit.intercept_[0])
    calibrated = 1.0 / (1.0 + np.exp(-(slope * logits + intercept)))
    threshold = float(np.clip(_youden(calibrated, truth), *_THRESHOLD_LIMITS))
    return FindingCalibration(prompt.name, prompt_digest(prompt), slope, intercept, threshold)


def _youden(calibrated: Logits, truth: Bool) -> float:
    """Threshold with the largest sensitivity plus specificity, midway between two scores."""
    order = np.sort(np.unique(calibrated))
    cuts = (order[:-1] + order[1:]) / 2 if len(order) > 1 else order
    sensitivity = np.array([(calibrated[truth] >= cut).mean() for cut in cuts])
    specificity = np.array([(calibrated[~truth] < cut).mean() for cut in cuts])
    return float(cuts[int(np.argmax(sensitivity + specificity))])
