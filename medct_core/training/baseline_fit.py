"""Fitting the trivial baseline that a model must beat."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from medct_core.evaluation.baseline import Float, TrivialBaseline
from medct_core.evaluation.metrics import Bool

_INVERSE_REGULARISATION = 0.05


def fit_trivial_baseline(features: Float, labels: Bool) -> TrivialBaseline:
    """Fit one logistic regression a finding.

    Parameters
    ----------
    features
        ``(n, 576)`` of the training scans.
    labels
        ``(n, findings)``; every finding must occur and be missing at least once.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0) + np.float32(1e-6)
    standard = (features - mean) / scale
    fits = [
        LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=2000).fit(standard, truth)
        for truth in labels.T
    ]
    weights = np.stack([fit.coef_[0] for fit in fits]).astype(np.float32)
    bias = np.array([fit.intercept_[0] for fit in fits], np.float32)
    return TrivialBaseline(mean, scale, weights, bias)
