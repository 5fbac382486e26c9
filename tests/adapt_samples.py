"""Scans in memory that a tiny model learns from in a second, for tests and processes they start.

Run as a program it fits a tiny model: ``python -m tests.adapt_samples MODEL RUN CONFIG [STEP]``,
the settings as JSON; given a step, the process is killed before that step is kept.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from medct_core.cancel import CancelToken
from medct_core.models.bundle import load_model
from medct_core.training.adapt.adapted import Adapted
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.fit import fit
from medct_core.training.adapt.progress import FitProgress
from medct_core.training.cohort import Cohort, ScanViews

FINDINGS = ("Pleural effusion", "Lung nodule", "Emphysema")
SHAPE = (8, 16, 16)
QUICK = {"epochs": 2, "batch": 4, "rate": 5e-3, "device": "cpu"}
"""Settings of a run of a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    """Scans in memory, the same in every epoch; a `ScanViewer`."""

    cohort: Cohort
    values: npt.NDArray[np.float32]
    identity: str = "a" * 64

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give scans as they are."""
        reports = tuple(self.cohort.reports[row] for row in rows)
        return ScanViews(self.values[list(rows)], reports)


def viewer(count: int = 12, *, seed: int = 0, patients: int | None = None) -> Viewer:
    """Make scans in which each finding is a bright band in depth slots of its own."""
    rng = np.random.default_rng(seed)
    labels = rng.random((count, len(FINDINGS))) < 0.5
    values = rng.normal(0, 0.1, (count, 1, *SHAPE)).astype(np.float32)
    for finding in range(len(FINDINGS)):
        values[labels[:, finding], :, 2 * finding : 2 * finding + 2] += 0.8
    reports = tuple(
        " ".join(name for name, there in zip(FINDINGS, row, strict=True) if there) + " lung" * 2
        for row in labels
    )
    cohort = Cohort(
        scans=tuple(f"scan-{row}" for row in range(count)),
        patients=np.arange(count, dtype=np.int64) % (patients or count),
        findings=FINDINGS,
        labels=labels,
        reports=reports,
    )
    return Viewer(cohort, values)


def fitted(model: Path, run: Path, **settings: object) -> Adapted:
    """Fit the model of a folder to `viewer()`; settings as in `QUICK` where they are left out."""
    return fit(
        load_model(model),
        viewer(),
        AdaptConfig(**{**QUICK, **settings}),  # type: ignore[arg-type]
        run,
        cancel=CancelToken(),
        on_progress=lambda at: None,
    )


def main(model: str, run: str, settings: str, kill_at: str = "0") -> None:
    """Fit in this process, and end it as a power cut would where that is asked."""

    def watch(at: FitProgress) -> None:
        if at.step == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)

    torch.set_num_threads(1)
    fit(
        load_model(Path(model)),
        viewer(),
        AdaptConfig(**{**QUICK, **json.loads(settings)}),
        Path(run),
        cancel=CancelToken(),
        on_progress=watch,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
