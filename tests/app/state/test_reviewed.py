"""A verdict follows from the reader's threshold where there is one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.case_record import FindingReview
from app.state.reviewed import reviewed, reviewed_all
from medct_core.findings.finding import Finding, Verdict
from tests import report_samples

FINDINGS = report_samples.calibrated_findings()
SHARES = st.floats(0, 1)


def of(finding: Finding, threshold: float | None) -> Finding:
    return reviewed(finding, FindingReview(finding.prompt.name, threshold=threshold))


@given(threshold=SHARES, calibrated=SHARES)
def test_from_the_readers_threshold_on_a_finding_is_present(
    threshold: float, calibrated: float
) -> None:
    finding = replace(FINDINGS[0], calibrated=calibrated)

    shown = of(finding, threshold)

    is_present = shown.verdict is Verdict.PRESENT
    assert is_present == (calibrated >= threshold)
    assert shown == replace(finding, threshold=threshold, verdict=shown.verdict)


@given(threshold=SHARES)
def test_a_raw_score_gets_a_verdict_once_a_reader_sets_a_threshold(threshold: float) -> None:
    raw = report_samples.raw_findings()[0]

    shown = of(raw, threshold)

    is_present = shown.verdict is Verdict.PRESENT
    assert is_present == (raw.probability >= threshold)
    assert shown.calibrated is None


@pytest.mark.parametrize("finding", [*FINDINGS[:3], report_samples.raw_findings()[0]])
def test_without_a_readers_threshold_the_model_decides(finding: Finding) -> None:
    assert of(finding, None) is finding


@given(low=SHARES, high=SHARES)
def test_a_higher_threshold_never_makes_a_finding_present(low: float, high: float) -> None:
    lower, higher = (of(FINDINGS[9], one) for one in sorted((low, high)))

    assert lower.verdict is Verdict.PRESENT or higher.verdict is Verdict.ABSENT


def test_a_review_of_another_finding_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="is reviewed, not"):
        reviewed(FINDINGS[0], FindingReview("something else"))


def test_each_finding_of_a_list_gets_its_own_review() -> None:
    name = FINDINGS[4].prompt.name

    shown = reviewed_all(FINDINGS, (FindingReview(name, threshold=0.0), FindingReview("unasked")))

    assert shown[4].verdict is Verdict.PRESENT
    assert (*shown[:4], *shown[5:]) == (*FINDINGS[:4], *FINDINGS[5:])
