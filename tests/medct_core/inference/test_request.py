"""Requests hold values only, so any thread may make them without loading torch."""

import subprocess
import sys


def test_requests_and_what_they_hold_load_no_torch() -> None:
    program = (
        "import sys, medct_core.inference.request, medct_core.inference.scores, "
        "medct_core.inference.prompt_sets, medct_core.inference.cache; "
        "sys.exit('torch' in sys.modules)"
    )

    finished = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)

    assert finished.returncode == 0
