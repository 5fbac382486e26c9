"""Tests of app.workers.first_imports: threads that begin to import at the same time."""

import subprocess
import sys

# Each thread enters the packages elsewhere, as looking at files and loading a model do.
_PROGRAM = """
import threading
from importlib import import_module
from app.workers.first_imports import import_circular

failed = []
start = threading.Barrier(4)

def enter(name):
    start.wait()
    try:
        import_circular()
        import_module(name)
    except Exception as error:
        failed.append(f"{name}: {error}")

names = ("pydicom", "pydicom.dataset", "pydicom.pixels.utils", "nibabel.spatialimages")
threads = [threading.Thread(target=enter, args=(name,)) for name in names]
[one.start() for one in threads]
[one.join() for one in threads]
print(failed)
"""


def test_threads_that_enter_a_circle_of_imports_at_different_modules_all_get_through() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"
    assert not said.stderr


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    program = (
        "import sys, app.workers.first_imports\n"
        "print([one for one in ('pydicom', 'nibabel') if one in sys.modules])"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"
