"""CSV: one row a finding, and another table with one row a measurement.

RFC 4180 knows no comments, so nothing stands above the header: the headline opens the
``notices`` of every row. The text is UTF-8 without a byte order mark, because a mark would
become part of the first column's name for most programs; a spreadsheet is told UTF-8 on import.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from medct_core.export.report import Report
from medct_core.findings.finding import Finding
from medct_core.findings.review import ReaderReview, verdict_at
from medct_core.measurement import table

COLUMNS = (
    "scan",
    "finding",
    "probability",
    "calibrated",
    "threshold",
    "verdict",
    "prompt_present",
    "prompt_absent",
    "model",
    "adapter",
    "recipe",
    "scan_sha256",
    "notices",
    "reader_decision",
    "reader_wording",
    "reader_comment",
    "reader_threshold",
    "verdict_at_reader_threshold",
)

MEASUREMENT_COLUMNS = ("scan", *table.COLUMNS, "scan_sha256")
_WORDS = frozenset({"measurement", "kind", "label", "plane", "text"})
"""Columns of `table.COLUMNS` that hold no numbers."""

SEPARATOR = " | "
"""Between the wordings of an ensemble, and between notices."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(reports: Iterable[Report]) -> str:
    """Write the findings of one or several scans, with one header.

    What a reader said about a finding that has no score follows in a row without numbers.

    Returns
    -------
    RFC 4180 with CRLF line ends; numbers with a point and six significant digits, empty
    where there is none.
    """
    return _table(COLUMNS, (row for report in reports for row in _rows(report)))


def measurements_to_csv(reports: Iterable[Report]) -> str:
    """Write what was measured in one or several scans, with one header; else as `to_csv`."""
    rows = (
        (defused(report.scan.name), *_measurement_cells(row), report.scan.sha256)
        for report in reports
        for row in report.reader.measurements
    )
    return _table(MEASUREMENT_COLUMNS, rows)


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before one.

    References
    ----------
    OWASP, CSV injection.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    names = {finding.prompt.name for finding in report.findings}
    for finding in report.findings:
        review = report.reader.review_of(finding.prompt.name)
        yield (*_finding_cells(report, finding), *_review_cells(review, finding))
    for review in report.reader.reviews:
        if review.finding not in names:
            yield (*_unscored_cells(report, review), *_review_cells(review, None))


def _finding_cells(report: Report, finding: Finding) -> tuple[str, ...]:
    return (
        defused(report.scan.name),
        defused(finding.prompt.name),
        _number(finding.probability),
        _number(finding.calibrated),
        _number(finding.threshold),
        finding.verdict.value if finding.verdict else "",
        defused(SEPARATOR.join(finding.prompt.present)),
        defused(SEPARATOR.join(finding.prompt.absent)),
        *_report_cells(report),
    )


def _unscored_cells(report: Report, review: ReaderReview) -> tuple[str, ...]:
    names = (defused(report.scan.name), defused(review.finding))
    return (*names, *("",) * 6, *_report_cells(report))


def _report_cells(report: Report) -> tuple[str, ...]:
    stamp = report.stamp
    model = (stamp.model, stamp.adapter or "", stamp.recipe_id) if stamp else ("", "", "")
    remarks = [report.provenance.headline, *(notice.text for notice in report.notices)]
    return (
        *(defused(part) for part in model),
        report.scan.sha256,
        defused(SEPARATOR.join(remarks)),
    )


def _review_cells(review: ReaderReview | None, finding: Finding | None) -> tuple[str, ...]:
    if review is None:
        return ("",) * 5
    own = review.threshold
    verdict = "" if finding is None or own is None else verdict_at(finding, own).value
    return (
        review.decision.value if review.decision else "",
        defused(review.wording),
        defused(review.comment),
        _number(own),
        verdict,
    )


def _measurement_cells(row: table.MeasurementRow) -> Iterator[str]:
    # A number below zero opens with a sign that only in words would start a formula.
    for column, cell in zip(table.COLUMNS, table.to_cells(row), strict=True):
        yield defused(cell) if column in _WORDS else cell


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
