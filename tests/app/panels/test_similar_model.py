"""Similar cases as Qt asks for them; pictures are made once."""

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from app.panels.similar_card import SimilarCard, cards_of, spoken
from app.panels.similar_model import CARD_ROLE, PICTURES_ROLE, SimilarModel, pictures_of
from medct_core.retrieval.library_case import Thumbnails
from tests.similar_samples import found, page

pytestmark = pytest.mark.gui


def cards(*numbers: int, marked: frozenset[str] = frozenset()) -> tuple[SimilarCard, ...]:
    return cards_of(tuple(map(found, numbers)), frozenset(), marked)


@pytest.mark.usefixtures("qapp")
def test_a_picture_shows_every_pixel_as_it_is() -> None:
    drawn = np.random.default_rng(1).integers(0, 256, (7, 5), dtype=np.uint8)

    pixmaps = pictures_of(Thumbnails(drawn, drawn.T, drawn[:3]))

    images = [pixmap.toImage() for pixmap in pixmaps]
    assert [(one.width(), one.height()) for one in images] == [(5, 7), (7, 5), (5, 3)]
    assert [images[0].pixelColor(x, y).red() for y in range(7) for x in range(5)] == list(
        drawn.ravel()
    )


@pytest.mark.usefixtures("qapp")
def test_a_picture_is_made_once_and_kept_while_its_case_is_listed() -> None:
    model = SimilarModel()
    model.show_cards(cards(1, 2))
    first = model.index(0).data(PICTURES_ROLE)[0].cacheKey()

    model.show_cards(cards(3, 1))

    assert model.index(1).data(PICTURES_ROLE)[0].cacheKey() == first


def test_a_row_gives_its_card_and_the_words_for_it(qtbot: QtBot) -> None:
    model = SimilarModel()
    with qtbot.waitSignal(model.modelReset):
        model.show_cards(cards(4))

    card = model.index(0).data(CARD_ROLE)
    assert model.index(0).data() == "4 of 9"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == spoken(card).replace(
        "\n", ", "
    )
    assert model.index(0).data(Qt.ItemDataRole.EditRole) is None
    assert model.rowCount(model.index(0)) == 0


def test_the_same_cases_stay_where_they_are(qtbot: QtBot) -> None:
    model = SimilarModel()
    model.show_cards(cards(1, 2))
    marked = frozenset({page(2).cases[1].case.case_id})

    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show_cards(cards(1, 2, marked=marked))

    assert [card.is_not_similar for card in model.cards] == [False, True]


@pytest.mark.usefixtures("qapp")
def test_a_case_that_is_not_listed_has_no_index() -> None:
    model = SimilarModel()
    model.show_cards(cards(1))

    assert model.index_of(model.cards[0].case.case_id).row() == 0
    assert model.index_of("nobody") == QModelIndex()
