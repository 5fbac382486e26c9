"""The reader's part of the PDF: decisions, words, measurements and marked pictures."""

from functools import partial
from itertools import count

from PIL import Image
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, Spacer

from medct_core.export.pdf_parts import FilledIn
from medct_core.export.pdf_text import (
    CAPTION,
    HEADING,
    SMALL,
    STRONG,
    WIDTH_PT,
    height_of,
    ruled_table,
    section,
    shortened,
    text,
)
from medct_core.export.reader_part import ReaderImage
from medct_core.export.report import Report
from medct_core.findings.review import ReaderDecision, ReaderReview, verdict_at
from medct_core.measurement.table import MeasurementRow
from medct_core.measurement.words import position_text

READER_GROUND = HexColor("#F3EFE3")
"""Paper tone behind what a reader said, so that it is never taken for the model's."""

_TALLEST_OF_ONE, _TALLEST_OF_TWO = 150 * mm, 101 * mm
"""Two pictures with their captions fill a page."""
_SMALLEST = 75 * mm
"""Below this a picture rather stands on the next page."""
_ROUNDING_PT = 1.0

_REVIEW_TITLES = ("Finding", "Reader", "Wording for the report", "Comment", "Own threshold")
_REVIEW_WIDTHS = (39 * mm, 23 * mm, 49 * mm, 38 * mm, 25 * mm)
_MEASURED_TITLES = ("No.", "Measurement", "Label", "Size", "Where")
_MEASURED_WIDTHS = (9 * mm, 33 * mm, 33 * mm, 58 * mm, 41 * mm)

_DECISIONS = {
    ReaderDecision.ACCEPTED: "✓ accepted",
    ReaderDecision.REJECTED: "✗ rejected",
    None: "not reviewed",
}


class ReaderPicture(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A marked picture in its own proportions.

    Parameters
    ----------
    image
        What is shown.
    tallest_pt
        It is as wide as the page, or less where it would be taller than this.
    """

    def __init__(self, image: ReaderImage, *, tallest_pt: float) -> None:
        super().__init__()
        rows, columns = image.rgb.shape[:2]
        self._image = image
        self.width = min(WIDTH_PT, tallest_pt * columns / rows)
        self.height = self.width * rows / columns

    def wrap(self, *_available: float) -> tuple[float, float]:
        """Give the size, which does not depend on the room there is."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the picture."""
        picture = ImageReader(Image.fromarray(self._image.rgb))
        self.canv.drawImage(picture, 0, 0, self.width, self.height)


def decision_text(review: ReaderReview | None) -> str:
    """Mark and word of a decision, so that neither needs a colour."""
    return _DECISIONS[None if review is None else review.decision]


def reader_tables(report: Report) -> list[Flowable]:
    """Lay out what the reader decided and measured; nothing where there is neither."""
    return [*_reviews(report), *_measurements(report)]


def reader_pictures(report: Report) -> list[Flowable]:
    """Lay out the marked pictures, each with its caption; nothing without any.

    The first stands where the page has room for it, the others two a page.
    """
    images = report.reader.images
    return [FilledIn(partial(_pictures_in_room, images))] if images else []


def _pictures_in_room(images: tuple[ReaderImage, ...], room_pt: float) -> list[Flowable]:
    note = "Marked by the reader, as they were shown."
    head = [Paragraph("Key images", HEADING), Paragraph(note, SMALL), Spacer(1, 3)]
    tallest = _TALLEST_OF_ONE if len(images) == 1 else _TALLEST_OF_TWO
    captions = [_captions(image, number) for number, image in enumerate(images, start=1)]
    taken = HEADING.spaceBefore + HEADING.spaceAfter + height_of([*head, *captions[0]])
    free = room_pt - taken - _ROUNDING_PT
    has_room = free >= _SMALLEST
    pictures = [
        ReaderPicture(image, tallest_pt=min(tallest, free) if has_room and not place else tallest)
        for place, image in enumerate(images)
    ]
    first, *others = ([picture, *below] for picture, below in zip(pictures, captions, strict=True))
    start = [] if has_room else [PageBreak()]
    return [*start, *head, *first, *(KeepTogether(one) for one in others)]


def _reviews(report: Report) -> list[Flowable]:
    if not report.reader.reviews:
        return []
    apart = " Scores and verdicts further down are the model's." if report.stamp else ""
    note = f"Accepted: the reader sees the finding too.{apart}"
    rows = [_review_row(report, review) for review in report.reader.reviews]
    table = ruled_table(_REVIEW_TITLES, _REVIEW_WIDTHS, rows)
    return section("Reader's review", Paragraph(note, SMALL), Spacer(1, 3), table)


def _review_row(report: Report, review: ReaderReview) -> tuple[str, ...]:
    return (
        review.finding,
        decision_text(review),
        review.wording or "-",
        review.comment or "-",
        _threshold(report, review),
    )


def _threshold(report: Report, review: ReaderReview) -> str:
    if review.threshold is None:
        return "-"
    scored = (one for one in report.findings if one.prompt.name == review.finding)
    verdicts = [verdict_at(one, review.threshold).value for one in scored]
    said = f", score {'above' if verdicts[0] == 'present' else 'below'}" if verdicts else ""
    return f"{review.threshold:.2f}{said}"


def _measurements(report: Report) -> list[Flowable]:
    measurements = report.reader.measurements
    if not measurements:
        return []
    rows = [_measured_row(number, row) for number, row in zip(count(1), measurements, strict=False)]
    return section(
        "Measurements", ruled_table(_MEASURED_TITLES, _MEASURED_WIDTHS, rows), Spacer(1, 2)
    )


def _measured_row(number: int, row: MeasurementRow) -> tuple[str, ...]:
    size = row.text if row.text != row.label else "-"
    where = f"{row.plane}, {position_text(row.centre_mm)}"
    return str(number), row.kind, row.label or "-", size or "-", where


def _captions(image: ReaderImage, number: int) -> list[Flowable]:
    shown = ". ".join(one for one in (image.place, image.look) if one)
    words = (image.caption, shown, image.heatmap_line)
    title, *lines = (shortened(one) for one in words if one)
    captions = [text(f"{number}. {title}", STRONG), *(text(line, CAPTION) for line in lines)]
    return [Spacer(1, 3), *captions, Spacer(1, 9)]
