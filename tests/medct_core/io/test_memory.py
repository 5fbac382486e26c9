"""Memory is checked before it is taken."""

from types import SimpleNamespace

import pytest

from medct_core.errors import ScanRefusedError
from medct_core.io.memory import bytes_of, free_bytes, require_memory


def test_a_chest_scan_fits() -> None:
    require_memory((64, 64, 64), name="a")


def test_more_than_there_is_is_refused_with_both_numbers() -> None:
    with pytest.raises(ScanRefusedError, match=r"100000 x 100000 x 100000 .* 2000000\.0 GB"):
        require_memory((100_000, 100_000, 100_000), name="a.nii")


def test_a_voxel_takes_two_bytes() -> None:
    assert bytes_of((512, 512, 300)) == 512 * 512 * 300 * 2


def test_something_is_left_to_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    available = SimpleNamespace(available=10)
    monkeypatch.setattr("medct_core.io.memory.psutil.virtual_memory", lambda: available)

    assert free_bytes() == 0
