"""A run learns, stops whole, goes on to the same bits, and says what it cannot learn from."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import OutOfMemoryError, ScanRefusedError, UsageError
from medct_core.models.bundle import load_model
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.curves import CSV_FILE, PNG_FILE
from medct_core.training.adapt.fit import fit
from medct_core.training.adapt.objective import Objective
from medct_core.training.adapt.progress import FitProgress
from medct_core.training.adapt.record import CHECKPOINT_FILE, load_checkpoint
from tests.adapt_samples import QUICK, Viewer, fitted, viewer
from tests.two_processes import in_two

ROOT = Path(__file__).resolve().parents[4]


def _ignore(_at: FitProgress) -> None:
    """Take progress and show it to nobody."""


def _fit(model: Path, seen: Viewer, run: Path, **settings: Any) -> None:  # noqa: ANN401
    config = AdaptConfig(**{**QUICK, **settings})
    fit(load_model(model), seen, config, run, cancel=CancelToken(), on_progress=_ignore)


def _state(run: Path) -> dict[str, Any]:
    state = load_checkpoint(run)
    assert state is not None
    return {name: state[name] for name in ("step", "trained", "optimizer", "losses")}


def _same(one: object, other: object) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other


@pytest.mark.parametrize(
    "settings",
    [
        {"head": "paper", "rate": 0.05},
        {"head": "prompt"},
        {"head": "both", "loss": "sum", "contrast": "siglip"},
        {"tune": "full", "head": "prompt", "bf16": True},
        {"tune": "head", "rate": 0.1},
    ],
)
def test_what_is_fitted_tells_findings_apart_better(
    tiny_local: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    made = fitted(tiny_local, tmp_path / "run", epochs=12, **settings)

    assert made.losses[-1] < made.losses[0] - 0.01
    assert not made.network.training
    assert not any(p.requires_grad for p in made.network.parameters())


def test_a_run_tells_where_it_stands_and_leaves_its_curves(tiny: Path, tmp_path: Path) -> None:
    told: list[FitProgress] = []

    fit(
        load_model(tiny),
        viewer(),
        AdaptConfig(**QUICK),  # type: ignore[arg-type]
        tmp_path,
        cancel=CancelToken(),
        on_progress=told.append,
    )

    assert [at.fraction for at in told] == pytest.approx(np.arange(1, 7) / 6)
    assert [at.epoch for at in told] == [1, 1, 1, 2, 2, 2]
    assert (tmp_path / PNG_FILE).is_file()
    assert len((tmp_path / CSV_FILE).read_text(encoding="utf-8").splitlines()) == 7


def test_accumulated_batches_are_one_step(tiny: Path, tmp_path: Path) -> None:
    plain = {"vision_dropout": 0.0, "head_dropout": 0.0, "epochs": 1}

    _fit(tiny, viewer(), tmp_path / "whole", batch=4, **plain)
    _fit(tiny, viewer(), tmp_path / "parts", batch=2, accumulation=2, **plain)

    whole, parts = (_state(tmp_path / name)["trained"] for name in ("whole", "parts"))
    torch.testing.assert_close(whole, parts, atol=1e-5, rtol=1e-4)


def test_a_stopped_run_goes_on_to_the_same_bits(tiny: Path, tmp_path: Path) -> None:
    cancel, config = CancelToken(), AdaptConfig(**QUICK, head="both")  # type: ignore[arg-type]

    def stop_at_four(at: FitProgress) -> None:
        if at.step == 4:
            cancel.cancel()

    with pytest.raises(Cancelled):
        fit(
            load_model(tiny),
            viewer(),
            config,
            tmp_path / "stopped",
            cancel=cancel,
            on_progress=stop_at_four,
        )
    assert _state(tmp_path / "stopped")["step"] == 4

    for name in ("stopped", "straight"):
        _fit(tiny, viewer(), tmp_path / name, head="both")

    assert _same(_state(tmp_path / "stopped"), _state(tmp_path / "straight"))


def test_how_many_threads_read_changes_nothing(tiny: Path, tmp_path: Path) -> None:
    for readers in (1, 3):
        _fit(tiny, viewer(), tmp_path / str(readers), head="both", readers=readers)

    assert _same(_state(tmp_path / "1"), _state(tmp_path / "3"))


def test_a_step_that_does_not_fit_into_memory_says_what_to_set(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    monkeypatch.setattr(Objective, "costs", run_out)

    with pytest.raises(
        OutOfMemoryError,
        match=r"another run, in a folder of its own, with 'batch' in \[run\] smaller",
    ):
        _fit(tiny, viewer(), tmp_path)


def test_another_seed_gives_other_weights(tiny: Path, tmp_path: Path) -> None:
    _fit(tiny, viewer(), tmp_path / "one", seed=1)
    _fit(tiny, viewer(), tmp_path / "two", seed=2)

    assert not _same(_state(tmp_path / "one")["trained"], _state(tmp_path / "two")["trained"])


def test_a_finished_run_is_opened_without_a_step(tiny: Path, tmp_path: Path) -> None:
    first = fitted(tiny, tmp_path)
    before = (tmp_path / CHECKPOINT_FILE).stat().st_mtime_ns

    again = fitted(tiny, tmp_path)

    values = viewer().values
    for one, other in zip(
        again.prompt_and_head_logits(values), first.prompt_and_head_logits(values), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert (tmp_path / CHECKPOINT_FILE).stat().st_mtime_ns == before
    assert again.losses == first.losses


def _with_value(seen: Viewer, row: int, value: float) -> Viewer:
    values = seen.values.copy()
    values[row, 0, 3, 3, 3] = value
    return replace(seen, values=values)


def test_a_scan_that_is_no_numbers_is_named(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ScanRefusedError, match=r"scan-7 are no numbers"):
        _fit(tiny, _with_value(viewer(), 7, np.nan), tmp_path)


def test_a_loss_that_is_no_number_names_its_scans_and_keeps_the_last_checkpoint(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    cancel = CancelToken()

    def spoil_from_the_second_epoch(at: FitProgress) -> None:
        if at.step == 3:
            monkeypatch.setattr(
                torch.nn.functional,
                "binary_cross_entropy_with_logits",
                lambda logits, labels, reduction: (logits + labels) * torch.nan,
            )

    with pytest.raises(UsageError, match=r"step 4, on scan-\d+, scan-\d+"):
        fit(
            load_model(tiny),
            viewer(),
            AdaptConfig(**QUICK),  # type: ignore[arg-type]
            run,
            cancel=cancel,
            on_progress=spoil_from_the_second_epoch,
        )

    state = _state(run)
    assert state["step"] == 3
    assert all(torch.isfinite(tensor).all() for tensor in state["trained"].values())


def test_without_scans_or_reports_there_is_nothing_to_learn_from(
    tiny: Path, tmp_path: Path
) -> None:
    seen = viewer()
    silent = replace(seen.cohort, reports=("",) * len(seen.cohort))
    nobody = replace(
        seen.cohort, scans=(), patients=np.array([], np.int64), labels=np.zeros((0, 3), bool)
    )

    with pytest.raises(UsageError, match="no scan of the table has a report"):
        _fit(tiny, replace(seen, cohort=silent), tmp_path / "a", loss="contrast", head="prompt")
    with pytest.raises(UsageError, match="no scan to learn from"):
        _fit(tiny, replace(seen, cohort=nobody), tmp_path / "b")


def _program(*arguments: str) -> int:
    command = [sys.executable, "-m", "tests.adapt_samples", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)
    return done.returncode


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Compute as the processes do that a test starts: sums in another order have other bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_a_killed_run_goes_on_to_the_same_bits(tiny: Path, tmp_path: Path) -> None:
    # Saved after every step; killed before the fifth is kept.
    killed, straight = tmp_path / "killed", tmp_path / "straight"
    settings = {"head": "both", "loss": "sum", "checkpoint_minutes": 1e-9}

    ended = _program(str(tiny), str(killed), json.dumps(settings), "5")
    assert ended == -signal.SIGKILL
    assert _state(killed)["step"] == 4
    for run in (killed, straight):
        _fit(tiny, viewer(), run, **settings)

    assert _same(_state(killed), _state(straight))


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(
    "settings",
    [
        {"head": "both", "loss": "sum", "contrast": "siglip", "batch": 5},
        {"tune": "full", "head": "prompt", "loss": "contrast", "batch": 5},
    ],
)
def test_two_processes_learn_what_one_does(
    tiny: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    device = "cpu" if torch.accelerator.is_available() else "auto"
    same_draws = {
        **settings,
        "device": device,
        "vision_dropout": 0.0,
        "head_dropout": 0.0,
        "rate": 1e-3,
    }
    program = ("-m", "tests.adapt_samples", str(tiny), str(tmp_path / "two"))

    done = in_two(*program, json.dumps(same_draws))
    assert done.returncode == 0, done.stderr
    _fit(tiny, viewer(), tmp_path / "one", **same_draws)

    # Only rounding differs: every loss and length of the gradient agrees to 1e-4.
    two, one = _state(tmp_path / "two"), _state(tmp_path / "one")
    torch.testing.assert_close(two["losses"], one["losses"], atol=1e-4, rtol=1e-4)
    if settings.get("tune") != "full":
        # Of all weights some have a gradient of zero, whose rounding AdamW makes a whole step.
        torch.testing.assert_close(two["trained"], one["trained"], atol=1e-4, rtol=1e-3)
