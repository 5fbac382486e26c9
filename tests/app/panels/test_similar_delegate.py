"""Cards: where their parts lie, what they say, and what shows through."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QImage
from PySide6.QtWidgets import QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from app.panels.similar_card import LONGEST_PLACE, SimilarCard, spoken
from app.panels.similar_delegate import (
    THUMBNAIL,
    SimilarDelegate,
    narrowest_text,
    places,
    wrapped,
)
from app.panels.similar_list import SimilarList
from app.panels.similar_model import SimilarModel
from app.theme import LIGHT
from medct_core.retrieval.library_case import Thumbnails
from tests.similar_samples import HAS, found

pytestmark = pytest.mark.gui

WHITE = np.full((90, 90), 255, dtype=np.uint8)
CARD = SimilarCard(found(facts={"thumbnails": Thumbnails(WHITE, WHITE, WHITE)}))


@pytest.fixture
def view(qtbot: QtBot) -> SimilarList:
    model = SimilarModel()
    shown = SimilarList(model)
    model.setParent(shown)
    qtbot.addWidget(shown)
    shown.resize(340, 300)
    shown.show_cards((CARD,))
    shown.show()
    return shown


def picture(view: SimilarList) -> QImage:
    return view.viewport().grab().toImage()


def brightest(image: QImage) -> int:
    """Look at the middle of the first picture of the card."""
    middle = 8 + places(image.width(), narrowest_text(QFont())).side // 2
    return image.pixelColor(middle, middle).lightness()


@given(st.integers(1, 2000), st.integers(50, 400))
def test_pictures_and_writing_stay_within_the_card(width: int, narrowest: int) -> None:
    lie = places(width, narrowest)

    left, _, room = lie.text
    assert 1 <= lie.side <= THUMBNAIL
    assert left + room <= width
    assert 3 * lie.side <= max(width, 3)


@given(st.integers(100, 2000), st.integers(50, 400))
def test_writing_does_not_cover_the_pictures(width: int, narrowest: int) -> None:
    lie = places(width, narrowest)

    left, top, room = lie.text
    assert top >= lie.side or (left >= 3 * lie.side and room >= narrowest)
    assert lie.height(4, 15) >= top + 4 * 15


@pytest.mark.usefixtures("qapp")
def test_beside_the_pictures_no_title_is_cut() -> None:
    font = QFont()

    assert narrowest_text(font) >= QFontMetrics(font).horizontalAdvance(LONGEST_PLACE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="ascii", min_codepoint=32), max_size=200))
@pytest.mark.usefixtures("qapp")
def test_lines_fit_and_are_as_few_as_allowed(text: str) -> None:
    lines = wrapped(text, QFont(), 150, 3)

    metrics = QFontMetrics(QFont())
    assert len(lines) <= 3
    assert all(metrics.horizontalAdvance(line) <= 150 for line in lines)
    assert bool(lines) == bool(text)


@pytest.mark.usefixtures("qapp")
def test_a_text_that_is_too_long_ends_in_dots() -> None:
    assert wrapped("word " * 100, QFont(), 150, 2)[1].endswith("…")
    assert " ".join(wrapped("some few words", QFont(), 60, 9)) == "some few words"


def test_a_card_is_as_high_as_what_it_says(view: SimilarList) -> None:
    plain = view.sizeHintForRow(0)

    view.show_cards((replace(CARD, is_not_similar=True),))

    assert view.sizeHintForRow(0) == plain + QFontMetrics(view.font()).lineSpacing()


def test_the_pictures_are_painted(view: SimilarList) -> None:
    assert brightest(picture(view)) == 255


def test_the_pictures_of_a_case_that_is_not_similar_are_faded(view: SimilarList) -> None:
    view.show_cards((replace(CARD, is_not_similar=True),))

    assert 0 < brightest(picture(view)) < 160


def test_the_selected_card_looks_otherwise(view: SimilarList) -> None:
    before = picture(view)

    view.select(CARD.case.case_id)

    assert picture(view) != before


def test_a_light_theme_has_a_light_ground(view: SimilarList) -> None:
    dark = picture(view)

    view.show_theme(LIGHT)

    assert picture(view) != dark


def test_the_tip_says_the_card_in_full_and_reads_no_markup(view: SimilarList) -> None:
    card = SimilarCard(found(facts={"source": "<b>scan.nii", "findings": (HAS,)}))
    view.show_cards((card,))
    delegate = view.itemDelegate()
    assert isinstance(delegate, SimilarDelegate)
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), QPoint(5, 5))

    is_shown = delegate.helpEvent(event, view, QStyleOptionViewItem(), view.model().index(0, 0))

    assert is_shown
    assert "&lt;b&gt;scan.nii" in QToolTip.text()
    assert "Emphysema" not in QToolTip.text()
    assert "Emphysema" not in spoken(card)
