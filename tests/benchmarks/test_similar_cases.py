"""What showing similar cases costs: a step of scrolling 200 cards, a step on a map of 5,000.

Run with: pytest tests/benchmarks/test_similar_cases.py --benchmark-enable -m ""
"""

from itertools import cycle

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from app.panels.library_map import LibraryMap
from app.panels.similar_card import cards_of
from app.panels.similar_list import SimilarList
from app.panels.similar_model import SimilarModel
from app.state.similar_page import CaseMap
from medct_core.retrieval.centring import FloatArray
from medct_core.retrieval.library_case import Thumbnails
from medct_core.retrieval.projection import MOST_DRAWN, fit_projection
from tests.similar_samples import HAS, HAS_NOT, REPORTED, found
from tests.vector_samples import draw_vectors

pytestmark = [pytest.mark.slow, pytest.mark.gui]

STEP = 60


def vectors_of_many() -> FloatArray:
    """Draw as many vectors as a map shows, ``(5000, 512)``."""
    return draw_vectors(np.random.default_rng(0), MOST_DRAWN, 0.98 ** np.arange(512))


def test_a_step_of_scrolling(benchmark: BenchmarkFixture, qtbot: QtBot) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (96, 96), dtype=np.uint8)
    facts = {"thumbnails": Thumbnails(grey, grey, grey), "findings": (HAS, HAS_NOT, REPORTED)}
    model = SimilarModel()
    view = SimilarList(model)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(340, 800)
    view.show_cards(
        cards_of(tuple(found(n, facts=facts) for n in range(200)), frozenset(), frozenset())
    )
    view.show()
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100 * STEP)
    places = cycle(range(0, bar.maximum(), STEP))

    def step() -> None:
        bar.setValue(next(places))
        view.viewport().grab()

    benchmark(step)

    assert bar.value() > 0 or benchmark.disabled


@pytest.fixture
def drawn(qtbot: QtBot) -> LibraryMap:
    vectors = vectors_of_many()
    points = fit_projection(vectors).place(vectors)
    names = tuple(map(str, range(MOST_DRAWN)))
    has = {"Emphysema": np.arange(MOST_DRAWN) % 3 == 0}
    shown = LibraryMap()
    qtbot.addWidget(shown)
    shown.resize(400, 600)
    shown.show()
    shown.show_map(CaseMap(names, points, names, has, query=points[0]))
    shown.grab()
    return shown


def test_a_map_is_drawn(benchmark: BenchmarkFixture, drawn: LibraryMap) -> None:
    benchmark(drawn.grab)


def test_a_case_is_marked_on_the_map(benchmark: BenchmarkFixture, drawn: LibraryMap) -> None:
    numbers = cycle(map(str, range(MOST_DRAWN)))

    def mark() -> None:
        drawn.show_selected(next(numbers))
        drawn.grab()

    benchmark(mark)


def test_a_map_is_fitted(benchmark: BenchmarkFixture) -> None:
    vectors = vectors_of_many()

    fitted = benchmark(fit_projection, vectors)

    assert fitted.share > 0
