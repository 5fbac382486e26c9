"""A verdict needs a threshold."""

import pytest

from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt

PROMPT = Prompt("Emphysema", ("Emphysema is present.",))


@pytest.mark.parametrize(("threshold", "verdict"), [(0.5, None), (None, Verdict.PRESENT)])
def test_threshold_and_verdict_come_together(
    threshold: float | None, verdict: Verdict | None
) -> None:
    with pytest.raises(ValueError, match="threshold"):
        Finding(PROMPT, 0.7, calibrated=0.7, threshold=threshold, verdict=verdict)
