"""A chosen finding is gone to; its map lies over the pictures only when it was asked for."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.connections.heatmap import HeatmapConnection
from app.panels.finding_row import FindingRow
from app.state.answers import TypedAnswer
from app.state.view import Overlay
from app.viewer.render_grid import RenderGrid
from app.viewer.volume_view import VolumeView
from app.workers.questions import ExplainScore
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import Relevance
from tests.app.small_window import EFFUSION, SmallWindow
from tests.app.stand_ins import NODULE, facts, relevance

pytestmark = pytest.mark.gui


class Heat(SmallWindow):
    """A window that says where scores come from."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.connection = HeatmapConnection(
            self.window,
            (self.session, self.results, self.view),
            self.ask,
            self.loader.as_loader(),
            parent=self.owner,
        )
        self.panel = self.window.findings_panel

    def answer(self, prompt: Prompt = NODULE, hottest: tuple[int, int, int] = (2, 1, 1)) -> None:
        """Answer the newest question with a map that is strongest in one block."""
        number = self.worker.number_of(ExplainScore)
        self.worker.answered.emit(number, hot(prompt, hottest), ())

    @property
    def asked(self) -> list[str]:
        """Findings whose maps were asked for."""
        questions = self.worker.of(ExplainScore)
        return [one.prompt.name for one in questions if isinstance(one, ExplainScore)]

    @property
    def is_on(self) -> bool:
        """Whether the map lies over the pictures."""
        return Overlay.HEATMAP in self.view.overlays


def hot(prompt: Prompt, hottest: tuple[int, int, int]) -> Relevance:
    """Give a map of blocks of 10 mm from the origin on, one of them strong."""
    values = np.zeros((4, 3, 3), "f4")
    values[hottest] = 1.0
    affine = np.diag([10.0, 10.0, 10.0, 1.0])
    return replace(relevance(prompt), values=values, affine=affine)


@pytest.fixture
def heat(qtbot: QtBot) -> Heat:
    made = Heat(qtbot)
    made.open_scored()
    return made


def show_findings(heat: Heat) -> None:
    """Put the findings into the panel, as their connection does."""
    scored = heat.results.scored
    assert scored is not None
    heat.panel.show_findings(tuple(FindingRow(one) for one in scored.findings), "")


def test_a_chosen_finding_is_gone_to_without_its_map(heat: Heat) -> None:
    heat.panel.finding_chosen.emit("Lung nodule")
    heat.answer(hottest=(2, 1, 1))

    assert heat.asked == ["Lung nodule"]
    assert heat.view.crosshair_mm == pytest.approx((20, 10, 10), abs=0.1)
    assert not heat.is_on


def test_a_map_is_shown_where_it_was_asked_for_and_nothing_moves(heat: Heat) -> None:
    before = heat.view.crosshair_mm

    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer()

    assert heat.is_on
    assert heat.view.crosshair_mm == before
    assert len(heat.connection.display.overlays) == 1


def test_a_map_is_hidden_and_not_asked_for_again(heat: Heat) -> None:
    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer()

    heat.panel.heatmap_toggled.emit("Lung nodule", False)
    hidden = heat.is_on
    heat.panel.heatmap_toggled.emit("Lung nodule", True)

    assert not hidden
    assert heat.is_on
    assert heat.asked == ["Lung nodule"]


def test_a_map_that_is_there_is_gone_to_at_once(heat: Heat) -> None:
    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer(hottest=(2, 1, 1))

    heat.panel.finding_chosen.emit("Lung nodule")

    assert heat.view.crosshair_mm == pytest.approx((20, 10, 10), abs=0.1)
    assert heat.asked == ["Lung nodule"]


def test_a_finding_chosen_while_its_map_is_asked_for_is_gone_to(heat: Heat) -> None:
    heat.panel.finding_chosen.emit("Lung nodule")
    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer(hottest=(1, 2, 1))

    assert heat.is_on
    assert heat.view.crosshair_mm == pytest.approx((10, 20, 10), abs=0.1)


def test_the_map_of_another_finding_moves_nothing(heat: Heat) -> None:
    before = heat.view.crosshair_mm
    heat.panel.finding_chosen.emit("Lung nodule")

    heat.panel.heatmap_toggled.emit("Pleural effusion", True)
    heat.answer(EFFUSION)

    assert heat.view.crosshair_mm == before


def test_a_finding_that_was_gone_to_is_not_gone_to_again_by_itself(heat: Heat) -> None:
    heat.panel.finding_chosen.emit("Lung nodule")
    heat.answer()
    heat.view.set_crosshair((0.0, 0.0, 0.0))

    heat.panel.heatmap_toggled.emit("Pleural effusion", True)
    heat.answer(EFFUSION)
    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer()

    assert heat.view.crosshair_mm == (0.0, 0.0, 0.0)


def test_a_place_asked_for_in_one_scan_is_no_place_in_the_next(heat: Heat) -> None:
    heat.panel.finding_chosen.emit("Lung nodule")
    heat.open("b.nii.gz")
    heat.score()
    before = heat.view.crosshair_mm

    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer()

    assert heat.view.crosshair_mm == before


def test_another_scan_begins_without_colours(heat: Heat) -> None:
    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer()

    heat.open("b.nii.gz")

    assert not heat.is_on
    assert heat.connection.display.overlays == ()


def test_the_key_shows_the_map_of_the_selected_finding_and_hides_it(heat: Heat) -> None:
    show_findings(heat)
    heat.panel.select_finding("Pleural effusion")
    seen = []

    heat.connection.toggle()
    heat.answer(EFFUSION)
    for _ in range(3):
        seen.append(heat.is_on)
        heat.connection.toggle()

    assert seen == [True, False, True]
    assert heat.asked == ["Pleural effusion"]


def test_the_key_asks_anew_where_a_map_is_wanted_but_not_there(heat: Heat) -> None:
    show_findings(heat)
    heat.panel.select_finding("Lung nodule")
    heat.view.show_overlay(Overlay.HEATMAP)

    heat.connection.toggle()

    assert heat.is_on
    assert heat.asked == ["Lung nodule"]


def test_without_a_finding_the_key_shows_nothing(qtbot: QtBot) -> None:
    heat = Heat(qtbot)

    heat.connection.toggle()

    assert not heat.is_on
    assert heat.asked == []


def test_a_finding_that_nobody_scored_is_not_asked_about(heat: Heat) -> None:
    heat.panel.finding_chosen.emit("Pneumothorax")

    assert heat.asked == []


def test_it_is_shown_more_and_less_clearly_within_its_limits(heat: Heat) -> None:
    start = heat.view.heatmap_opacity

    heat.connection.change_opacity(1)
    more = heat.view.heatmap_opacity
    for _ in range(20):
        heat.connection.change_opacity(-1)
    least = heat.view.heatmap_opacity
    for _ in range(20):
        heat.connection.change_opacity(1)

    assert more == pytest.approx(start + 0.1)
    assert (least, heat.view.heatmap_opacity) == (0.0, 1.0)


def test_the_map_goes_to_3d_as_long_as_it_is_shown(
    heat: Heat, monkeypatch: pytest.MonkeyPatch
) -> None:
    grids: list[RenderGrid | None] = []
    opacities: list[float] = []

    def note(grid: RenderGrid | None, opacity: float) -> None:
        grids.append(grid)
        opacities.append(opacity)

    monkeypatch.setattr(heat.window.volume_view, "show_heatmap", note)
    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer()
    heat.loader.finish(len(heat.loader.works))
    shown = grids[-1]
    heat.view.set_heatmap_opacity(0.25)
    still = grids[-1]
    heat.view.hide_overlay(Overlay.HEATMAP)

    assert shown is not None
    assert still is shown
    assert grids[-1] is None
    assert opacities[-1] == 0.25


def test_a_map_that_came_before_3d_is_drawn_when_3d_comes(
    heat: Heat, monkeypatch: pytest.MonkeyPatch
) -> None:
    grids: list[RenderGrid | None] = []
    heat.panel.heatmap_toggled.emit("Lung nodule", True)
    heat.answer()
    heat.loader.finish(len(heat.loader.works))
    view = heat.window.volume_view
    monkeypatch.setattr(view, "show_heatmap", lambda grid, _opacity: grids.append(grid))
    view.shown_changed.emit()
    monkeypatch.setattr(VolumeView, "scan", property(lambda _view: "a scan"))

    view.shown_changed.emit()
    view.shown_changed.emit()

    assert grids == [heat.connection.display.grid]
    assert grids[0] is not None


def test_a_typed_prompt_is_gone_to_with_its_map(heat: Heat) -> None:
    own = Prompt("Azygos lobe", ("There is an azygos lobe.",))
    heat.results.set_typed(TypedAnswer(Finding(own, 0.4), None, facts()))

    heat.window.prompt_panel.place_requested.emit()
    heat.answer(own, hottest=(2, 1, 1))

    assert heat.asked == ["Azygos lobe"]
    assert heat.is_on
    assert heat.view.crosshair_mm == pytest.approx((20, 10, 10), abs=0.1)


def test_without_a_typed_answer_there_is_no_place_to_show(heat: Heat) -> None:
    heat.window.prompt_panel.place_requested.emit()

    assert heat.asked == []
    assert not heat.is_on
