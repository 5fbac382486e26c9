"""Parts of the PDF that are drawn rather than written: bars and key images."""

from collections.abc import Callable

from PIL import Image
from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from medct_core.export.fonts import BOLD, REGULAR
from medct_core.export.key_images import KeyImage
from medct_core.findings.finding import Finding

CALIBRATED_COLOUR = HexColor("#0072B2")
"""Blue of the Okabe-Ito palette: told from grey with any colour vision, and no alarm."""

_OUTLINE, _GROUND, _INK = HexColor("#8A8A8A"), HexColor("#E4E4E4"), HexColor("#1A1A1A")
_SCALE_BAR_MM = 50.0
_LETTER_PT, _EDGE_PT = 8.0, 3.0
_ENDLESS_PT = float(0xFFFFFF)
"""Height that no page has."""


def bar(finding: Finding, *, width_pt: float, height_pt: float) -> Drawing:
    """Draw a score on an axis from 0 to 1.

    A calibrated probability is blue, with a tick at its threshold; a raw score has no colour.
    """
    drawing = Drawing(width_pt, height_pt)
    drawing.add(Line(0, 0, 0, height_pt, strokeColor=_OUTLINE, strokeWidth=0.5))
    drawing.add(Line(width_pt, 0, width_pt, height_pt, strokeColor=_GROUND, strokeWidth=0.5))
    raw = finding.calibrated is None
    value = finding.probability if finding.calibrated is None else finding.calibrated
    colour, edge = (_GROUND, _OUTLINE) if raw else (CALIBRATED_COLOUR, CALIBRATED_COLOUR)
    drawing.add(
        Rect(
            *(0, height_pt * 0.2, max(value * width_pt, 0.5), height_pt * 0.6),
            fillColor=colour,
            strokeColor=edge,
            strokeWidth=0.5,
        )
    )
    if finding.threshold is not None:
        place = finding.threshold * width_pt
        drawing.add(Line(place, 0, place, height_pt, strokeColor=_INK, strokeWidth=1.2))
    return drawing


class FilledIn(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Stands for parts that are made once it is known how much of the page is left.

    Parameters
    ----------
    make
        Takes the height that is left, in points, and gives the parts.
    """

    def __init__(self, make: Callable[[float], list[Flowable]]) -> None:
        super().__init__()
        self._make = make

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Never fit, so that reportlab asks for the parts."""
        return width, _ENDLESS_PT

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Make the parts."""
        return self._make(height)


class CountingCanvas(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Makes pages only to count them: pictures, which take longest, are left out."""

    def drawImage(self, *_image: object, **_options: object) -> tuple[int, int]:  # noqa: N802
        """Draw nothing."""
        return 0, 0


class Picture(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A key image with the letters of its edges and a bar of 5 cm.

    Parameters
    ----------
    image
        What is shown.
    width_pt, tallest_pt
        It is drawn to this width, or less where it would be taller.
    """

    def __init__(self, image: KeyImage, *, width_pt: float, tallest_pt: float) -> None:
        super().__init__()
        rows, columns = image.grey.shape
        self._image = image
        self.width = min(width_pt, tallest_pt * columns / rows)
        self.height = self.width * rows / columns

    def wrap(self, *_available: float) -> tuple[float, float]:
        """Give the size, which does not depend on the room there is."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the image, then letters and bar over it."""
        picture = ImageReader(Image.fromarray(self._image.grey))
        self.canv.drawImage(picture, 0, 0, self.width, self.height)
        left, right, top, bottom = self._image.letters
        middle, low = self.width / 2, self.height / 2 - _LETTER_PT / 3
        self._write(_EDGE_PT, low, left, "drawString")
        self._write(self.width - _EDGE_PT, low, right, "drawRightString")
        self._write(middle, self.height - _LETTER_PT, top, "drawCentredString")
        self._write(middle, _EDGE_PT, bottom, "drawCentredString")
        self._draw_scale()

    def _write(self, x: float, y: float, text: str, method: str) -> None:
        """Write in white on a dark rim, readable on any grey."""
        canvas: Canvas = self.canv
        canvas.saveState()
        canvas.setFont(BOLD, _LETTER_PT)
        canvas.setFillGray(1.0)
        canvas.setStrokeGray(0.0)
        canvas.setLineWidth(1.5)
        getattr(canvas, method)(x, y, text, mode=1)
        getattr(canvas, method)(x, y, text)
        canvas.restoreState()

    def _draw_scale(self) -> None:
        columns = self._image.grey.shape[1]
        length = _SCALE_BAR_MM / (columns * self._image.pixel_mm) * self.width
        if length > self.width / 2:
            return
        x, y = self.width - _EDGE_PT - length, _EDGE_PT + 1
        for width, grey in ((2.6, 0.0), (1.2, 1.0)):
            self.canv.setLineWidth(width)
            self.canv.setStrokeGray(grey)
            self.canv.line(x, y, x + length, y)
        self._write(x + length, y + 2.5, "5 cm", "drawRightString")


def page_frame(
    canvas: Canvas, banner: Flowable, *, page: int, pages: int, texts: tuple[str, str, str]
) -> None:
    """Write the edges of an A4 page: the banner, what it is, whose it is, and its number.

    Parameters
    ----------
    canvas
        Of reportlab.
    banner
        Drawn first and above everything, so that it is also the first line of extracted text.
    page, pages
        Number of this page and of all, from 1.
    texts
        At the left and at the right under the banner, and at the bottom left.
    """
    width, height = A4
    left, right, top = 18 * mm, width - 18 * mm, height - 8 * mm
    _, banner_height = banner.wrapOn(canvas, right - left, height)
    banner.drawOn(canvas, left, top - banner_height)
    below = top - banner_height
    canvas.saveState()
    canvas.setFillColor(_INK)
    canvas.setFont(BOLD, 9)
    canvas.drawString(left, below - 5 * mm, texts[0])
    canvas.drawRightString(right, below - 5 * mm, texts[1])
    canvas.setStrokeColor(_OUTLINE)
    canvas.setLineWidth(0.5)
    canvas.line(left, below - 7 * mm, right, below - 7 * mm)
    canvas.setFont(REGULAR, 7.5)
    canvas.drawString(left, 10 * mm, texts[2])
    canvas.drawRightString(right, 10 * mm, f"{page} of {pages}")
    canvas.restoreState()
