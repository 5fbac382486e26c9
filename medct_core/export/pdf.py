"""PDF: the report for reading, A4."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from medct_core.export.fonts import has_foreign, markup, register
from medct_core.export.key_images import KeyImage
from medct_core.export.pdf_parts import CountingCanvas, FilledIn, Picture, bar, page_frame
from medct_core.export.pdf_reader import (
    READER_GROUND,
    decision_text,
    reader_pictures,
    reader_tables,
)
from medct_core.export.pdf_text import (
    BODY,
    CAPTION,
    HEADING,
    PLAIN,
    SMALL,
    STRONG,
    WIDTH_PT,
    height_of,
    ruled_table,
    section,
    shortened,
    text,
)
from medct_core.export.reader_part import NOTHING_FROM_READER
from medct_core.export.report import DISCLAIMER, Provenance, Report, software_version
from medct_core.findings.finding import Finding

# Pictures as text, which old printers wanted, take ten times as long to write.
vars(rl_config).update(useA85=0)

_TITLE = "Chest CT: scores of a model"
_FRAME_PADDING = 6
"""Points that reportlab keeps free inside the margins."""

_PICTURES_A_ROW = 3
_PICTURE_SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65)
"""Sizes tried to fill a page; at the smallest a picture is 37 mm wide."""
_TALLEST_PICTURE = 85 * mm
_GAP = 2 * mm

_NOTICE, _BANNER = HexColor("#B00020"), HexColor("#263238")

_HEADLINE = ParagraphStyle(
    "headline", STRONG, fontSize=9.2, leading=13, textColor=HexColor("#FFFFFF")
)
_WARNING = ParagraphStyle("warning", BODY, textColor=_NOTICE, leftIndent=9, bulletIndent=0)

_CHART_WIDTHS = (62 * mm, 82 * mm, WIDTH_PT - 144 * mm)
_REVIEWED_WIDTHS = (56 * mm, 62 * mm, 33 * mm, WIDTH_PT - 151 * mm)
"""Name, bar, number; and what the reader decided."""

_Column = tuple[str, float, Callable[[Finding], str]]
"""Title, width in points, and what stands in a cell."""


def to_pdf(report: Report) -> bytes:
    """Lay a report out on A4 pages; the fonts are embedded."""
    register()
    # The number of pages is known only after they were made once.
    pages = _build(report, BytesIO(), pages=0, canvas=CountingCanvas)
    file = BytesIO()
    _build(report, file, pages=pages, canvas=Canvas)
    return file.getvalue()


def _build(report: Report, file: BytesIO, *, pages: int, canvas: type[Canvas]) -> int:
    banner = _banner(report.provenance.headline)
    _, banner_height = banner.wrap(WIDTH_PT, A4[1])
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=18 * mm - _FRAME_PADDING,
        rightMargin=18 * mm - _FRAME_PADDING,
        topMargin=18 * mm + banner_height,
        bottomMargin=16 * mm,
        title="MedCT report",
        author=f"MedCT {software_version()}",
        subject=report.provenance.headline,
    )
    frame = partial(_frame, pages=pages, report=report)
    document.build(_story(report), onFirstPage=frame, onLaterPages=frame, canvasmaker=canvas)
    return int(document.page)


def _frame(canvas: Canvas, document: SimpleDocTemplate, *, pages: int, report: Report) -> None:
    scored = f", scores of {report.stamp.model}" if report.stamp else ""
    texts = (_title(report), DISCLAIMER, f"{DISCLAIMER}. MedCT {software_version()}{scored}")
    banner = _banner(report.provenance.headline)
    page_frame(canvas, banner, page=document.page, pages=pages, texts=texts)


def _title(report: Report) -> str:
    if report.stamp is None:
        return "A reader's review"
    has_reader = report.reader != NOTHING_FROM_READER
    return "Chest CT: a reader's review, and scores of a model" if has_reader else _TITLE


def _story(report: Report) -> list[Flowable]:
    is_scored = report.stamp is not None
    return [
        *_facts(report),
        *_notices(report),
        *reader_tables(report),
        *(_chart(report) if is_scored else []),
        *(reader_pictures(report) or _pictures(report)),
        *(_table(report) if is_scored else []),
        *_stamp(report),
    ]


def _banner(headline: str) -> Table:
    banner = Table([[text(headline, _HEADLINE, width_pt=WIDTH_PT - 16)]], colWidths=[WIDTH_PT])
    banner.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), _BANNER),
            ("LEFTPADDING", (0, 0), (-1, -1), 8),
            ("TOPPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
        ]
    )
    return banner


def _facts(report: Report) -> list[Flowable]:
    scan, made = report.scan, report.provenance
    where = f" on {made.device}" if isinstance(made, Provenance) else ""
    extent = [count * step for count, step in zip(scan.shape, scan.spacing_mm, strict=True)]
    rows = [
        ("Name", scan.name),
        ("Voxels", f"{_by(scan.shape, 'd')} of {_by(scan.spacing_mm, '.2f')} mm"),
        ("Covers", f"{_by(extent, '.0f')} mm"),
        ("Hash (SHA-256)", scan.sha256),
        ("Made", f"{made.created:%Y-%m-%d %H:%M} UTC{where}"),
        *_patient_rows(report),
    ]
    return section("Scan", _pairs(rows))


def _patient_rows(report: Report) -> list[tuple[str, str]]:
    if report.patient is None:
        return []
    born = report.patient.birth_date
    parts = (report.patient.name, report.patient.patient_id, report.patient.sex)
    return [("Patient", ", ".join(part for part in (*parts, born and f"born {born}") if part))]


def _notices(report: Report) -> list[Flowable]:
    if not report.notices:
        return []
    return section("Notices", *(_notice(notice.text) for notice in report.notices))


def _notice(said: str) -> Paragraph:
    shown = markup(said, width_pt=WIDTH_PT - _WARNING.leftIndent, size_pt=_WARNING.fontSize)
    return Paragraph(shown, _WARNING, bulletText="•")


def _chart(report: Report) -> list[Flowable]:
    """Draw the scores; a reader's decisions stand in a column of their own ground."""
    is_reviewed = bool(report.reader.reviews)
    widths = _REVIEWED_WIDTHS if is_reviewed else _CHART_WIDTHS
    titles = [Paragraph(title, STRONG) for title in ("", "Score of the model", "", "Reader")]
    rows = [
        [
            text(shortened(finding.prompt.name), width_pt=widths[0]),
            bar(finding, width_pt=widths[1] - 6, height_pt=10),
            text(_value_text(finding), width_pt=widths[2]),
            Paragraph(decision_text(report.reader.review_of(finding.prompt.name)), BODY),
        ]
        for finding in report.findings
    ]
    cells = [*([titles] if is_reviewed else []), *rows, ["", _axis(widths[1]), "", ""]]
    chart = Table([row[: len(widths)] for row in cells], colWidths=list(widths))
    style = [*PLAIN, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    if is_reviewed:
        style += [
            ("BACKGROUND", (-1, 0), (-1, -2), READER_GROUND),
            ("LEFTPADDING", (-1, 0), (-1, -1), 5),
        ]
    chart.setStyle(style)
    return section("Scores", Paragraph(_chart_note(report), SMALL), Spacer(1, 3), chart)


def _axis(width: float) -> Table:
    style = ParagraphStyle("right", SMALL, alignment=2)
    ends = [[Paragraph("0", SMALL), Paragraph("1", style)]]
    axis = Table(ends, colWidths=[(width - 6) / 2] * 2, hAlign="LEFT")
    axis.setStyle([*PLAIN, ("RIGHTPADDING", (0, 0), (-1, -1), 0)])
    return axis


def _chart_note(report: Report) -> str:
    raw = "Grey: raw score, uncalibrated; it is no probability of disease and has no threshold."
    if not report.is_calibrated:
        return raw
    return f"Blue: calibrated probability; the black line is the threshold. {raw}"


def _value_text(finding: Finding) -> str:
    if finding.calibrated is None:
        return f"{finding.probability:.2f} uncalibrated"
    verdict = f", {finding.verdict.value}" if finding.verdict else ""
    return f"{finding.calibrated:.2f}{verdict}"


def _pictures(report: Report) -> list[Flowable]:
    if not report.key_images:
        return []
    count = _PICTURES_A_ROW
    rows = [report.key_images[n : n + count] for n in range(0, len(report.key_images), count)]
    return [FilledIn(partial(_picture_rows, rows))]


def _picture_rows(rows: Sequence[Sequence[KeyImage]], room: float) -> list[Flowable]:
    """Lay rows of pictures out where `room` points of the page are left.

    All rows stand on this page, smaller if need be; else as many as the page takes.
    """
    note = "Seen from the feet: right is on the left. What was scanned, not what was found."
    head = [Paragraph("Key images", HEADING), Paragraph(note, SMALL), Spacer(1, 3)]
    room -= HEADING.spaceBefore + HEADING.spaceAfter + height_of(head)
    drawn = next(_drawings_that_fit(rows, room), [_picture_row(row, 1.0) for row in rows])
    together = HEADING.spaceAfter + height_of([*head, *drawn[:1]])
    return [CondPageBreak(together), *head, *drawn]


def _drawings_that_fit(rows: Sequence[Sequence[KeyImage]], room: float) -> Iterator[list[Flowable]]:
    """Give drawings of the rows, the best first: all of them fit, then at least the first."""
    for fitting in (len(rows), 1):
        for scale in _PICTURE_SCALES:
            drawn = [_picture_row(row, scale) for row in rows]
            if height_of(drawn[:fitting]) <= room:
                yield drawn


def _picture_row(images: Sequence[KeyImage], scale: float) -> Table:
    width = (WIDTH_PT - (_PICTURES_A_ROW - 1) * _GAP) / _PICTURES_A_ROW
    cells: list[object] = [
        [
            Picture(image, width_pt=scale * width, tallest_pt=scale * _TALLEST_PICTURE),
            Spacer(1, 2),
            text(image.window_name, CAPTION, width_pt=width),
            text(image.caption, SMALL, width_pt=width),
        ]
        for image in images
    ]
    padded = cells + [""] * (_PICTURES_A_ROW - len(cells))
    row = Table([padded], colWidths=[width + _GAP] * _PICTURES_A_ROW, hAlign="LEFT")
    row.setStyle([*PLAIN, ("BOTTOMPADDING", (0, 0), (-1, -1), 5)])
    return row


def _table(report: Report) -> list[Flowable]:
    columns = _COLUMNS if report.is_calibrated else _RAW_COLUMNS
    titles = tuple(title for title, _, _ in columns)
    widths = tuple(width for _, width, _ in columns)
    rows = [tuple(cell(finding) for _, _, cell in columns) for finding in report.findings]
    title = "Findings of the model" if report.reader.reviews else "Findings"
    return section(title, ruled_table(titles, widths, rows), *_squares_note(report))


def _asked(finding: Finding) -> str:
    present, absent = finding.prompt.present, finding.prompt.absent
    asked = " / ".join(wordings[0] for wordings in (present, absent) if wordings)
    count = len(present) + len(absent)
    return asked if count <= 2 else f"{asked} ({count} wordings)"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


_NAME = ("Finding", 42 * mm, lambda finding: finding.prompt.name)
_COLUMNS: tuple[_Column, ...] = (
    _NAME,
    ("Score", 14 * mm, lambda finding: _number(finding.probability)),
    ("Calibrated", 19 * mm, lambda finding: _number(finding.calibrated)),
    ("Threshold", 19 * mm, lambda finding: _number(finding.threshold)),
    ("Verdict", 18 * mm, lambda finding: finding.verdict.value if finding.verdict else "-"),
    ("Asked as", WIDTH_PT - 112 * mm, _asked),
)
_RAW_COLUMNS: tuple[_Column, ...] = (
    _NAME,
    ("Score, uncalibrated", 36 * mm, lambda finding: _number(finding.probability)),
    ("Asked as", WIDTH_PT - 78 * mm, _asked),
)


def _squares_note(report: Report) -> list[Paragraph]:
    prompts = [finding.prompt for finding in report.findings]
    if not any(has_foreign(f"{one.name}{''.join(one.present + one.absent)}") for one in prompts):
        return []
    text = "A square stands for a character that this page has no font for; CSV and JSON hold it."
    return [Paragraph(text, SMALL)]


def _stamp(report: Report) -> list[Flowable]:
    program = ("Program", f"medct {software_version()}, report version {report.version}")
    stamp = report.stamp
    if stamp is None:
        return [KeepTogether(section("What made this report", _pairs([program])))]
    rows = [
        ("Model", stamp.model),
        ("Checkpoint SHA-256", stamp.checkpoint_sha256),
        ("Adapter", stamp.adapter or "none"),
        ("Adapter SHA-256", stamp.adapter_sha256 or "none"),
        ("Recipe", stamp.recipe_id),
        ("Precision", stamp.precision),
        program,
    ]
    return [KeepTogether(section("What made these numbers", _pairs(rows)))]


def _pairs(rows: list[tuple[str, str]]) -> Table:
    label = 36 * mm
    cells = [
        [Paragraph(name, SMALL), text(value, width_pt=WIDTH_PT - label)] for name, value in rows
    ]
    pairs = Table(cells, colWidths=[label, WIDTH_PT - label])
    pairs.setStyle(PLAIN)
    return pairs


def _by(numbers: Sequence[float], form: str) -> str:
    return " x ".join(format(number, form) for number in numbers)
