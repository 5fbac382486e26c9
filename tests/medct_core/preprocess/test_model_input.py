"""A model input cannot be changed by whoever holds it."""

import numpy as np
import pytest

from medct_core.preprocess.model_input import ModelInput


def test_the_values_become_read_only() -> None:
    values = np.zeros((1, 2, 2, 2), dtype=np.float32)

    model_input = ModelInput(values, recipe_id="r", affine=np.eye(4), volume_sha256="0")

    with pytest.raises(ValueError, match="read-only"):
        model_input.values[0, 0, 0, 0] = 1.0
