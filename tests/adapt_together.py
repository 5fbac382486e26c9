"""Two processes that fit one model, of which something befalls one: for tests that start them.

``torchrun -m tests.adapt_together MODEL FOLDER WHAT`` writes how each process ended into FOLDER.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from medct_core.cancel import CancelToken
from medct_core.models.bundle import load_model
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.fit import fit
from medct_core.training.adapt.processes import join_processes
from medct_core.training.adapt.progress import FitProgress
from tests.adapt_samples import QUICK, viewer

BROKEN_SCAN = 7


def main(model: str, folder: str, what: str) -> None:
    """Fit in this process and say how that ended."""
    torch.set_num_threads(1)
    here = join_processes("cpu")
    seen, run, cancel = viewer(), Path(folder) / "run", CancelToken()
    if what == "other scans":
        seen = replace(seen, identity=str(here.index) * 64)
    if what == "broken scan":
        seen.values[BROKEN_SCAN] = np.nan
    if what == "own disks":
        run = Path(folder) / f"disk-{here.index}"

    def watch(at: FitProgress) -> None:
        if what == "stopped one" and here.index == 1 and at.step == 2:
            cancel.cancel()

    config = AdaptConfig(**QUICK)  # type: ignore[arg-type]
    ended = "finished"
    try:
        fit(load_model(Path(model)), seen, config, run, cancel=cancel, on_progress=watch)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        ended = f"{type(error).__name__}: {error}"
    (Path(folder) / f"{here.index}.txt").write_text(ended, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
