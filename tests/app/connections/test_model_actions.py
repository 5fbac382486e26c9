"""The menu Model says which model is loaded, and reports which one is wanted."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction

from app.connections.model_actions import model_choice
from app.settings import Settings
from app.state.answers import ModelChoice
from medct_core.models.catalogue import FOLDER_VARIABLE
from medct_core.models.manifest import MANIFEST_FILE
from tests import small_chest
from tests.app.case_windows import FLAT, Case, FileDialogs, Workplace
from tests.app.stand_ins import facts

pytestmark = pytest.mark.gui


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a model beside the one that comes with the program."""
    folder = tmp_path / "models" / "other"
    folder.mkdir(parents=True)
    (folder / MANIFEST_FILE).write_text("{}")
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder.parent))


@pytest.fixture
def wanted(case: Case) -> list[ModelChoice]:
    """Note which models are wanted."""
    noted = list[ModelChoice]()
    case.shown.model_chosen.connect(noted.append)
    return noted


def entries(case: Case) -> dict[str, QAction]:
    menu = case.shown.menus["choose_model"]
    menu.aboutToShow.emit()
    return {one.text(): one for one in menu.actions() if not one.isSeparator()}


def adapters(case: Case) -> dict[str, QAction]:
    menu = case.shown.menus["choose_adapter"]
    menu.aboutToShow.emit()
    return {one.text(): one for one in menu.actions() if not one.isSeparator()}


def test_every_installed_model_is_offered_and_the_loaded_one_is_marked(case: Case) -> None:
    case.results.set_model(facts("medct-mini"))

    assert {text: one.isChecked() for text, one in entries(case).items()} == {
        "medct-mini (bundled)": True,
        "other (installed)": False,
        "Folder of a model…": False,
    }


def test_another_model_is_taken_without_the_adapter_of_the_one_before(
    case: Case, wanted: list[ModelChoice]
) -> None:
    case.shown.models.take_choice(replace(FLAT, model="medct-mini", adapter="/a", device="cpu"))

    entries(case)["other (installed)"].trigger()

    assert wanted == [ModelChoice("other", None, "cpu")]


def test_a_folder_may_be_a_model_or_an_adapter(
    case: Case, wanted: list[ModelChoice], files: FileDialogs, tmp_path: Path
) -> None:
    files.answer = tmp_path / "mine"
    entries(case)["Folder of a model…"].trigger()
    files.answer = tmp_path / "trained"
    adapters(case)["Folder of an adapter…"].trigger()
    files.answer = None
    adapters(case)["Folder of an adapter…"].trigger()
    entries(case)["Folder of a model…"].trigger()

    mine, trained = str(tmp_path / "mine"), tmp_path / "trained"
    assert wanted == [ModelChoice(mine), ModelChoice(mine, trained)]


@pytest.mark.parametrize("is_loaded", [True, False])
def test_an_adapter_can_be_left_out_also_where_it_cannot_be_loaded(
    case: Case, wanted: list[ModelChoice], is_loaded: bool
) -> None:
    assert not case.shown.actions["no_adapter"].isEnabled()
    case.shown.models.take_choice(replace(FLAT, adapter="/trained"))
    plain = facts()
    adapted = replace(plain, stamp=replace(plain.stamp, adapter="a", adapter_sha256="1" * 64))
    case.results.set_model(adapted if is_loaded else None)

    case.trigger("no_adapter")
    case.results.set_model(plain)

    assert wanted == [ModelChoice()]
    assert not case.shown.actions["no_adapter"].isEnabled()


def test_a_model_that_could_not_be_loaded_is_asked_for_again(
    case: Case, wanted: list[ModelChoice]
) -> None:
    case.shown.models.take_choice(replace(FLAT, model="other", device="cpu"))

    case.shown.findings.model_wanted.emit()

    assert wanted == [ModelChoice("other", None, "cpu")]


def test_scoring_begins_when_it_is_asked_for(
    workplace: Workplace, chests: tuple[Path, Path]
) -> None:
    case = workplace.open_window(replace(FLAT, score_on_open=False))
    case.open(chests[0])
    case.settle()
    assert case.results.scored is None

    case.trigger("score")

    case.wait(lambda: case.results.scored is not None)


def test_a_scan_that_is_refused_is_scored_only_when_insisted(case: Case, tmp_path: Path) -> None:
    case.open(small_chest.write(tmp_path / "solid.nii.gz", lung_hu=50))
    case.trigger("score")
    case.settle()
    assert case.results.scored is None

    case.trigger("score_anyway")

    case.wait(lambda: case.results.scored is not None)
    assert case.results.scored is not None
    assert "This scan was scored by force." in [one.text for one in case.results.scored.notices]


@pytest.mark.parametrize(
    ("settings", "choice"),
    [
        (Settings(), ModelChoice()),
        (
            Settings(model="other", adapter="/a", device="cuda:1"),
            ModelChoice("other", Path("/a"), "cuda:1"),
        ),
    ],
)
def test_settings_name_the_model(settings: Settings, choice: ModelChoice) -> None:
    assert model_choice(settings) == choice
