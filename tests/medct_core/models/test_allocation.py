"""Freed memory goes back to the system although small blocks lie between the large ones."""

import subprocess
import sys

import pytest

from medct_core.models.allocation import return_large_blocks

PROGRAM = """
import sys
import numpy as np, psutil
from medct_core.models.allocation import return_large_blocks

if sys.argv[1] == "returned":
    assert return_large_blocks()
# Once a large block has come and gone, the C library keeps others of its size.
del (first := [np.ones(30 * 2**20, np.uint8)])[:]
before = psutil.Process().memory_info().rss
large, small = [], []
for _ in range(10):
    large.append(np.ones(24 * 2**20, np.uint8))
    small.append(np.ones(2**16, np.uint8))
large.clear()
print((psutil.Process().memory_info().rss - before) / 2**20)
"""


def held_mib(way: str) -> float:
    """Measure what a process holds after it has freed 240 MiB, beyond what it held before."""
    command = [sys.executable, "-c", PROGRAM, way]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(run.stdout)


def test_what_was_freed_is_returned() -> None:
    if not sys.platform.startswith("linux") or not return_large_blocks():
        pytest.skip("this system's C library has no such option")

    returned, kept = held_mib("returned"), held_mib("kept")

    assert returned < 30
    assert returned < kept
