"""What all parts of the PDF share: styles, text in any script, sections."""

from collections.abc import Sequence

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Table

from medct_core.export.fonts import BOLD, REGULAR, has_cjk, markup

WIDTH_PT = A4[0] - 36 * mm
"""Of everything on a page."""

INK, QUIET, RULE = HexColor("#1A1A1A"), HexColor("#5A5A5A"), HexColor("#C8C8C8")

BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=8, leading=10.5, textColor=INK)
SMALL = ParagraphStyle("small", BODY, fontSize=7, leading=9, textColor=QUIET)
STRONG = ParagraphStyle("strong", BODY, fontName=BOLD)
HEADING = ParagraphStyle("heading", STRONG, fontSize=11, leading=14, spaceBefore=9, spaceAfter=4)
CAPTION = ParagraphStyle("caption", SMALL, textColor=INK)
CELL = ParagraphStyle("cell", BODY, fontSize=7.5, leading=9.5)

PLAIN = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
]
RULED = [*PLAIN, ("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE)]

_HEADING_ROOM = 30 * mm
_LONGEST_TEXT = 400
"""Characters of one text in a cell; longer ones stand whole in the CSV and JSON files."""


def text(content: str, style: ParagraphStyle = BODY, *, width_pt: float = WIDTH_PT) -> Paragraph:
    """Set what a person typed, in fonts that have its characters."""
    if has_cjk(content):
        style = ParagraphStyle(f"{style.name}-cjk", style, wordWrap="CJK")
    return Paragraph(markup(content, width_pt=width_pt - 6, size_pt=style.fontSize), style)


def shortened(content: str) -> str:
    """Cut a text that would fill a page."""
    return content if len(content) <= _LONGEST_TEXT else f"{content[:_LONGEST_TEXT]}…"


def section(title: str, *parts: Flowable) -> list[Flowable]:
    """Put a heading before parts, never at the foot of a page."""
    return [CondPageBreak(_HEADING_ROOM), Paragraph(title, HEADING), *parts]


def height_of(parts: Sequence[Flowable]) -> float:
    """Height of parts one below the other, without the space between them, in points."""
    return sum(float(part.wrap(WIDTH_PT, A4[1])[1]) for part in parts)


def ruled_table(
    titles: tuple[str, ...], widths_pt: tuple[float, ...], rows: list[tuple[str, ...]]
) -> Table:
    """Set texts below titles, a line under each row; the titles stand on every page."""
    header = [Paragraph(title, STRONG) for title in titles]
    body = [
        [
            text(shortened(cell), CELL, width_pt=wide)
            for cell, wide in zip(row, widths_pt, strict=True)
        ]
        for row in rows
    ]
    table = Table([header, *body], colWidths=list(widths_pt), repeatRows=1)
    table.setStyle(RULED)
    return table
