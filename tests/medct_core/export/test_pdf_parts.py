"""Bars show numbers, and colour only what is calibrated."""

from io import BytesIO

import pypdfium2
import pytest
from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from medct_core.export.fonts import register
from medct_core.export.key_images import key_images
from medct_core.export.pdf_parts import (
    CALIBRATED_COLOUR,
    CountingCanvas,
    FilledIn,
    Picture,
    bar,
    page_frame,
)
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt
from tests import report_samples

PROMPT = Prompt("Emphysema", ("Emphysema is present.",))


def parts(drawing: Drawing, kind: type) -> list[Rect | Line]:
    return [part for part in drawing.contents if isinstance(part, kind)]


def test_a_raw_score_is_grey_and_has_no_threshold() -> None:
    drawing = bar(Finding(PROMPT, 0.25), width_pt=100.0, height_pt=10.0)

    (rectangle,) = parts(drawing, Rect)
    colour = rectangle.fillColor
    assert rectangle.width == pytest.approx(25.0)
    assert colour.red == colour.green == colour.blue
    assert len(parts(drawing, Line)) == 2


def test_a_calibrated_score_is_blue_whatever_the_verdict() -> None:
    for verdict in Verdict:
        finding = Finding(PROMPT, 0.9, calibrated=0.5, threshold=0.3, verdict=verdict)

        drawing = bar(finding, width_pt=100.0, height_pt=10.0)

        (rectangle,) = parts(drawing, Rect)
        assert rectangle.fillColor == CALIBRATED_COLOUR
        assert rectangle.width == pytest.approx(50.0)
        assert parts(drawing, Line)[-1].x1 == pytest.approx(30.0)


@pytest.mark.parametrize(("tallest", "width"), [(500.0, 120.0), (50.0, None)])
def test_a_picture_keeps_its_proportions(tallest: float, width: float | None) -> None:
    image = key_images(report_samples.scan())[0]

    picture = Picture(image, width_pt=120.0, tallest_pt=tallest)

    rows, columns = image.grey.shape
    drawn_width, drawn_height = picture.wrap(500.0, 500.0)
    assert drawn_width / drawn_height == pytest.approx(columns / rows)
    assert drawn_height <= tallest
    assert width is None or drawn_width == width


def test_parts_are_made_for_the_room_that_is_left() -> None:
    rooms: list[float] = []
    above, made = Spacer(1, 100), Spacer(1, 10)

    def make(room: float) -> list[Flowable]:
        rooms.append(room)
        return [made]

    SimpleDocTemplate(BytesIO(), pagesize=(300, 400), topMargin=20, bottomMargin=30).build(
        [above, FilledIn(make)]
    )

    assert rooms == [400 - 20 - 30 - 2 * 6 - 100]


def test_the_edges_of_a_page_hold_texts_and_numbers() -> None:
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4)
    register()

    page_frame(canvas, Paragraph("a banner"), page=2, pages=3, texts=("left", "right", "below"))

    canvas.save()
    text = pypdfium2.PdfDocument(file.getvalue())[0].get_textpage().get_text_range()
    assert text.startswith("a banner")
    assert all(part in text for part in ("left", "right", "below", "2 of 3"))


def test_pages_are_counted_without_their_pictures() -> None:
    picture = Picture(key_images(report_samples.scan())[0], width_pt=120.0, tallest_pt=500.0)
    files = {Canvas: BytesIO(), CountingCanvas: BytesIO()}

    for canvas, file in files.items():
        SimpleDocTemplate(file).build([picture], canvasmaker=canvas)

    objects = [
        [type(one) for one in pypdfium2.PdfDocument(file.getvalue())[0].get_objects()]
        for file in files.values()
    ]
    assert pypdfium2.PdfImage in objects[0]
    assert pypdfium2.PdfImage not in objects[1]
