"""A mask is one volume."""

import pytest

from medct_core.errors import UnsupportedImageError
from medct_core.io.stored import require_one_volume


def test_several_volumes_are_refused_and_one_is_not() -> None:
    require_one_volume(1, name="mask.nii")

    with pytest.raises(UnsupportedImageError, match=r"mask.nii holds 3 volumes.*one volume"):
        require_one_volume(3, name="mask.nii")
