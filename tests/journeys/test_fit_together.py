"""Processes that fit one model end together, whatever befalls one of them."""

import json
import os
import subprocess
import sys
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

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a tiny model; it is only read."""
    return write_model(tmp_path_factory.mktemp("base") / "tiny", PAIR)


def launched(*arguments: str, program: str = "tests.adapt_together") -> int:
    """Start two processes, and give how they ended; not at all is an error."""
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", program)
    done = subprocess.run(
        [sys.executable, *launcher, *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return done.returncode


def ends(model: Path, folder: Path, what: str) -> list[str]:
    """Let something befall one of two processes, and give how each ended."""
    assert launched(str(model), str(folder), what) == 0
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

    ended = launched(str(tiny), str(tmp_path), settings, "5", program="tests.adapt_samples")

    assert ended != 0
    assert step_of(tmp_path) == 4
