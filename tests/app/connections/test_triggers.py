"""Menu entries call what they were joined to, and nothing else."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.connections.triggers import connect_all

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    shown = QWidget()
    qtbot.addWidget(shown)
    return shown


@pytest.fixture
def actions(window: QWidget) -> dict[str, QAction]:
    return {name: QAction(name, window) for name in ("open", "invert", "quit")}


def test_every_entry_calls_its_own(actions: dict[str, QAction]) -> None:
    called: list[str] = []
    connect_all(
        actions, {"open": lambda: called.append("open"), "quit": lambda: called.append("quit")}
    )

    for name in ("quit", "open", "invert"):
        actions[name].trigger()

    assert called == ["quit", "open"]


def test_a_switch_calls_without_telling_whether_it_is_on(actions: dict[str, QAction]) -> None:
    called: list[tuple[object, ...]] = []
    actions["invert"].setCheckable(True)
    connect_all(actions, {"invert": lambda *told: called.append(told)})

    actions["invert"].trigger()
    actions["invert"].trigger()

    assert called == [(), ()]


def test_what_is_disabled_calls_nothing(actions: dict[str, QAction]) -> None:
    called: list[str] = []
    connect_all(actions, {"open": lambda: called.append("open")})

    actions["open"].setEnabled(False)
    actions["open"].trigger()

    assert called == []


def test_a_name_that_no_entry_has_is_a_mistake(actions: dict[str, QAction]) -> None:
    with pytest.raises(KeyError, match="invret"):
        connect_all(actions, {"invret": print})
