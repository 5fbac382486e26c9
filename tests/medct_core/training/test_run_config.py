"""The settings of a run say what it was."""

import json
from pathlib import Path

from medct_core.training.run_config import RunConfig


def test_another_setting_is_another_run() -> None:
    assert RunConfig().id == RunConfig().id
    assert RunConfig(epochs=3.0).id != RunConfig().id


def test_saved_settings_build_the_same_run(tmp_path: Path) -> None:
    config = RunConfig(anatomies=12, seed=5)

    config.save(tmp_path / "run.json")

    assert RunConfig(**json.loads((tmp_path / "run.json").read_text())) == config
