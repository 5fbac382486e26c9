"""Programs started as two processes that find each other, and how they end."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE_S = 120.0


def in_two(
    *program: str, folder: Path = ROOT, patience_s: float = PATIENCE_S
) -> subprocess.CompletedProcess[str]:
    """Start a program twice, as torchrun does, with one thread each.

    Parameters
    ----------
    program
        A Python file or ``-m`` and a module; after ``--no-python``, any program.
    folder
        Where it is started.
    patience_s
        How long both may take together.
    """
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    return subprocess.run(
        [sys.executable, *launcher, *program],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        timeout=patience_s,
    )
