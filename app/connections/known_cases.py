"""Known cases beside the scores of a scan, as the score chart draws them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.panels.score_chart import References, ReferenceSpread
from app.state.answers import ModelFacts
from medct_core.findings.finding import Finding

if TYPE_CHECKING:
    # Loading what is named here only would delay the window.
    from medct_core.findings.reference import Five

_PHANTOMS = "phantoms"


def references_of(findings: tuple[Finding, ...], model: ModelFacts | None) -> References:
    """Give the scores of known cases for those findings that have some, on the scale shown."""
    if model is None:
        return References()
    known = {
        finding.prompt.name: model.known[finding.prompt.name].beside(finding)
        for finding in findings
        # A person may ask for a finding in other words; known cases were asked in the model's.
        if finding.prompt in model.prompts and finding.prompt.name in model.known
    }
    return References(
        present={name: _spread(spread.present) for name, spread in known.items()},
        absent={name: _spread(spread.absent) for name, spread in known.items()},
        cases=_cases(model.known_population),
    )


def _spread(quantiles: "Five") -> ReferenceSpread:
    return ReferenceSpread(*quantiles)


def _cases(population: str) -> str:
    if population == _PHANTOMS:
        return QCoreApplication.translate("ScoreChart", "synthetic scans (phantoms)")
    return population
