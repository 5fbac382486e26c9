"""What is said of a taught finding holds every figure."""

from dataclasses import replace

from app.panels.taught_words import auroc_line, control_lines, patients_line, taught_by
from medct_core.retrieval.taught_finding import Estimate, Labelled
from tests import taught_samples
from tests.taught_samples import TRUST


def test_it_is_said_who_taught_with_how_many_cases() -> None:
    finding = taught_samples.taught()

    assert taught_by(finding) == "Taught by Dr A, 4 cases: 2 with it, 2 without"
    assert taught_by(replace(finding, by="")).startswith("Taught by you, 4 cases")


def test_unknown_patients_are_counted_only_where_there_are_some() -> None:
    counts = Labelled(9, 8, 7, 6, 5, 4)

    assert patients_line(counts) == (
        "Patients: 7 with it, 6 without; 4 cases verified; "
        "5 cases of unknown patients, each counted as one"
    )
    assert "unknown" not in patients_line(replace(counts, unknown_patients=0))


def test_the_auroc_stands_with_its_interval_and_its_controls() -> None:
    trust = replace(TRUST, other_site=Estimate(0.7, 0.6, 0.8), sites=2)

    assert auroc_line(trust).endswith("0.90 (0.80 to 0.95)")
    assert [line.split(": ")[1] for line in control_lines(trust)] == [
        "0.55 (0.40 to 0.70)",
        "0.50 (0.30 to 0.70)",
        "0.70 (0.60 to 0.80), 2 sites",
    ]
    assert len(control_lines(TRUST)) == 2
