"""The report of a window: results and the reader's part put together, and written."""

from dataclasses import replace
from pathlib import Path

from app.controllers.export_wish import Exported
from app.state.case_record import CaseRecord, Decision, FindingReview
from app.state.results import ScoredList
from app.state.session import OpenScan
from app.workers.loader_pool import OnProgress
from medct_core.cancel import CancelToken
from medct_core.export.key_images import key_images
from medct_core.export.reader_part import ReaderPart
from medct_core.export.report import Provenance, Report, Unscored, assemble, now
from medct_core.findings.finding import Finding
from medct_core.findings.review import ReaderDecision, ReaderReview
from medct_core.measurement.table import measurement_rows

_DECISIONS = {
    None: None,
    Decision.ACCEPTED: ReaderDecision.ACCEPTED,
    Decision.REJECTED: ReaderDecision.REJECTED,
}


def report_of(exported: Exported) -> Report:
    """Put the report together, with the typed finding after those of the list."""
    scan, scored, wish = exported.scan, exported.scored, exported.wish
    report = assemble(
        scan.volume,
        _findings(exported),
        provenance=_provenance(scored),
        notices=(*scan.notices, *(scored.notices if scored else ()), *exported.doubts),
        patient=scan.patient if wish.names_patient else None,
    )
    reader = replace(reader_part(scan, exported.record), images=wish.images)
    return replace(report, reader=reader)


def _findings(exported: Exported) -> tuple[Finding, ...]:
    listed = exported.scored.findings if exported.scored else ()
    prompts = {finding.prompt for finding in listed}
    return (*listed, *(one for one in exported.typed if one.prompt not in prompts))


def _provenance(scored: ScoredList | None) -> Provenance | Unscored:
    if scored is None:
        return Unscored(now())
    model = scored.model
    return Provenance(model.stamp, model.headline, model.device, scored.scored_at)


def reader_part(scan: OpenScan, record: CaseRecord) -> ReaderPart:
    """Put what a reader added into the words of a report; regions are read from the scan.

    Raises
    ------
    ValueError
        If the record belongs to another scan.
    """
    if record.scan_sha256 != scan.volume.content_sha256:
        raise ValueError("the record belongs to another scan")
    return ReaderPart(
        reviews=tuple(_review(one) for one in record.reviews),
        measurements=measurement_rows(record.measurements, scan.volume),
    )


def _review(review: FindingReview) -> ReaderReview:
    return ReaderReview(
        finding=review.finding,
        decision=_DECISIONS[review.decision],
        wording=review.edited_text,
        comment=review.comment,
        threshold=review.threshold,
    )


def write(exported: Exported, cancel: CancelToken, _told: OnProgress) -> tuple[Path, ...]:
    """Write the files of a report; runs on a loader thread.

    Raises
    ------
    OutOfDiskError
        If the disk is full or the folder cannot be written.
    Cancelled
        If the program closes before the first file is written.
    """
    # reportlab takes a while to import, and copying text needs none of it.
    from medct_core.export.files import write_report  # noqa: PLC0415

    report = report_of(exported)
    if "pdf" in exported.wish.formats and not exported.wish.images:
        report = replace(report, key_images=key_images(exported.scan.volume))
    cancel.raise_if_cancelled()
    return write_report(report, exported.wish.folder, exported.wish.formats)
