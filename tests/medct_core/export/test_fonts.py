"""Prompts in other scripts are shown, shaped and broken in reading order."""

import re

import pytest

from medct_core.export.fonts import FALLBACK, REGULAR, has_cjk, has_foreign, markup, width_of


def shown(text: str, width_pt: float = 1000.0) -> str:
    return markup(text, width_pt=width_pt, size_pt=8.0)


@pytest.mark.parametrize(
    "text",
    [
        "Pleural effusion, déjà vu, Ödem, tràn dịch màng phổi",
        "Πλευριτική συλλογή",
        "Плевральный выпот",
        "胸腔积液",
        "右側に胸水を認める",
        "흉수",
        "انصباب جنبي",
        "תפליט פלאורלי",
    ],
)
def test_scripts_with_a_font_need_no_square(text: str) -> None:
    assert not has_foreign(text)
    assert "\N{WHITE SQUARE}" not in shown(text)


def test_a_script_without_a_font_shows_squares() -> None:
    assert has_foreign("फुफ्फुस")
    assert set(shown("फुफ")) == {"\N{WHITE SQUARE}"}


def test_only_chinese_characters_use_the_fallback() -> None:
    assert shown("CT 胸部") == f'CT <font name="{FALLBACK}">胸部</font>'
    assert has_cjk("CT 胸部")
    assert not has_cjk("CT thorax")


def test_markup_in_a_prompt_is_only_text() -> None:
    assert shown("<b>x & y</b>\x00") == "&lt;b&gt;x &amp; y&lt;/b&gt; "


def test_arabic_letters_are_joined_and_run_from_right_to_left() -> None:
    text = shown("رئة")

    # Initial, isolated and final forms, last letter first.
    assert text == "\ufe94\ufe8b\ufead"


def test_long_right_to_left_text_is_broken_in_reading_order() -> None:
    words = ["אחת", "שתיים", "שלוש"]

    lines = shown(" ".join(words), width_pt=30.0).split("<br/>")

    assert [line[::-1] for line in lines] == words


def test_latin_in_right_to_left_text_keeps_its_direction() -> None:
    assert re.fullmatch(r"CT 2026 .+", shown("רנטגן CT 2026"))


def test_width_counts_every_character() -> None:
    assert width_of("ab胸", REGULAR, 8.0) == pytest.approx(width_of("ab", REGULAR, 8.0) + 8.0)
