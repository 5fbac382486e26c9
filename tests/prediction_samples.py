"""Tables of predictions: some that Hypothesis makes, others of a model of known quality."""

import numpy as np
from hypothesis import strategies as st

from medct_core.evaluation.multilabel.predictions import Predictions


@st.composite
def predictions(draw: st.DrawFn, *, most: int = 30) -> Predictions:
    """Any table: ties, findings that nobody has or all have, patients with several scans."""
    scans = draw(st.integers(1, most))
    findings = draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    share = rng.choice([0.0, 0.1, 0.5, 1.0], size=findings)
    steps = draw(st.sampled_from([2, 5, 1000]))
    return Predictions(
        tuple(f"finding {number}" for number in range(findings)),
        rng.random((scans, findings)) < share,
        rng.integers(0, steps + 1, size=(scans, findings)) / steps,
        rng.integers(0, scans, size=scans),
    )


def modelled(
    scans: int, gain: float, *, seed: int, findings: int = 4, scans_a_patient: int = 1
) -> Predictions:
    """Give predictions whose positives lie `gain` standard deviations above the negatives."""
    rng = np.random.default_rng(seed)
    share = np.linspace(0.1, 0.5, findings)
    patients = np.arange(scans) // scans_a_patient
    truth = rng.random((scans, findings)) < share
    noise = rng.normal(size=(scans, findings))
    logits = gain * truth + noise
    names = tuple(f"finding {number}" for number in range(findings))
    return Predictions(names, truth, 1 / (1 + np.exp(-logits)), patients)
