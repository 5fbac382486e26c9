"""What every test may ask for."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# Timings are measured in benchmarks; a busy machine must not fail a law.
settings.register_profile("medct", deadline=None)
settings.load_profile("medct")

# Adapters that whoever runs the tests has installed change no number in them.
os.environ["MEDCT_ADAPTERS"] = str(Path(tempfile.gettempdir()) / "medct-tests-have-no-adapters")

_CHECKOUT = Path(__file__).resolve().parents[1]


def _shared_candidates() -> list[Path]:
    """Where the folder of real scans may lie, most explicit first."""
    named = os.environ.get("MEDCT_SHARED")
    if named:
        return [Path(named)]
    return [_CHECKOUT / "shared", _CHECKOUT.parent / "shared"]


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder of real scans and reference numbers; skips the test where it is absent."""
    candidates = _shared_candidates()
    for folder in candidates:
        if (folder / "data").is_dir():
            return folder
    names = " or ".join(str(folder) for folder in candidates)
    pytest.skip(f"the folder of real scans is not there: {names} (set MEDCT_SHARED)")
