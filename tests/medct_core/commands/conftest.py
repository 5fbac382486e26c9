"""Commands run in this process, with models, cache and results in folders of the test."""

from pathlib import Path

import pytest

from medct_core.inference import cache
from medct_core.models import catalogue
from tests import tiny_model


@pytest.fixture
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model called `tiny`, and keep the user's own folders out of it."""
    folder = tmp_path / "models"
    monkeypatch.setenv(catalogue.FOLDER_VARIABLE, str(folder))
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "cache"))
    tiny_model.write_model(folder / "tiny", tiny_model.LOCAL)
    return folder
