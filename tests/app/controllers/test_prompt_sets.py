"""A set of prompts is saved and comes back, and a wrong file changes nothing."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.prompt_sets import NO_PROMPTS_YET, PromptSets, read_set, write_set
from app.state.answers import Problem
from app.state.prompt_list import PromptList
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import CancelToken
from medct_core.inference.prompt import Prompt
from tests.app.stand_ins import PATIENCE_MS, FakeLoader

pytestmark = pytest.mark.gui

AZYGOS = Prompt("Azygos lobe", ("There is an azygos lobe.",), ("There is no azygos lobe.",))
STENT = Prompt("Stent", ('A "stent" is present.',))


class Window:
    """Prompts of one window and what was told about their files."""

    def __init__(self, loader: LoaderPool) -> None:
        self.prompts = PromptList()
        self.sets = PromptSets(self.prompts, loader)
        self.saved: list[Path] = []
        self.problems: list[Problem] = []
        self.sets.saved.connect(self.saved.append)
        self.sets.failed.connect(self.problems.append)


def test_a_set_that_was_saved_is_loaded_in_another_window(qtbot: QtBot, tmp_path: Path) -> None:
    loader = LoaderPool()
    one, other = Window(loader), Window(loader)
    one.prompts.set_own((AZYGOS, STENT))

    with qtbot.waitSignal(one.sets.saved, timeout=PATIENCE_MS):
        one.sets.save(tmp_path / "mine")
    with qtbot.waitSignal(other.sets.loaded, timeout=PATIENCE_MS):
        other.sets.load(tmp_path / "mine.toml")
    loader.stop()

    assert one.saved == [tmp_path / "mine.toml"]
    assert other.prompts.own == (AZYGOS, STENT)
    assert other.saved == []


def test_a_loaded_prompt_takes_the_place_of_one_of_its_name(qapp: object, tmp_path: Path) -> None:
    loader = FakeLoader()
    window = Window(loader.as_loader())
    window.prompts.set_own((AZYGOS, STENT))
    window.sets.save(tmp_path / "set.toml")
    loader.finish(1)
    window.prompts.set_own((Prompt("azygos lobe", ("Other words.",)), Prompt("Rib", ("A rib.",))))

    window.sets.load(tmp_path / "set.toml")
    loader.finish(2)

    assert [one.name for one in window.prompts.own] == ["Azygos lobe", "Rib", "Stent"]


def test_a_finding_of_the_list_keeps_its_spelling(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    write_set((Prompt("lung  NODULE", ("A nodule.",)), STENT), path, CancelToken(), print)

    loaded = read_set(path, CancelToken(), print)

    assert [one.name for one in loaded] == ["Lung nodule", "Stent"]


def test_an_empty_set_is_not_saved(qapp: object, tmp_path: Path) -> None:
    window = Window(FakeLoader().as_loader())

    window.sets.save(tmp_path / "set.toml")

    assert window.problems == [NO_PROMPTS_YET]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be opened"),
        ("no table", "cannot be read"),
        ('[[prompt]]\nname = "Effusion"\npresent = ["No effusion is seen."]\n', "Effusion"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(
    qtbot: QtBot, tmp_path: Path, content: str | None, said: str
) -> None:
    loader = LoaderPool()
    window = Window(loader)
    window.prompts.set_own((AZYGOS,))
    path = tmp_path / "set.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with qtbot.waitSignal(window.sets.failed, timeout=PATIENCE_MS):
        window.sets.load(path)
    loader.stop()

    (problem,) = window.problems
    assert said in problem.summary
    assert problem.remedy
    assert window.prompts.own == (AZYGOS,)


def test_a_folder_that_cannot_be_written_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    loader = LoaderPool()
    window = Window(loader)
    window.prompts.set_own((AZYGOS,))

    with qtbot.waitSignal(window.sets.failed, timeout=PATIENCE_MS):
        window.sets.save(tmp_path / "nowhere" / "set.toml")
    loader.stop()

    assert "cannot be written" in window.problems[0].summary


def test_answers_of_other_work_are_ignored(qapp: object, tmp_path: Path) -> None:
    loader = FakeLoader()
    window = Window(loader.as_loader())
    window.sets.load(tmp_path / "set.toml")

    loader.done.emit(7, (STENT,))
    loader.cancelled.emit(1)
    loader.done.emit(1, (STENT,))

    assert window.prompts.own == ()
