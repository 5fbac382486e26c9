"""What a reader's own threshold means for a score."""

from hypothesis import given
from hypothesis import strategies as st

from medct_core.findings.finding import Finding, Verdict
from medct_core.findings.review import verdict_at
from medct_core.inference.prompt import Prompt

PROMPT = Prompt("Emphysema", ("Emphysema is present.",))


@given(score=st.floats(0, 1), threshold=st.floats(0, 1))
def test_a_score_counts_as_present_from_the_threshold_on(score: float, threshold: float) -> None:
    verdict = verdict_at(Finding(PROMPT, score), threshold)

    assert (verdict is Verdict.PRESENT) == (score >= threshold)


def test_a_calibrated_probability_counts_before_the_raw_score() -> None:
    finding = Finding(PROMPT, 0.9, calibrated=0.2)

    assert verdict_at(finding, 0.5) is Verdict.ABSENT
