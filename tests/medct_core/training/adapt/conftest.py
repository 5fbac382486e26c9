"""A tiny model for every test of fitting."""

from pathlib import Path

import pytest

from tests.tiny_model import LOCAL, PAIR, write_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny model that is like CT-CLIP; it is only read."""
    return write_model(tmp_path_factory.mktemp("pair") / "tiny", PAIR)


@pytest.fixture(scope="session")
def tiny_local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny model that also scores by its strongest tokens."""
    return write_model(tmp_path_factory.mktemp("local") / "tiny", LOCAL)
