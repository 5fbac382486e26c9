"""The menu of adapters offers what beats the model in use, and says why another is not offered."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction

from app.state.answers import ModelChoice, ModelFacts
from medct_core.models import adapter_store, catalogue
from medct_core.models.adapter_install import add_adapter
from medct_core.models.adapter_manifest import ADAPTER_FILE
from medct_core.models.adapter_size import bytes_in_words
from medct_core.models.adapter_store import NO_ADAPTER, InstalledAdapter, use_by_default
from medct_core.models.manifest import read_manifest
from tests import tiny_model
from tests.adapter_samples import BETTER, WORSE, write_adapter
from tests.app.case_windows import FLAT, Case
from tests.app.stand_ins import facts

pytestmark = pytest.mark.gui


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model; adapters go to a folder of the test."""
    monkeypatch.setenv(catalogue.FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv(adapter_store.FOLDER_VARIABLE, str(tmp_path / "adapters"))
    return tiny_model.write_model(tmp_path / "models" / "tiny")


@pytest.fixture
def loaded(model: Path) -> ModelFacts:
    """Facts of the tiny model."""
    plain = facts()
    sha256 = read_manifest(model).weights_sha256
    return replace(plain, stamp=replace(plain.stamp, checkpoint_sha256=sha256))


def _added(
    model: Path, tmp_path: Path, name: str, metrics: Mapping[str, float]
) -> InstalledAdapter:
    return add_adapter(write_adapter(model, tmp_path / name, metrics=metrics))


def _entries(case: Case) -> dict[str, QAction]:
    menu = case.shown.menus["choose_adapter"]
    menu.aboutToShow.emit()
    return {one.text(): one for one in menu.actions() if not one.isSeparator()}


def _chosen(case: Case) -> list[ModelChoice]:
    noted = list[ModelChoice]()
    case.shown.model_chosen.connect(noted.append)
    return noted


def test_without_a_model_only_a_folder_can_be_named(case: Case) -> None:
    case.results.set_model(None)

    assert {text: one.isEnabled() for text, one in _entries(case).items()} == {
        "No model is loaded": False,
        "Folder of an adapter…": True,
    }


def test_adapters_are_offered_with_size_and_gain_or_not_with_the_reason(
    case: Case, model: Path, loaded: ModelFacts, tmp_path: Path
) -> None:
    sizes = {
        name: bytes_in_words(_added(model, tmp_path, name, metrics).size_bytes)
        for name, metrics in (("better", BETTER), ("worse", WORSE), ("unknown", {}))
    }
    whole = bytes_in_words((model / "model.safetensors").stat().st_size)
    case.results.set_model(loaded)

    assert {text: one.isEnabled() for text, one in _entries(case).items()} == {
        f"For tiny, {whole}": False,
        "None, the model as it is": True,
        f"better, {sizes['better']}: +5.0 points of AUROC on 41 held-out patients": True,
        f"unknown, {sizes['unknown']}: not offered, never compared with the model on held-out "
        "patients": False,
        f"worse, {sizes['worse']}: not offered, AUROC 0.650, without it 0.700, on 41 held-out "
        "patients": False,
        "Folder of an adapter…": True,
    }


def test_the_adapter_in_use_is_marked_and_another_can_be_chosen(
    case: Case, model: Path, loaded: ModelFacts, tmp_path: Path
) -> None:
    one = _added(model, tmp_path, "one", BETTER)
    sha256 = one.manifest().weights_sha256
    adapted = replace(loaded, stamp=replace(loaded.stamp, adapter="one", adapter_sha256=sha256))
    chosen = _chosen(case)
    case.results.set_model(loaded)
    entry = next(text for text in _entries(case) if text.startswith("one, "))

    _entries(case)[entry].trigger()
    case.results.set_model(adapted)
    marked = [text for text, action in _entries(case).items() if action.isChecked()]
    _entries(case)["None, the model as it is"].trigger()

    assert marked == [entry]
    assert chosen == [ModelChoice(adapter=one.folder), ModelChoice()]


def test_none_is_said_where_silence_would_mean_the_default(
    case: Case, model: Path, loaded: ModelFacts, tmp_path: Path
) -> None:
    use_by_default(_added(model, tmp_path, "one", BETTER))
    case.shown.models.take_choice(replace(FLAT, model="tiny"))
    case.results.set_model(loaded)
    chosen = _chosen(case)

    _entries(case)["None, the model as it is"].trigger()

    assert chosen == [ModelChoice("tiny", NO_ADAPTER)]


def test_adapters_of_another_model_are_not_in_the_menu(
    case: Case, model: Path, loaded: ModelFacts, tmp_path: Path
) -> None:
    _added(model, tmp_path, "one", BETTER)
    stranger = replace(loaded, stamp=replace(loaded.stamp, checkpoint_sha256="9" * 64))
    case.results.set_model(stranger)

    assert list(_entries(case)) == ["For tiny", "None, the model as it is", "Folder of an adapter…"]


def test_a_damaged_adapter_is_named_and_hides_no_other(
    case: Case, model: Path, loaded: ModelFacts, tmp_path: Path
) -> None:
    damaged = _added(model, tmp_path, "a-broken", BETTER)
    (damaged.folder / ADAPTER_FILE).write_text("{}")
    _added(model, tmp_path, "whole", BETTER)
    (model / "model.safetensors").unlink()
    case.results.set_model(loaded)

    entries = _entries(case)

    assert not entries["a-broken, cannot be used"].isEnabled()
    assert "cannot be used" in entries["a-broken, cannot be used"].toolTip()
    assert any(text.startswith("whole, ") for text in entries)
