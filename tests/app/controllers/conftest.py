"""A window with nothing in it, and two chests."""

from pathlib import Path

import pytest

from tests import small_chest
from tests.app.opening import Opening


@pytest.fixture
def opening(qapp: object) -> Opening:
    """Build a window with nothing in it."""
    return Opening()


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two chests."""
    folder = tmp_path_factory.mktemp("scans")
    return small_chest.write(folder / "a.nii.gz", 0), small_chest.write(folder / "b.nii.gz", 1)
