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

_CHANGE = """
import sys
from medct_core.retrieval.library import CaseLibrary
from tests import library_samples

library = CaseLibrary.open(sys.argv[1])
print("open", flush=True)
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    library.add([library_samples.case(number)])
    print("added", number, flush=True)
    if number % 3 == 0:
        library.compact()
    if number % 4 == 0:
        print("removing", number, flush=True)
        library.remove([library_samples.case(number).case_id])
        print("removed", number, flush=True)
"""

_INDEX = """
import sys
from functools import partial
from medct_core.retrieval import library_index
from medct_core.retrieval.library import CaseLibrary
from tests import library_samples

if sys.argv[4] == "parted":
    library_index.build_index = partial(library_index.build_index, first=lambda *_: 0)
library = CaseLibrary.open(sys.argv[1])
print("open", flush=True)
for number in range(int(sys.argv[2]), int(sys.argv[3]), 10):
    library.add(library_samples.case(one) for one in range(number, number + 10))
    library_index.refresh_index(library, library_samples.STAMP)
    print("indexed", number, flush=True)
    library.remove([library_samples.case(number).case_id])
    library_index.compact_library(library, exact_cases=0)
    print("compacted", number, flush=True)
"""


def files_holding(folder: Path, wanted: bytes) -> list[str]:
    """Name the files whose bytes hold what is wanted."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if wanted in path.read_bytes()]


def adding(folder: Path, first: int, end: int) -> subprocess.Popen[str]:
    """Start a process that adds the cases of a range one by one, and prints each number."""
    return _running(_ADD, folder, first, end)


def changing(folder: Path, first: int, end: int) -> subprocess.Popen[str]:
    """Start a process that adds a range, joins files and removes every fourth, and tells so."""
    return _running(_CHANGE, folder, first, end)


def indexing(folder: Path, first: int, end: int, way: str) -> subprocess.Popen[str]:
    """Start a process that adds a range by tens, indexes, removes one and compacts after each.

    The `way` is "parted" to have LanceDB part the cases, or "compared" in memory.
    """
    return _running(_INDEX, folder, first, end, way)


def _running(
    program: str, folder: Path, first: int, end: int, *further: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder), str(first), str(end), *further],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
