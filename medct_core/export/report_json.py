"""JSON: the report for machines, with a version and a schema."""

import json
from typing import Any

from medct_core.export.report import DISCLAIMER, Report, software_version
from medct_core.findings.finding import Finding
from medct_core.io.study import PatientText
from medct_core.models.stamp import ModelStamp


def to_json(report: Report) -> str:
    """Write a report as JSON (`resources/schemas/report-1.schema.json`); key images stay out.

    The headline is the first entry.

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
        "device": provenance.device,
        "scan": {
            "name": report.scan.name,
            "sha256": report.scan.sha256,
            "shape": list(report.scan.shape),
            "spacing_mm": list(report.scan.spacing_mm),
        },
        "model": _model(provenance.stamp),
        "findings": [_finding(finding) for finding in report.findings],
        "notices": [{"code": one.code, "text": one.text} for one in report.notices],
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


def _patient(patient: PatientText) -> dict[str, Any]:
    born = patient.birth_date
    return {
        "name": patient.name,
        "id": patient.patient_id,
        "birth_date": born.isoformat() if born else None,
        "sex": patient.sex,
    }
