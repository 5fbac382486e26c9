"""One place beside the scan: what stands there is named, and only itself is taken away."""

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.connections.companion_place import CompanionPlace
from app.state.session import OpenScan, SessionState
from app.state.view import Layout, Overlay, ViewState
from app.viewer.companion_link import Start
from app.viewer.companion_view import Companion
from app.viewer.heatmap_overlay import heatmap_overlay
from app.viewer.linked_views import LinkedViews
from medct_core.volume.notice import Notice
from tests.app.stand_ins import likeness
from tests.app.state.test_session import scan

pytestmark = pytest.mark.gui


class Beside:
    """The views of a window with a place beside the scan."""

    def __init__(self, qtbot: QtBot) -> None:
        self.session, self.view = SessionState(), ViewState()
        self.views = LinkedViews(self.view)
        qtbot.addWidget(self.views)
        self.place = CompanionPlace(self.views, self.session, self.view, self.session)
        self.companion = self.place.companion
        self.session.set_scan(scan("now.nii.gz"))
        self.views.show()

    @property
    def words(self) -> str:
        """What the bar of the companion says."""
        return " ".join(label.text() for label in self.companion.findChildren(QLabel))


@pytest.fixture
def beside(qtbot: QtBot) -> Beside:
    return Beside(qtbot)


def like() -> OpenScan:
    return scan("like.nii.gz")


def test_a_similar_case_is_never_called_a_prior(beside: Beside) -> None:
    beside.place.show_similar(like(), "like.nii.gz", alike="2 of 4")

    assert beside.words.startswith("SIMILAR CASE like.nii.gz 2 of 4 · middle on middle, linked")
    assert beside.companion.accessibleName() == "Similar case"
    assert beside.companion.link.start is Start.BY_MIDDLE
    assert beside.view.layout is Layout.COMPARE
    assert beside.companion.isVisible()


def test_a_prior_takes_the_place_of_a_similar_case_with_a_title_of_its_own(
    beside: Beside,
) -> None:
    beside.place.show_similar(like(), "like.nii.gz", alike="2 of 4")

    beside.place.show_prior(scan("then.nii.gz"), "then.nii.gz")
    beside.place.take_away(Companion.SIMILAR)

    assert beside.place.role is Companion.PRIOR
    assert beside.words.startswith("PRIOR then.nii.gz")
    assert beside.companion.accessibleName() == "Prior"
    assert beside.companion.link.start is Start.BY_POSITION
    assert beside.companion.isVisible()


def test_taking_it_away_brings_the_layout_back(beside: Beside) -> None:
    beside.view.set_layout(Layout.AXIAL)
    beside.place.show_similar(like(), "like.nii.gz", alike="2 of 4")
    beside.place.show_prior(like(), "then.nii.gz")

    beside.place.take_away(Companion.PRIOR)

    assert beside.place.role is None
    assert beside.view.layout is Layout.AXIAL
    assert not beside.companion.isVisible()


def test_the_window_is_matched_with_every_scan_that_is_put_there(beside: Beside) -> None:
    beside.place.show_similar(like(), "like.nii.gz", alike="2 of 4")
    beside.companion.link.unlink_window()

    beside.place.show_similar(like(), "like.nii.gz", alike="2 of 4")

    assert beside.companion.link.is_window_linked
    assert beside.companion.link.prior.window == beside.view.window


def test_its_heatmap_is_shown_with_that_of_the_scan_and_goes_with_it(beside: Beside) -> None:
    beside.place.show_similar(like(), "like.nii.gz", alike="2 of 4")
    beside.view.show_overlay(Overlay.HEATMAP)
    without = Overlay.HEATMAP in beside.companion.link.prior.overlays

    beside.companion.show_overlays((heatmap_overlay(likeness()),))
    with_it = Overlay.HEATMAP in beside.companion.link.prior.overlays
    beside.view.set_heatmap_opacity(0.25)
    opacity = beside.companion.link.prior.heatmap_opacity
    beside.place.take_away(Companion.SIMILAR)

    assert (without, with_it, opacity) == (False, True, 0.25)
    assert Overlay.HEATMAP not in beside.companion.link.prior.overlays


def test_what_speaks_against_comparing_stands_in_the_picture(beside: Beside) -> None:
    beside.place.show_prior(like(), "then.nii.gz")
    beside.companion.view.resize(400, 400)
    before = beside.companion.view.snapshot()

    beside.place.show_notices(like(), (Notice("other", "The prior may be of another patient."),))

    assert beside.companion.view.snapshot() != before


def test_the_place_follows_another_scan_of_the_window(beside: Beside) -> None:
    beside.place.show_similar(like(), "like.nii.gz", alike="2 of 4")

    beside.session.set_scan(scan("other.nii.gz"))

    assert np.isfinite(beside.companion.link.offset_mm)
    assert beside.companion.isVisible()
