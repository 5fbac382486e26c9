"""Processes that fit one model end together, whatever befalls one of them."""

import json
from pathlib import Path

import pytest
import torch

from medct_core.cancel import Cancelled, CancelToken
from medct_core.models.bundle import load_model
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.fit import fit
from medct_core.training.adapt.record import CHECKPOINT_FILE
from tests.adapt_samples import QUICK, viewer
from tests.tiny_model import PAIR, write_model
from tests.two_processes import in_two

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a tiny model; it is only read."""
    return write_model(tmp_path_factory.mktemp("base") / "tiny", PAIR)


def ends(model: Path, folder: Path, what: str) -> list[str]:
    """Let something befall one of two processes, and give how each ended."""
    done = in_two("-m", "tests.adapt_together", str(model), str(folder), what)
    assert done.returncode == 0, done.stderr
    return [(folder / f"{index}.txt").read_text(encoding="utf-8") for index in range(2)]


def step_of(run: Path) -> int:
    """Give how far the checkpoint of a run has come."""
    return int(torch.load(run / CHECKPOINT_FILE, weights_only=True)["step"])


def test_processes_that_see_other_scans_do_not_begin(tiny: Path, tmp_path: Path) -> None:
    told = ends(tiny, tmp_path, "other scans")

    assert all("do not see the same base, scans and settings" in one for one in told)
    assert not (tmp_path / "run" / CHECKPOINT_FILE).exists()


def test_a_checkpoint_that_only_one_machine_sees_is_not_gone_on_with(
    tiny: Path, tmp_path: Path
) -> None:
    cancel, kept = CancelToken(), tmp_path / "disk-0"
    config = AdaptConfig(**QUICK)  # type: ignore[arg-type]
    with pytest.raises(Cancelled):
        fit(
            load_model(tiny),
            viewer(),
            config,
            kept,
            cancel=cancel,
            on_progress=lambda at: cancel.cancel() if at.step == 2 else None,
        )

    told = ends(tiny, tmp_path, "own disks")

    assert all("do not see the same checkpoint" in one for one in told)
    assert step_of(kept) == 2


def test_a_scan_that_one_process_cannot_use_ends_both(tiny: Path, tmp_path: Path) -> None:
    told = ends(tiny, tmp_path, "broken scan")

    assert sorted(one.split(":")[0] for one in told) == ["ScanRefusedError", "UsageError"]
    assert all("scan-7 are no numbers" in one for one in told)


def test_a_stop_of_one_process_stops_both_at_one_step(tiny: Path, tmp_path: Path) -> None:
    told = ends(tiny, tmp_path, "stopped one")

    assert told == ["Cancelled: "] * 2
    assert step_of(tmp_path / "run") == 2


def test_two_processes_keep_what_a_kill_may_not_lose(tiny: Path, tmp_path: Path) -> None:
    settings = json.dumps({"checkpoint_minutes": 1e-9, "epochs": 1, "batch": 2})

    done = in_two("-m", "tests.adapt_samples", str(tiny), str(tmp_path), settings, "5")

    assert done.returncode != 0
    assert step_of(tmp_path) == 4
