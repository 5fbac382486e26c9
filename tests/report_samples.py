"""Reports with known content, for tests of every form they take."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from medct_core.export.key_images import key_images
from medct_core.export.reader_part import ReaderImage, ReaderPart
from medct_core.export.report import SYNTHETIC_HEADLINE, Provenance, Report, Unscored, assemble
from medct_core.findings.finding import Finding, Verdict
from medct_core.findings.review import ReaderDecision, ReaderReview
from medct_core.inference.prompt import Prompt
from medct_core.measurement.shapes import Arrow
from medct_core.measurement.table import measurement_rows
from medct_core.models.stamp import ModelStamp
from medct_core.vocabulary import FINDINGS
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit, Volume
from tests import drawn_samples, phantoms

STAMP = ModelStamp("medct-mini", "ab12" * 16, "medct-mini-0123abcd", "float32", "lora", "cd34" * 16)
PROVENANCE = Provenance(STAMP, SYNTHETIC_HEADLINE, "cpu", datetime(2026, 11, 22, 3, 30, tzinfo=UTC))
NOTICE = Notice("gantry-tilt", "The gantry was tilted by 12.0 degrees.")


def raw_findings() -> tuple[Finding, ...]:
    """All eighteen findings with a raw score and nothing else."""
    return tuple(
        Finding(
            Prompt(name, (f"{name} is present.", f"There is {name}."), (f"No {name}.",)),
            probability=(number + 0.5) / len(FINDINGS),
        )
        for number, name in enumerate(FINDINGS)
    )


def calibrated_findings() -> tuple[Finding, ...]:
    """All eighteen findings with calibration and verdict."""
    verdicts = (Verdict.ABSENT, Verdict.UNDECIDED, Verdict.PRESENT)
    return tuple(
        Finding(
            finding.prompt,
            finding.probability,
            calibrated=finding.probability**2,
            threshold=0.4,
            verdict=verdicts[number // 6],
        )
        for number, finding in enumerate(raw_findings())
    )


def scan(name: str = "scan.nii.gz", *, notices: tuple[Notice, ...] = ()) -> Volume:
    """Give 24x20x30 voxels of noise about water."""
    hu = np.random.default_rng(5).integers(-900, 400, (24, 20, 30)).astype(np.int16)
    geometry = phantoms.centred(hu.shape, (2.0, 3.0, 4.0))
    return Volume(np.asfortranarray(hu), Unit.HU, geometry, name, notices)


def report(
    findings: tuple[Finding, ...] | None = None,
    *,
    name: str = "scan.nii.gz",
    notices: tuple[Notice, ...] = (),
) -> Report:
    """Report on `scan` with raw findings unless others are given."""
    volume = scan(name, notices=notices)
    return assemble(
        volume,
        raw_findings() if findings is None else findings,
        provenance=PROVENANCE,
        key_images=key_images(volume),
    )


def reader_part(volume: Volume | None = None) -> ReaderPart:
    """Give decisions of every kind, measurements and two pictures, one with a heatmap."""
    accepted, rejected = ReaderDecision.ACCEPTED, ReaderDecision.REJECTED
    plane = drawn_samples.AXIAL
    drawn = (
        replace(drawn_samples.nodule(12.3, 8.1), label="Nodule, right upper lobe"),
        drawn_samples.ellipse(20.0, 10.0),
        Arrow("arrow", "Scar", plane, plane.centre_mm, plane.to_patient_mm(5.0, -8.0)),
    )
    picture = np.random.default_rng(2).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    place, look = "Axial, slice 12/30, S 12.1 mm", "W 1500 L -600 Lung"
    return ReaderPart(
        reviews=(
            ReaderReview(
                "Pleural effusion", accepted, "Small left pleural effusion.", "New.", 0.35
            ),
            ReaderReview("Lung nodule", accepted),
            ReaderReview("Emphysema", rejected, comment="Breathing artefact."),
            ReaderReview("Cardiomegaly", None, comment="Borderline."),
        ),
        measurements=measurement_rows(drawn, volume or scan()),
        images=(
            ReaderImage(picture, place, look, "The nodule", "Lung nodule"),
            ReaderImage(picture, "Coronal, slice 3/20, A 2.0 mm", look),
        ),
    )


def read_report(findings: tuple[Finding, ...] | None = None) -> Report:
    """Give a report that a reader went through."""
    return replace(report(findings), reader=reader_part())


def unscored_report() -> Report:
    """Give a report on a scan that only a reader looked at."""
    volume = scan()
    made = assemble(volume, (), provenance=Unscored(PROVENANCE.created))
    return replace(made, reader=reader_part(volume))
