"""Known cases stand beside a score only where they were asked the same."""

from dataclasses import replace

from app.connections.known_cases import references_of
from app.state.answers import KnownScores, KnownSpread
from medct_core.findings.finding import Finding, Verdict
from tests.app.stand_ins import NODULE, facts

RAW = KnownSpread((0.1, 0.2, 0.3, 0.4, 0.5), (0.0, 0.1, 0.1, 0.2, 0.2))
CALIBRATED = KnownSpread((0.6, 0.7, 0.8, 0.9, 0.95), (0.0, 0.0, 0.01, 0.02, 0.1))
MODEL = replace(
    facts(), known={NODULE.name: KnownScores(RAW, CALIBRATED)}, known_population="phantoms"
)


def test_known_cases_have_the_scale_of_the_score() -> None:
    calibrated = Finding(NODULE, 0.5, calibrated=0.7, threshold=0.4, verdict=Verdict.PRESENT)

    raw = references_of((Finding(NODULE, 0.5),), MODEL)
    found = references_of((calibrated,), MODEL)

    assert raw.present[NODULE.name].median == 0.3
    assert raw.absent[NODULE.name].median == 0.1
    assert found.present[NODULE.name].median == 0.8
    assert "phantoms" in raw.cases


def test_other_words_and_other_models_have_no_known_cases() -> None:
    reworded = Finding(replace(NODULE, present=("A nodule.",)), 0.5)

    assert references_of((reworded,), MODEL).present == {}
    assert references_of((Finding(NODULE, 0.5),), facts()).present == {}
    assert references_of((Finding(NODULE, 0.5),), None).cases == ""
