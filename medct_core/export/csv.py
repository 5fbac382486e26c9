"""CSV: one row a finding, for a spreadsheet or a data frame.

RFC 4180 knows no comments, so nothing stands above the header: the headline opens the
``notices`` of every row. The text is UTF-8 without a byte order mark, because a mark would
become part of the first column's name for most programs; a spreadsheet is told UTF-8 on import.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from medct_core.export.report import Report
from medct_core.findings.finding import Finding

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
)

SEPARATOR = " | "
"""Between the wordings of an ensemble, and between notices."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(reports: Iterable[Report]) -> str:
    """Write the findings of one or several scans, with one header.

    Returns
    -------
    RFC 4180 with CRLF line ends; numbers with a point and six significant digits, empty
    where there is none.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for report in reports:
        writer.writerows(_rows(report))
    return text.getvalue()


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before one.

    References
    ----------
    OWASP, CSV injection.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for finding in report.findings:
        yield _row(report, finding)


def _row(report: Report, finding: Finding) -> tuple[str, ...]:
    stamp = report.provenance.stamp
    remarks = [report.provenance.headline, *(notice.text for notice in report.notices)]
    return (
        defused(report.scan.name),
        defused(finding.prompt.name),
        _number(finding.probability),
        _number(finding.calibrated),
        _number(finding.threshold),
        finding.verdict.value if finding.verdict else "",
        defused(SEPARATOR.join(finding.prompt.present)),
        defused(SEPARATOR.join(finding.prompt.absent)),
        defused(stamp.model),
        defused(stamp.adapter or ""),
        defused(stamp.recipe_id),
        report.scan.sha256,
        defused(SEPARATOR.join(remarks)),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
