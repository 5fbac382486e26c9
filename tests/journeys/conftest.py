"""A display for the real program, and an environment of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.real_program import RealProgram

_SCREEN = "1600x1000x24"


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """Start a virtual display, and name it; skips where there is no Xvfb."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("the real program needs a virtual display: Xvfb is not installed")
    reading, writing = os.pipe()
    options = ["-displayfd", str(writing), "-screen", "0", _SCREEN, "-nolisten", "tcp"]
    running = subprocess.Popen(
        [server, *options],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    running.terminate()
    running.wait()


@pytest.fixture
def program(display: str, tmp_path: Path) -> RealProgram:
    """Give the real program, in a folder of its own."""
    return RealProgram(display, tmp_path)
