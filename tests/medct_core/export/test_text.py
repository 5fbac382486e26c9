"""The text can be pasted: short lines, the reader first, nobody named."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.export.reader_part import ReaderPart
from medct_core.export.report import SYNTHETIC_HEADLINE, UNSCORED_HEADLINE
from medct_core.export.text import WIDTH, findings_text
from medct_core.findings.review import ReaderDecision, ReaderReview
from medct_core.io.study import PatientText
from medct_core.vocabulary import FINDINGS
from medct_core.volume.notice import Notice
from tests import report_samples


def lines_of(text: str, title: str) -> list[str]:
    """Lines below a title, up to the next empty one, joined as items."""
    block = next(one for one in text.split("\n\n") if one.startswith(title))
    return block.replace("\n  ", " ").splitlines()[1:]


def test_the_reader_comes_first_and_the_model_is_named_as_such() -> None:
    text = findings_text(report_samples.read_report())

    titles = [block.splitlines()[0] for block in text.split("\n\n")]
    assert titles[:5] == [
        "Findings accepted by the reader:",
        "Measurements:",
        "Suggested by the model, rejected by the reader:",
        "Further comments of the reader:",
        "Not reviewed; scores of the model, no statement of the reader:",
    ]
    assert lines_of(text, "Findings accepted") == [
        "- Small left pleural effusion. (New.)",
        "- Lung nodule.",
    ]
    assert lines_of(text, "Suggested") == ["- Emphysema. (Breathing artefact.)"]
    assert lines_of(text, "Further") == ["- Cardiomegaly: Borderline."]


def test_a_reviewed_finding_has_no_number_of_the_model() -> None:
    open_ones = lines_of(findings_text(report_samples.read_report()), "Not reviewed")

    names = [line.removeprefix("- ").partition(":")[0] for line in open_ones]
    reviewed = {"Pleural effusion", "Lung nodule", "Emphysema"}
    assert names == [name for name in FINDINGS if name not in reviewed]
    assert all("uncalibrated" in line for line in open_ones)


def test_measurements_have_their_unit_and_place() -> None:
    measured = lines_of(findings_text(report_samples.read_report()), "Measurements")

    assert measured[0] == (
        "- Nodule, right upper lobe: Long axis 12.3 mm x short axis 8.1 mm, mean 10 mm "
        "(axial, at L 0.0, P 0.0, S 0.0 mm)"
    )
    assert measured[1].startswith("- Ellipse: Mean ")
    assert measured[2] == "- Scar (axial, at L 2.5, A 4.0, S 0.0 mm)"


def test_a_threshold_of_the_reader_gives_a_verdict_that_is_called_so() -> None:
    reader = ReaderPart((ReaderReview("Atelectasis", threshold=0.01),))
    report = replace(report_samples.report(report_samples.calibrated_findings()), reader=reader)

    scores = lines_of(findings_text(report), "Not reviewed")

    arterial, atelectasis = (
        next(line for line in scores if name in line) for name in ("Medical", "Atelectasis")
    )
    assert atelectasis.endswith("at the reader's threshold 0.01")
    assert arterial.endswith(", absent")


def test_the_model_its_limits_and_the_hash_stand_at_the_end() -> None:
    flat = " ".join(findings_text(report_samples.report()).split())

    stamp = report_samples.STAMP
    assert f"Model: medct-mini ({stamp.checkpoint_sha256[:12]}), adapter lora" in flat
    assert flat.endswith(f"{SYNTHETIC_HEADLINE} Not a medical device.")


def test_nobody_is_named() -> None:
    patient = PatientText("Doe, Jane", "4711", date(1970, 1, 2), "F")
    notices = (
        Notice("files-left-out", "Doe.dcm was left out."),
        Notice("forced", "Scored by force."),
    )
    report = report_samples.report(name="Doe_4711.nii.gz", notices=notices)

    text = findings_text(replace(report, patient=patient))

    assert "Doe" not in text
    assert "4711" not in text.replace(report.scan.sha256[:12], "")
    assert "Scored by force." in text


@given(words=st.text(max_size=400), comment=st.text(max_size=200))
def test_lines_are_short_whatever_the_reader_writes(words: str, comment: str) -> None:
    review = ReaderReview("Lung nodule", ReaderDecision.ACCEPTED, words, comment)
    report = replace(report_samples.report(), reader=ReaderPart((review,)))

    for line in findings_text(report).splitlines():
        longest_word = max((len(word) for word in line.split()), default=0)
        assert len(line) <= max(WIDTH, longest_word + 2)


@pytest.mark.parametrize("findings", [(), report_samples.raw_findings()])
def test_a_section_without_lines_is_left_out(findings: tuple[()]) -> None:
    text = findings_text(report_samples.report(findings))

    assert "accepted" not in text
    assert ("Not reviewed" in text) == bool(findings)
    assert text.endswith("device.\n")


def test_a_scan_without_scores_still_has_what_the_reader_said() -> None:
    text = findings_text(report_samples.unscored_report())

    assert lines_of(text, "Findings accepted")[1] == "- Lung nodule."
    assert "Not reviewed" not in text
    assert "Model" not in text
    assert " ".join(text.split()).endswith(f"{UNSCORED_HEADLINE} Not a medical device.")
