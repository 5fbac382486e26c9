"""From the file of a run to an adapter in a folder."""

import json
import sys
from pathlib import Path

import pytest

from medct_core.cancel import CancelToken
from medct_core.errors import NoTextSideError, UsageError
from medct_core.inference.loading import open_engine
from medct_core.models.adapter_manifest import (
    LEARNED_FROM_FILE,
    read_adapter_manifest,
    read_learned_from,
)
from medct_core.training.adapt import train
from medct_core.training.adapt.run_file import read_run_file
from medct_core.training.adapt.train import Trained, train_adapter
from medct_core.training.tables.evaluated import Places, read_evaluated
from tests.lora_samples import write_run
from tests.tiny_image_model import write_image_model
from tests.two_processes import in_two


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the figures of the report, which take longer than all else."""
    monkeypatch.setattr(train, "write_report", lambda evaluation, folder, stem: (folder / stem,))


def _trained(file: Path, cautions: list[str] | None = None) -> Trained:
    told = [] if cautions is None else cautions
    trained = train_adapter(
        read_run_file(file),
        cancel=CancelToken(),
        on_stage=lambda words, share: None,
        on_caution=told.append,
    )
    assert trained is not None
    return trained


def test_a_run_ends_with_a_measured_adapter_that_loads(tiny: Path, tmp_path: Path) -> None:
    file, cautions = write_run(tmp_path, tiny), list[str]()

    trained = _trained(file, cautions)

    manifest = read_adapter_manifest(trained.adapter)
    assert manifest == trained.manifest
    assert manifest.name == "site"
    assert manifest.preset == "paper"
    assert manifest.findings == ("Emphysema", "Lung nodule")
    assert trained.without_positives == ("Lung nodule",)
    assert manifest.held_out is not None
    assert manifest.held_out.patients == 3
    assert "site" in trained.report.read_text(encoding="utf-8")
    assert open_engine(str(tiny), adapter=trained.adapter, device="cpu").stamp.adapter == "site"
    assert cautions[:2] == [
        "No scan of the training part has Lung nodule: what it looks like cannot be learned "
        "from labels.",
        "The test part has 3 patients only: too few to tell a better model from luck.",
    ]
    assert trained.evaluation.contest.cautions == tuple(cautions[1:])


@pytest.mark.usefixtures("undrawn")
def test_an_adapter_knows_the_scans_it_learned_from_but_not_whose_they_are(
    tiny: Path, tmp_path: Path
) -> None:
    trained = _trained(write_run(tmp_path, tiny))

    learned = read_learned_from(trained.adapter, trained.manifest)

    scans, _ = read_evaluated([tmp_path / "table.csv"], Places())
    known = [
        scan for scan, key in zip(scans[0].scans, scans[0].files, strict=True) if key in learned
    ]
    assert 0 < len(known) == len(learned) < len(scans[0])
    listed = (trained.adapter / LEARNED_FROM_FILE).read_text(encoding="utf-8")
    assert not any(scan in listed for scan in scans[0].scans)


@pytest.mark.slow
def test_two_processes_make_one_adapter_and_end_together(tiny: Path, tmp_path: Path) -> None:
    file = write_run(tmp_path, tiny)
    medct = (sys.executable, "-c", "from medct_core.commands.start import main; main()")

    train = (*medct, "train", "lora", "--config", str(file), "--json")
    done = in_two("--no-python", *train, patience_s=300)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metrics"]["held_out_patients"] == 3
    assert read_adapter_manifest(tmp_path / "run" / "adapter").name == "site"


@pytest.mark.usefixtures("undrawn")
def test_a_finished_run_gives_the_same_adapter_again(tiny: Path, tmp_path: Path) -> None:
    file = write_run(tmp_path, tiny)
    first = _trained(file)

    again = _trained(file)

    assert again.manifest == first.manifest


@pytest.mark.usefixtures("undrawn")
def test_augmented_scans_are_learned_from(tiny: Path, tmp_path: Path) -> None:
    file = write_run(tmp_path, tiny, name="turned")
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n[augmentation]\nrecipe = 'paper'\n", encoding="utf-8")

    trained = _trained(file)

    plain = _trained(write_run(tmp_path, tiny, name="turned", folder="plain"))
    assert trained.manifest.weights_sha256 != plain.manifest.weights_sha256


@pytest.mark.usefixtures("undrawn")
def test_other_scans_in_the_folder_of_a_run_are_refused(tiny: Path, tmp_path: Path) -> None:
    file = write_run(tmp_path, tiny)
    _trained(file)
    table = tmp_path / "table.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Report", "Words"), "utf-8")

    with pytest.raises(UsageError, match="of the data 'sha256'"):
        _trained(file)


def test_a_model_that_reads_no_text_is_refused(tmp_path: Path) -> None:
    model = write_image_model(tmp_path / "image-only")

    with pytest.raises(NoTextSideError, match="no text side"):
        _trained(write_run(tmp_path, model))


def test_a_folder_that_cannot_be_written_to_is_told_before_scans_are_prepared(
    tiny: Path, tmp_path: Path
) -> None:
    file = write_run(tmp_path, tiny)
    (tmp_path / "run").write_text("a file, no folder", encoding="utf-8")

    with pytest.raises(FileExistsError):
        _trained(file)

    assert not (tmp_path / "prepared").exists()
