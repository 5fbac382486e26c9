"""JSON: the report for machines, with a version and a schema."""

import json
from typing import Any

from medct_core.export.reader_part import ReaderImage
from medct_core.export.report import DISCLAIMER, Provenance, Report, software_version
from medct_core.findings.finding import Finding
from medct_core.findings.review import ReaderReview, verdict_at
from medct_core.io.study import PatientText
from medct_core.measurement.table import to_json_values
from medct_core.models.stamp import ModelStamp


def to_json(report: Report) -> str:
    """Write a report as JSON (`resources/schemas/report-2.schema.json`); pictures stay out.

    The headline is the first entry. What a reader said stands apart from the findings, which are
    the model's.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    fields = as_fields(report)
    return json.dumps(fields, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_fields(report: Report) -> dict[str, Any]:
    """Give the report as plain values, ready for `json`."""
    provenance = report.provenance
    fields: dict[str, Any] = {
        "headline": provenance.headline,
        "disclaimer": f"{DISCLAIMER}.",
        "version": report.version,
        "software": f"medct {software_version()}",
        "created": provenance.created.isoformat().replace("+00:00", "Z"),
        "device": provenance.device if isinstance(provenance, Provenance) else None,
        "scan": {
            "name": report.scan.name,
            "sha256": report.scan.sha256,
            "shape": list(report.scan.shape),
            "spacing_mm": list(report.scan.spacing_mm),
        },
        "model": None if report.stamp is None else _model(report.stamp),
        "findings": [_finding(finding) for finding in report.findings],
        "notices": [{"code": one.code, "text": one.text} for one in report.notices],
        "reader": _reader(report),
    }
    if report.patient is not None:
        fields["patient"] = _patient(report.patient)
    return fields


def _model(stamp: ModelStamp) -> dict[str, Any]:
    return {
        "name": stamp.model,
        "checkpoint_sha256": stamp.checkpoint_sha256,
        "recipe": stamp.recipe_id,
        "precision": stamp.precision,
        "adapter": stamp.adapter,
        "adapter_sha256": stamp.adapter_sha256,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.prompt.name,
        "probability": finding.probability,
        "calibrated": finding.calibrated,
        "threshold": finding.threshold,
        "verdict": finding.verdict.value if finding.verdict else None,
        "prompt_present": list(finding.prompt.present),
        "prompt_absent": list(finding.prompt.absent),
    }


def _reader(report: Report) -> dict[str, Any]:
    reader = report.reader
    return {
        "reviews": [_review(review, report.findings) for review in reader.reviews],
        "measurements": [to_json_values(row) for row in reader.measurements],
        "images": [_image(image) for image in reader.images],
    }


def _review(review: ReaderReview, findings: tuple[Finding, ...]) -> dict[str, Any]:
    scored = next((one for one in findings if one.prompt.name == review.finding), None)
    verdict = None
    if scored is not None and review.threshold is not None:
        verdict = verdict_at(scored, review.threshold).value
    return {
        "finding": review.finding,
        "decision": review.decision.value if review.decision else None,
        "wording": review.wording,
        "comment": review.comment,
        "threshold": review.threshold,
        "verdict_at_threshold": verdict,
    }


def _image(image: ReaderImage) -> dict[str, Any]:
    return {
        "place": image.place,
        "look": image.look,
        "caption": image.caption,
        "heatmap_finding": image.heatmap_finding or None,
    }


def _patient(patient: PatientText) -> dict[str, Any]:
    born = patient.birth_date
    return {
        "name": patient.name,
        "id": patient.patient_id,
        "birth_date": born.isoformat() if born else None,
        "sex": patient.sex,
    }
