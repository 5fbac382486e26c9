"""Two menus are filled with what there is: windows of the header, and panels."""

from dataclasses import replace
from pathlib import Path

import pytest

from medct_core.io.study import HeaderWindow
from medct_core.volume.window import BONE, LUNG, Window
from tests.app.case_windows import Case

pytestmark = pytest.mark.gui


def header_windows(case: Case) -> list[str]:
    menu = case.shown.menus["header_windows"]
    menu.aboutToShow.emit()
    return [one.text() for one in menu.actions()]


def test_a_header_without_windows_says_so(case: Case, chests: tuple[Path, Path]) -> None:
    assert header_windows(case) == ["The header names none"]

    case.open(chests[0])

    assert header_windows(case) == ["The header names none"]
    assert not case.shown.menus["header_windows"].actions()[0].isEnabled()


def test_windows_of_the_header_are_named_with_their_numbers_and_taken(
    case: Case, chests: tuple[Path, Path]
) -> None:
    scan = case.open(chests[0])
    windows = (
        HeaderWindow(LUNG, "LUNG & AIR"),
        HeaderWindow(BONE, ""),
        HeaderWindow(Window(40.5, 400.0), "SOFT"),
    )
    case.session.set_scan(replace(scan, series=replace(scan.series, windows=windows)))

    assert header_windows(case) == [
        "LUNG && AIR W 1500 L -600",
        "W 1800 L 400",
        "SOFT W 400 L 40.5",
    ]
    case.shown.menus["header_windows"].actions()[1].trigger()

    assert case.view.window == BONE


def test_every_panel_is_shown_and_hidden_from_the_menu(case: Case) -> None:
    entries = {one.text(): one for one in case.shown.menus["panels"].actions()}

    assert {dock.windowTitle() for dock in case.window.docks.values()} < set(entries)
    entries["Study"].trigger()
    assert not case.window.docks["study"].isVisible()
    entries["Study"].trigger()
    assert case.window.docks["study"].isVisible()
