"""medct-mini is made from nothing by one call, and the folder it makes can be used."""

from pathlib import Path

import pytest

from medct_core.errors import UsageError
from medct_core.findings.calibration import read_calibration
from medct_core.findings.reference import read_reference
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt_sets import default_prompts
from medct_core.models.bundle import load_model
from medct_core.models.manifest import CALIBRATION_FILE, CENTRING_FILE, REFERENCE_FILE
from medct_core.phantom.generate import PHANTOM_VERSION
from medct_core.retrieval.model_centring import read_model_centring
from medct_core.training.mini import MiniRun, mini_prompts, train_mini
from medct_core.training.run_config import RunConfig
from medct_core.vocabulary import FINDINGS

SHORT = RunConfig(anatomies=16, validation_scans=8, calibration_scans=40, epochs=0.3, text_steps=2)


def test_the_models_own_prompts_ask_for_every_finding_both_ways() -> None:
    prompts = mini_prompts()

    assert [prompt.name for prompt in prompts] == list(FINDINGS)
    assert all(len(p.present) == len(p.absent) > 1 for p in prompts)


def test_seeds_of_evaluation_train_nothing(tmp_path: Path) -> None:
    run = MiniRun(tmp_path / "work", tmp_path / "out", RunConfig(first_seed=5_000_000))

    with pytest.raises(UsageError, match="training"):
        train_mini(run, lambda _stage, _share: None)


@pytest.mark.slow
def test_a_short_run_makes_a_model_that_is_calibrated_for_phantoms(tmp_path: Path) -> None:
    stages: list[str] = []
    run = MiniRun(tmp_path / "work", tmp_path / "out", SHORT)

    manifest = train_mini(run, lambda stage, _share: stages.append(stage))

    engine = InferenceEngine(load_model(run.out))
    calibration = read_calibration(run.out / CALIBRATION_FILE)
    prompts = default_prompts(run.out, manifest)
    assert manifest.is_synthetic
    assert calibration.stamp == engine.stamp
    assert all(calibration.of(prompt) is not None for prompt in prompts)
    known = read_reference(run.out / REFERENCE_FILE)
    assert all(known.of(engine.stamp, prompt) is not None for prompt in prompts)
    assert read_model_centring(run.out / CENTRING_FILE).of(engine.stamp) is not None
    assert list(dict.fromkeys(stages)) == [
        "drawing training phantoms",
        "drawing validation phantoms",
        "learning wordings",
        "fitting",
        "drawing calibration phantoms",
        "calibrating",
    ]
    assert (run.work / f"trivial-baseline-{PHANTOM_VERSION}.npz").is_file()
