"""Text of any script and length fits into a section."""

import pytest
from reportlab.platypus import CondPageBreak, Paragraph, Spacer

from medct_core.export.fonts import register
from medct_core.export.pdf_text import height_of, ruled_table, section, shortened, text


@pytest.fixture(autouse=True)
def _fonts() -> None:
    register()


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shortened("x" * 400) == "x" * 400
    assert shortened("x" * 401) == "x" * 400 + "…"


def test_chinese_breaks_between_any_two_characters() -> None:
    assert text("胸腔积液").style.wordWrap == "CJK"
    assert text("Effusion").style.wordWrap != "CJK"


def test_markup_stays_text() -> None:
    assert text("<b>x</b>").getPlainText() == "<b>x</b>"


def test_a_heading_keeps_room_below_it() -> None:
    parts = section("Scan", Spacer(1, 1))

    assert isinstance(parts[0], CondPageBreak)
    assert isinstance(parts[1], Paragraph)
    assert parts[1].getPlainText() == "Scan"


def test_a_table_grows_with_the_words_in_it() -> None:
    heights = [
        ruled_table(("A", "B"), (50.0, 60.0), [("x", word)]).wrap(200, 800)[1]
        for word in ("short", "a rather long remark in a narrow column")
    ]

    assert heights[1] > heights[0]


def test_heights_add_up() -> None:
    assert height_of([Spacer(1, 3), Spacer(1, 4)]) == 7.0
    assert height_of([]) == 0.0
