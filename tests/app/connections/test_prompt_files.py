"""Prompt sets are saved and loaded from the prompt panel, and it is said how that went."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.connections.prompt_files import PromptFileConnection
from app.controllers.prompt_sets import PromptSets
from medct_core.inference.prompt import Prompt
from tests.app.small_window import EFFUSION, SmallWindow
from tests.app.stand_ins import NODULE

pytestmark = pytest.mark.gui


class Filing(SmallWindow):
    """A window whose prompts go to files and come from them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sets = PromptSets(self.prompts, self.loader.as_loader(), self.owner)
        self.connection = PromptFileConnection(self.window, self.prompts, self.sets)

    def press(self, text: str) -> None:
        """Press a button of the panel."""
        buttons = self.window.prompt_panel.findChildren(QPushButton)
        next(one for one in buttons if one.text() == text).click()

    def finish(self) -> None:
        """Let what was begun last be done."""
        self.loader.finish(len(self.loader.works))


@pytest.fixture
def filing(qtbot: QtBot) -> Filing:
    return Filing(qtbot)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Answer both dialogs with one file, and note what was proposed."""
    proposed: list[str] = []

    def answer(_parent: object, _title: str, place: str, _kinds: str) -> tuple[str, str]:
        proposed.append(place)
        return str(tmp_path / "mine.toml"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    return proposed


def test_a_set_is_saved_and_comes_back(filing: Filing, asked: list[str], tmp_path: Path) -> None:
    filing.prompts.set_own((NODULE, EFFUSION))
    filing.press("Save set…")
    filing.finish()
    saved = filing.status
    filing.prompts.set_own(())

    filing.press("Load set…")
    filing.finish()

    assert saved == "Saved mine.toml."
    assert filing.status == "2 prompts were loaded."
    assert filing.prompts.own == (NODULE, EFFUSION)
    assert asked == [str(Path.home() / "prompts.toml"), str(tmp_path)]
    assert filing.banner == ""


def test_one_prompt_is_counted_as_one(filing: Filing, asked: list[str]) -> None:
    filing.prompts.set_own((Prompt("Stent", ("A stent is present.",)),))
    filing.press("Save set…")
    filing.finish()

    filing.press("Load set…")
    filing.finish()

    assert filing.status == "1 prompt was loaded."


def test_without_prompts_nobody_is_asked_for_a_file(filing: Filing, asked: list[str]) -> None:
    filing.press("Save set…")

    assert asked == []
    assert "no prompts of your own" in filing.banner


def test_a_dialog_that_is_closed_does_nothing(
    filing: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_asked: ("", ""))
    filing.prompts.set_own((NODULE,))

    filing.press("Save set…")
    filing.press("Load set…")

    assert filing.loader.works == []


def test_a_file_that_holds_no_prompts_is_told_and_changes_nothing(
    filing: Filing, asked: list[str], tmp_path: Path
) -> None:
    filing.prompts.set_own((NODULE,))
    (tmp_path / "mine.toml").write_text("just words", encoding="utf-8")

    filing.press("Load set…")
    with pytest.raises(Exception) as wrong:  # noqa: PT011 - the pool would pass it on
        filing.finish()
    filing.loader.failed.emit(1, wrong.value)

    assert "mine.toml" in filing.banner
    assert filing.prompts.own == (NODULE,)
