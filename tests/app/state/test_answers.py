"""Values between threads and the window."""

from app.state.answers import KnownScores, KnownSpread, Problem
from medct_core.errors import UsageError
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt


def test_a_problem_holds_the_two_lines_of_an_error() -> None:
    problem = Problem.of(UsageError("No such device.", remedy="Choose auto."))

    assert problem == Problem("No such device.", "Choose auto.")


RAW = KnownSpread((0.1, 0.2, 0.3, 0.4, 0.5), (0.0, 0.1, 0.1, 0.2, 0.2))
CALIBRATED = KnownSpread((0.6, 0.7, 0.8, 0.9, 0.95), (0.0, 0.0, 0.01, 0.02, 0.1))


def test_known_cases_are_shown_on_the_scale_of_the_finding() -> None:
    prompt = Prompt("Emphysema", ("emphysema",))
    raw = Finding(prompt, 0.5)
    calibrated = Finding(prompt, 0.5, calibrated=0.7, threshold=0.4, verdict=Verdict.PRESENT)

    assert KnownScores(RAW, CALIBRATED).beside(calibrated) is CALIBRATED
    assert KnownScores(RAW, CALIBRATED).beside(raw) is RAW
    assert KnownScores(RAW, None).beside(calibrated) is RAW
