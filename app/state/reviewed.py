"""Findings with a reader's own thresholds, so that what is shown follows what a reader decided."""

from collections.abc import Iterable
from dataclasses import replace

from app.state.case_record import FindingReview
from medct_core.findings.finding import Finding
from medct_core.findings.review import verdict_at


def reviewed(finding: Finding, review: FindingReview) -> Finding:
    """Give a finding with the verdict that follows from the reader's threshold.

    A reader's threshold is a line: from this score on the finding counts as present. The band
    in which a calibration decides nothing belongs to its own threshold and does not move along.

    Parameters
    ----------
    finding
        As the model concluded it.
    review
        Of the same finding. Its threshold is compared with the calibrated probability where
        there is one, else with the raw score; without one the finding stays as it is.

    Raises
    ------
    ValueError
        If the review is about another finding.
    """
    if review.finding != finding.prompt.name:
        raise ValueError(f"{review.finding!r} is reviewed, not {finding.prompt.name!r}")
    if review.threshold is None:
        return finding
    verdict = verdict_at(finding, review.threshold)
    return replace(finding, threshold=review.threshold, verdict=verdict)


def reviewed_all(
    findings: Iterable[Finding], reviews: Iterable[FindingReview]
) -> tuple[Finding, ...]:
    """Give all findings, in their order, with the thresholds of their reviews."""
    by_name = {review.finding: review for review in reviews}
    return tuple(
        reviewed(one, by_name.get(one.prompt.name, FindingReview(one.prompt.name)))
        for one in findings
    )
