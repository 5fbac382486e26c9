"""Memory is checked before it is taken."""

import pytest

from medct_core.errors import ScanRefusedError
from medct_core.io.memory import require_memory


def test_a_chest_scan_fits() -> None:
    require_memory((64, 64, 64), name="a")


def test_more_than_there_is_is_refused_with_both_numbers() -> None:
    with pytest.raises(ScanRefusedError, match=r"100000 x 100000 x 100000 .* 2000000\.0 GB"):
        require_memory((100_000, 100_000, 100_000), name="a.nii")
