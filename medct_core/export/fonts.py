"""Fonts of the PDF: any prompt is readable in Latin, Greek, Cyrillic, Hebrew, Arabic and CJK.

The licences lie beside the fonts in ``resources/fonts``.
"""

import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import arabic_reshaper
from bidi import get_display
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from medct_core.resources_folder import resources_folder

REGULAR, BOLD, FALLBACK = "MedCT", "MedCT-Bold", "MedCT-Fallback"
_FILES = {
    REGULAR: "DejaVuSans.ttf",
    BOLD: "DejaVuSans-Bold.ttf",
    FALLBACK: "DroidSansFallback.ttf",
}
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_FOREIGN = "\N{WHITE SQUARE}"
_FIRST_CJK = 0x2E80


def register() -> None:
    """Make the fonts known to reportlab; the fallback waits until a character needs it."""
    for bold, name in enumerate((REGULAR, BOLD)):
        _glyphs(name)
        for italic in (0, 1):
            addMapping(REGULAR, bold, italic, name)


def markup(text: str, *, width_pt: float, size_pt: float) -> str:
    """Give paragraph markup that shows `text` in fonts that have its characters.

    Parameters
    ----------
    text
        Anything a person may type; control characters become spaces.
    width_pt, size_pt
        Width of the column and size of the font in points. Text that runs from right to left is
        broken here, in reading order, because lines are reversed one by one.
    """
    clean = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text)
    if not _is_right_to_left(clean):
        return _in_fonts(clean)
    shaped = arabic_reshaper.reshape(clean)
    lines = _broken(shaped, width_pt=width_pt, size_pt=size_pt)
    base = _base_direction(clean)
    return "<br/>".join(_in_fonts(str(get_display(line, base_dir=base))) for line in lines)


def has_cjk(text: str) -> bool:
    """Whether lines may break between any two characters."""
    return any(
        ord(character) >= _FIRST_CJK and _font_of(character) == FALLBACK for character in text
    )


def has_foreign(text: str) -> bool:
    """Whether a character is in none of the fonts, so that a square stands for it."""
    return any(_font_of(one) is None for one in text if not _is_invisible(one))


def width_of(text: str, font: str, size_pt: float) -> float:
    """Width of a line in points, each character in the font that has it."""
    _glyphs(font)
    parts = groupby(text, key=lambda character: _font_of(character) or REGULAR)
    return sum(
        float(pdfmetrics.stringWidth("".join(run), FALLBACK if name == FALLBACK else font, size_pt))
        for name, run in parts
    )


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


def _base_direction(text: str) -> str:
    """Direction of the first letter that has one, as the Unicode standard decides it (P2, P3)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return "L" if next((one for one in strong if one in {"L", "R", "AL"}), "L") == "L" else "R"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Mn", "Zl", "Zp"}


def _broken(text: str, *, width_pt: float, size_pt: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, BOLD, size_pt) > width_pt:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _in_fonts(text: str) -> str:
    runs = groupby(text, key=_font_of)
    return "".join(_run(name, "".join(characters)) for name, characters in runs)


def _run(name: str | None, text: str) -> str:
    if name is None:
        return _FOREIGN * sum(not _is_invisible(character) for character in text)
    if name == REGULAR:
        # The paragraph's own font: regular or bold.
        return escape(text)
    return f'<font name="{name}">{escape(text)}</font>'


@cache
def _font_of(character: str) -> str | None:
    for name in (REGULAR, FALLBACK):
        if ord(character) in _glyphs(name):
            return name
    return None


@cache
def _glyphs(name: str) -> dict[int, Any]:
    """Register a font and give its glyphs by code point."""
    path: Path = resources_folder() / "fonts" / _FILES[name]
    font = TTFont(name, str(path))
    pdfmetrics.registerFont(font)
    glyphs: dict[int, Any] = font.face.charToGlyph
    return glyphs
