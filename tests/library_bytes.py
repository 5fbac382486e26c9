"""Looking into every file of a folder, and processes that write to a library."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_ADD = """
import sys
from medct_core.retrieval.library import CaseLibrary
from tests import library_samples

library = CaseLibrary.open(sys.argv[1])
print("open", flush=True)
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    library.add([library_samples.case(number)])
    print(number, flush=True)
"""


def files_holding(folder: Path, wanted: bytes) -> list[str]:
    """Name the files whose bytes hold what is wanted."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if wanted in path.read_bytes()]


def adding(folder: Path, first: int, end: int) -> subprocess.Popen[str]:
    """Start a process that adds the cases of a range one by one, and prints each number."""
    return subprocess.Popen(
        [sys.executable, "-c", _ADD, str(folder), str(first), str(end)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
