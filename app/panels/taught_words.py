"""What is said of a taught finding: whose it is, how far to trust it, and what may mislead."""

from PySide6.QtCore import QCoreApplication

from medct_core.retrieval.taught_finding import Estimate, Labelled, TaughtFinding, Trust


def tr(text: str) -> str:
    """Give a text in the user's language."""
    return QCoreApplication.translate("TaughtWords", text)


def taught_by(finding: TaughtFinding) -> str:
    """Say who taught it with how many cases."""
    who, counts = finding.by, finding.labelled
    text = tr("Taught by {who}, {cases} cases: {present} with it, {absent} without")
    return text.format(
        who=who or tr("you"),
        cases=counts.cases,
        present=counts.cases_with,
        absent=counts.cases_without,
    )


def patients_line(counts: Labelled) -> str:
    """Count the patients, the verified cases and those of unknown patients."""
    text = tr("Patients: {present} with it, {absent} without; {verified} cases verified")
    line = text.format(
        present=counts.patients_with, absent=counts.patients_without, verified=counts.verified
    )
    if counts.unknown_patients:
        unknown = tr("; {count} cases of unknown patients, each counted as one")
        line += unknown.format(count=counts.unknown_patients)
    return line


def auroc_line(trust: Trust) -> str:
    """Say how well patients are told apart that were not learned from."""
    text = tr("AUROC of patients it did not learn from: {value}")
    return text.format(value=number(trust.auroc))


def control_lines(trust: Trust) -> tuple[str, ...]:
    """Say what the controls give."""
    acquisition = tr("From how the scans were made alone: {value}")
    shuffled = tr("With labels dealt at random: {value}")
    lines = [
        acquisition.format(value=number(trust.acquisition)),
        shuffled.format(value=number(trust.shuffled)),
    ]
    if trust.other_site is not None:
        text = tr("At a site it did not learn from: {value}, {sites} sites")
        lines.append(text.format(value=number(trust.other_site), sites=trust.sites))
    return tuple(lines)


def number(estimate: Estimate) -> str:
    """Write an estimate with its interval."""
    text = tr("{value:.2f} ({low:.2f} to {high:.2f})")
    return text.format(value=estimate.value, low=estimate.low, high=estimate.high)
