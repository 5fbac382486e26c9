"""A tiny model and two adapters of it on disk, away from the user's own folders."""

from pathlib import Path

import pytest

from medct_core.evaluation.scans.contenders import Contender, open_contenders
from medct_core.inference import cache
from medct_core.models import catalogue
from tests import adapter_samples, tiny_model


@pytest.fixture
def model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the tiny model."""
    monkeypatch.setenv(catalogue.FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "cache"))
    return tiny_model.write_model(tmp_path / "models" / "tiny", tiny_model.LOCAL)


@pytest.fixture
def contenders(model_folder: Path, tmp_path: Path) -> tuple[Contender, ...]:
    """Load it with an adapter that has a head."""
    folder = adapter_samples.write_adapter(model_folder, tmp_path / "site", has_head=True)
    return open_contenders(str(model_folder), [folder], device="cpu", on_progress=lambda _: None)
