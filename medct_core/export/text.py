"""Text: findings and measurements as plain lines, to be pasted into a reporting system.

No line names the patient or the file. What the reader said comes first; the model's scores stand
apart, under a heading that says whose they are.
"""

import textwrap
from collections.abc import Iterable, Iterator

from medct_core.export.reader_part import ReaderPart
from medct_core.export.report import DISCLAIMER, Report
from medct_core.findings.finding import Finding
from medct_core.findings.review import ReaderDecision, ReaderReview, verdict_at
from medct_core.measurement.table import MeasurementRow
from medct_core.measurement.words import position_text

WIDTH = 80
"""Characters of a line, as mail and most reporting systems show them."""

_HASH_CHARACTERS = 12
_FORCED = "forced"


def findings_text(report: Report) -> str:
    """Put a report into lines of at most `WIDTH` characters; words that are longer stay whole."""
    title = "Not reviewed; scores of the model, no statement of the reader:"
    blocks = [
        *_reader(report.reader),
        _block(title, _open(report)),
        "\n".join(_wrapped(line, indent="") for line in _stamp(report)),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _reader(reader: ReaderPart) -> list[str]:
    return [
        _block("Findings accepted by the reader:", _statements(reader)),
        _block("Measurements:", map(_measured, reader.measurements)),
        _block("Suggested by the model, rejected by the reader:", _rejected(reader)),
        _block("Further comments of the reader:", _comments(reader)),
    ]


def _block(title: str, items: Iterable[str]) -> str:
    lines = [_wrapped(f"- {item}", indent="  ") for item in items]
    return "\n".join([title, *lines]) if lines else ""


def _wrapped(text: str, *, indent: str) -> str:
    # Line breaks in the reader's own words would look like items of the list.
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _statements(reader: ReaderPart) -> Iterator[str]:
    for review in _decided(reader, ReaderDecision.ACCEPTED):
        yield _with_comment(review.wording or f"{review.finding}.", review)


def _rejected(reader: ReaderPart) -> Iterator[str]:
    for review in _decided(reader, ReaderDecision.REJECTED):
        yield _with_comment(f"{review.finding}.", review)


def _comments(reader: ReaderPart) -> Iterator[str]:
    for review in _decided(reader, None):
        said = " ".join(part for part in (review.wording, review.comment) if part)
        if said:
            yield f"{review.finding}: {said}"


def _decided(reader: ReaderPart, decision: ReaderDecision | None) -> Iterator[ReaderReview]:
    return (one for one in reader.reviews if one.decision is decision)


def _with_comment(text: str, review: ReaderReview) -> str:
    return f"{text} ({review.comment})" if review.comment else text


def _measured(row: MeasurementRow) -> str:
    named = row.label or row.kind
    size = "" if row.text == row.label else f": {row.text}"
    return f"{named}{size} ({row.plane}, at {position_text(row.centre_mm)})"


def _open(report: Report) -> Iterator[str]:
    for finding in report.findings:
        review = report.reader.review_of(finding.prompt.name)
        if review is None or review.decision is None:
            yield f"{finding.prompt.name}: {_score(finding, review)}"


def _score(finding: Finding, review: ReaderReview | None) -> str:
    if finding.calibrated is None:
        score = f"{finding.probability:.2f} uncalibrated"
    else:
        score = f"{finding.calibrated:.2f}"
    if review is not None and review.threshold is not None:
        verdict = verdict_at(finding, review.threshold).value
        return f"{score}, {verdict} at the reader's threshold {review.threshold:.2f}"
    return f"{score}, {finding.verdict.value}" if finding.verdict else score


def _stamp(report: Report) -> Iterator[str]:
    stamp = report.stamp
    made = [
        f"{report.provenance.created:%Y-%m-%d %H:%M} UTC",
        f"scan {report.scan.sha256[:_HASH_CHARACTERS]}",
    ]
    if stamp is not None:
        named = f"Model: {stamp.model} ({stamp.checkpoint_sha256[:_HASH_CHARACTERS]})"
        adapter = [f"adapter {stamp.adapter}"] if stamp.adapter else []
        made = [named, *adapter, f"recipe {stamp.recipe_id}", *made]
    yield f"{', '.join(made)}."
    yield f"{report.provenance.headline} {DISCLAIMER}."
    # Only these notices are about the scores; others may hold names of files.
    yield from (notice.text for notice in report.notices if notice.code == _FORCED)
