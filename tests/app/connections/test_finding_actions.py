"""Keys about findings do what they say, in whatever dock stands in front."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.connections.finding_actions import FindingActions
from app.connections.findings import FindingsConnection, FindingStates
from app.connections.heatmap import HeatmapConnection
from app.state.case_record import Decision
from app.state.view import Overlay
from app.workers.questions import ExplainScore
from tests.app.small_window import SmallWindow

pytestmark = pytest.mark.gui


@pytest.fixture
def shown(qtbot: QtBot) -> SmallWindow:
    made = SmallWindow(qtbot)
    states = FindingStates(
        made.session, made.results, made.lists.reviews, made.view, made.prompts, made.states.similar
    )
    findings = FindingsConnection(made.window, states, made.ask, parent=made.owner)
    heatmap = HeatmapConnection(
        made.window,
        (made.session, made.results, made.view),
        made.ask,
        made.loader.as_loader(),
        parent=made.owner,
    )
    FindingActions(made.window, made.actions, findings, heatmap, parent=made.owner)
    made.open_scored()
    return made


def focused(shown: SmallWindow) -> str:
    widget = shown.window.focusWidget()
    return widget.accessibleName() if isinstance(widget, QLineEdit) else ""


@pytest.mark.parametrize(
    ("name", "field"), [("find_finding", "Search findings"), ("focus_prompt", "Prompt")]
)
def test_a_key_goes_to_a_field_behind_another_dock(
    shown: SmallWindow, name: str, field: str
) -> None:
    shown.window.show()
    shown.window.docks["findings"].hide()
    shown.window.show_dock("report")

    shown.actions[name].trigger()

    assert focused(shown) == field
    assert not shown.window.docks["findings"].visibleRegion().isEmpty()


def test_keys_decide_about_the_selected_finding(shown: SmallWindow) -> None:
    shown.window.findings_panel.select_finding("Pleural effusion")
    seen = []

    for name in ("accept_finding", "reject_finding", "reject_finding"):
        shown.actions[name].trigger()
        seen.append(shown.lists.reviews.of("Pleural effusion").decision)

    assert seen == [Decision.ACCEPTED, Decision.REJECTED, None]


def test_a_key_asks_for_the_map_and_two_change_it(shown: SmallWindow) -> None:
    before = shown.view.heatmap_opacity

    for name in ("heatmap", "heatmap_more", "heatmap_more", "heatmap_less"):
        shown.actions[name].trigger()

    assert shown.worker.newest(ExplainScore).prompt.name == "Lung nodule"
    assert Overlay.HEATMAP in shown.view.overlays
    assert shown.view.heatmap_opacity == pytest.approx(before + 0.1)


def test_the_keys_of_the_table_reach_them(shown: SmallWindow) -> None:
    keys = {
        name: [key.toString() for key in shown.actions[name].shortcuts()]
        for name in ("find_finding", "focus_prompt", "heatmap")
    }

    assert keys == {"find_finding": ["Ctrl+F"], "focus_prompt": ["P"], "heatmap": ["H"]}
    context = shown.actions["heatmap"].shortcutContext()
    assert context is Qt.ShortcutContext.WindowShortcut
