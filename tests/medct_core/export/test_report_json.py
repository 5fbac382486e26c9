"""The JSON form fits its schema and holds what the report holds."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import jsonschema
import pytest

from medct_core.export.report import SYNTHETIC_HEADLINE, Report
from medct_core.export.report_json import as_fields, to_json
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from medct_core.io.study import PatientText
from medct_core.resources_folder import resources_folder
from tests import report_samples

SCHEMA: dict[str, Any] = json.loads(
    (resources_folder() / "schemas" / "report-2.schema.json").read_text(encoding="utf-8")
)
FITS = jsonschema.Draft202012Validator(SCHEMA)
PATIENT = PatientText("Doe, Jane", "4711", date(1970, 1, 2), "F")


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "report",
    [
        report_samples.report(notices=(report_samples.NOTICE,)),
        report_samples.report(report_samples.calibrated_findings()),
        report_samples.report(()),
        replace(report_samples.report(), patient=PATIENT),
        report_samples.read_report(),
        report_samples.read_report(report_samples.calibrated_findings()),
        report_samples.unscored_report(),
    ],
    ids=["raw", "calibrated", "empty", "patient", "reader", "reader and calibrated", "unscored"],
)
def test_every_report_fits_the_schema(report: Report) -> None:
    FITS.validate(json.loads(to_json(report)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 1),
        (("headline",), ""),
        (("created",), "yesterday"),
        (("scan", "sha256"), "AB"),
        (("findings", 0, "probability"), 1.5),
        (("findings", 0, "verdict"), "present"),
        (("findings", 0, "colour"), "red"),
        (("patient_name",), "Doe"),
        (("reader", "reviews", 0, "decision"), "maybe"),
        (("reader", "reviews", 0, "threshold"), 1.5),
        (("reader", "measurements", 0, "plane"), "axial-ish"),
        (("reader", "images", 0, "pixels"), []),
        (("model",), None),
        (("device",), None),
    ],
)
def test_the_schema_refuses_what_is_wrong(place: tuple[Any, ...], value: object) -> None:
    fields = as_fields(report_samples.read_report())
    inner = fields
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value

    assert not FITS.is_valid(fields)


def test_the_headline_comes_first() -> None:
    fields = json.loads(to_json(report_samples.report()))

    assert next(iter(fields.items())) == ("headline", SYNTHETIC_HEADLINE)


def test_numbers_and_names_are_kept_exactly() -> None:
    report = report_samples.report(report_samples.calibrated_findings())

    fields = json.loads(to_json(report))

    for written, finding in zip(fields["findings"], report.findings, strict=True):
        assert written["probability"] == finding.probability
        assert written["calibrated"] == finding.calibrated
        assert written["verdict"] == finding.verdict.value  # type: ignore[union-attr]
        assert written["prompt_present"] == list(finding.prompt.present)
    assert fields["model"]["checkpoint_sha256"] == report_samples.STAMP.checkpoint_sha256
    assert fields["created"] == "2026-11-22T03:30:00Z"


def test_no_patient_unless_asked_for() -> None:
    report = report_samples.report()

    assert "patient" not in as_fields(report)
    assert as_fields(replace(report, patient=PATIENT))["patient"]["name"] == "Doe, Jane"


def test_a_number_that_is_none_is_never_written() -> None:
    broken = report_samples.report((Finding(Prompt("a", ("b",)), float("nan")),))

    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(broken)


def test_the_reader_stands_apart_from_the_findings_of_the_model() -> None:
    alone, read = (
        as_fields(one) for one in (report_samples.report(), report_samples.read_report())
    )

    assert read["findings"] == alone["findings"]
    assert alone["reader"] == {"reviews": [], "measurements": [], "images": []}
    assert read["reader"]["reviews"][0] == {
        "finding": "Pleural effusion",
        "decision": "accepted",
        "wording": "Small left pleural effusion.",
        "comment": "New.",
        "threshold": 0.35,
        "verdict_at_threshold": "present",
    }
    assert [one["kind"] for one in read["reader"]["measurements"]][-1] == "Arrow"
    assert [one["heatmap_finding"] for one in read["reader"]["images"]] == ["Lung nodule", None]
