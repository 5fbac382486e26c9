"""A report names its scan, its model and its limits."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from medct_core.export.report import (
    RESEARCH_HEADLINE,
    SYNTHETIC_HEADLINE,
    UNSCORED_HEADLINE,
    Unscored,
    assemble,
    headline_of,
    now,
    software_version,
)
from medct_core.models.manifest import ModelManifest, Scoring
from tests import report_samples

CLINICAL = ModelManifest(
    name="ct-clip",
    title="CT-CLIP",
    version="2",
    licence="CC-BY-NC-SA-4.0",
    licence_note="",
    trained_on="clinical",
    population="adults",
    headline=None,
    scoring=Scoring(),
)


@pytest.mark.parametrize("name", ["/data/patients/scan.nii.gz", "C:\\data\\scan.nii.gz"])
def test_no_folder_enters_a_report(name: str) -> None:
    assert report_samples.report(name=name).scan.name == "scan.nii.gz"


def test_notices_of_scan_and_preparation_are_kept_once() -> None:
    volume = report_samples.scan(notices=(report_samples.NOTICE,))
    more = replace(report_samples.NOTICE, code="resampled")

    report = assemble(
        volume,
        (),
        provenance=report_samples.PROVENANCE,
        notices=(report_samples.NOTICE, more),
    )

    assert report.notices == (report_samples.NOTICE, more)
    assert report.scan.sha256 == volume.content_sha256
    assert report.patient is None


def test_a_model_that_saw_no_patient_always_says_so() -> None:
    silent = replace(CLINICAL, trained_on="synthetic", headline="Excellent.")

    assert headline_of(silent) == SYNTHETIC_HEADLINE
    assert "trained on synthetic scans only" in SYNTHETIC_HEADLINE
    assert "scores mean nothing clinically" in SYNTHETIC_HEADLINE


def test_other_models_speak_for_themselves() -> None:
    assert headline_of(replace(CLINICAL, headline="Adults only.")) == "Adults only."
    assert headline_of(CLINICAL) == RESEARCH_HEADLINE


def test_a_report_without_headline_or_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="headline"):
        replace(report_samples.PROVENANCE, headline=" ")
    with pytest.raises(ValueError, match="zone"):
        replace(report_samples.PROVENANCE, created=datetime(2026, 1, 1))


def test_time_is_utc_and_the_program_knows_its_version() -> None:
    assert now().tzinfo is UTC
    assert software_version()[0].isdigit()


def test_findings_need_a_model() -> None:
    report = report_samples.unscored_report()

    assert report.stamp is None
    assert report.provenance.headline == UNSCORED_HEADLINE
    with pytest.raises(ValueError, match="model"):
        replace(report, findings=report_samples.raw_findings())
    with pytest.raises(ValueError, match="model"):
        replace(report_samples.report(), provenance=Unscored(now()))
