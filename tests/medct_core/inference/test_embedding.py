"""An embedding has unit length and cannot be written to."""

import numpy as np
import pytest

from medct_core.inference.embedding import Embedding
from medct_core.models.stamp import ModelStamp

STAMP = ModelStamp("tiny", "0" * 64, "tiny-1", "float32")


def test_vector_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="unit length"):
        Embedding(np.array([1.0, 1.0], dtype=np.float32), STAMP, "0" * 64)


def test_arrays_are_read_only() -> None:
    embedding = Embedding(
        vector=np.array([0.6, 0.8], dtype=np.float32),
        stamp=STAMP,
        volume_sha256="0" * 64,
        codes=np.zeros((1, 1, 1), dtype=np.int16),
        local=np.zeros((1, 1, 1, 2), dtype=np.float16),
    )

    for array in (embedding.vector, embedding.codes, embedding.local):
        assert array is not None
        assert not array.flags.writeable
