"""Both scans show what they share, each at its strongest place."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.connections.companion_place import CompanionPlace
from app.connections.why import WhyConnection
from app.controllers.why_similar import GONE, WhySimilar, WhyStates
from app.panels.similar_panel import SimilarPanel
from app.state.beside import BesideScan, BesideState
from app.state.similar import SimilarState
from app.state.view import Overlay
from medct_core.inference.likeness import Likeness
from medct_core.retrieval.search import SimilarCase
from tests import library_samples
from tests.app.small_window import SmallWindow
from tests.app.stand_ins import likeness, relevance
from tests.app.state.test_session import scan

pytestmark = pytest.mark.gui


class Why(SmallWindow):
    """A window that says where two scans are alike."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.panel = SimilarPanel()
        self.qtbot.addWidget(self.panel)
        self.similar, self.beside = SimilarState(self.owner), BesideState(self.owner)
        self.place = CompanionPlace(self.window.views, self.session, self.view, self.owner)
        self.why = WhySimilar(
            WhyStates(self.results, self.similar, self.beside),
            self.ask,
            self.worker.as_worker(),
            "w",
            self.owner,
        )
        self.connection = WhyConnection(
            self.window,
            self.panel,
            (self.session, self.results, self.view, self.beside),
            self.why,
            place=self.place,
            parent=self.owner,
        )

    def put_beside(self) -> BesideScan:
        """Put a case beside the scan, as its connection does."""
        found = SimilarCase(library_samples.case(1), 0.5, None, 1, 3)
        shown = BesideScan(scan("like.nii.gz"), found)
        self.beside.set_shown(shown)
        self.place.show_similar(shown.scan, "like.nii.gz", alike="1 of 3")
        return shown

    @property
    def place_beside(self) -> tuple[float, float, float]:
        """Where the crosshair is in the case beside, LPS mm."""
        return self.place.companion.link.prior.crosshair_mm


def hot(hottest: tuple[int, int, int]) -> Likeness:
    """Give a map of blocks of 10 mm from the origin on, one of them strong."""
    values = np.zeros((4, 3, 3), "f4")
    values[hottest] = 0.5
    return replace(likeness(), values=values, affine=np.diag([10.0, 10.0, 10.0, 1.0]))


@pytest.fixture
def why(qtbot: QtBot) -> Why:
    made = Why(qtbot)
    made.open_scored()
    return made


def test_a_likeness_is_gone_to_with_its_colours(why: Why) -> None:
    why.results.set_heatmap(hot((2, 1, 1)))

    assert Overlay.HEATMAP in why.view.overlays
    assert why.view.crosshair_mm == pytest.approx((20, 10, 10), abs=0.1)


def test_the_map_of_a_finding_is_left_to_others(why: Why) -> None:
    before = why.view.crosshair_mm

    why.results.set_heatmap(relevance())

    assert Overlay.HEATMAP not in why.view.overlays
    assert why.view.crosshair_mm == before


def test_the_case_beside_is_laid_at_its_own_strongest_place(why: Why) -> None:
    why.put_beside()
    why.results.set_heatmap(hot((2, 1, 1)))

    why.beside.set_likeness(hot((1, 1, 2)))

    assert why.view.crosshair_mm == pytest.approx((20, 10, 10), abs=0.1)
    assert why.place_beside == pytest.approx((10, 10, 20), abs=0.1)
    assert Overlay.HEATMAP in why.place.companion.link.prior.overlays


def test_the_colours_beside_go_with_their_map(why: Why) -> None:
    why.put_beside()
    why.results.set_heatmap(hot((2, 1, 1)))
    why.beside.set_likeness(hot((1, 1, 2)))

    why.beside.set_likeness(None)

    assert Overlay.HEATMAP not in why.place.companion.link.prior.overlays


def test_what_went_wrong_stands_in_the_banner(why: Why) -> None:
    why.panel.why_wanted.emit("gone")

    texts = " ".join(label.text() for label in why.window.banner.findChildren(QLabel))
    assert GONE.summary in texts


def test_waiting_for_the_case_beside_is_told(why: Why) -> None:
    why.why.waiting_changed.emit(True)
    waiting = why.status
    why.why.waiting_changed.emit(False)

    assert "similar case" in waiting
    assert why.status == ""
