"""Rows of many cases that an index is built of: vectors of a falling spectrum, and a few facts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from medct_core.retrieval.lance_index import FILTER_COLUMNS, KEY_COLUMNS

FloatArray = npt.NDArray[np.float32]

TAGS = {"half": 0.5, "twentieth": 0.05, "rare": 0.005}
"""Tags, and the share of cases that have them."""

_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class ManyCases:
    """Cases of which only the vectors and some tags matter.

    Attributes
    ----------
    vectors
        ``(n, d)``, of unit length.
    luck
        ``(n,)`` in [0, 1): a case has the tags whose share is above it.
    """

    vectors: FloatArray
    luck: npt.NDArray[np.float64]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give all rows as the library would."""
        for first in range(0, len(self.vectors), _ROWS_AT_ONCE):
            yield self._batch(first, min(first + _ROWS_AT_ONCE, len(self.vectors)))

    def _batch(self, first: int, stop: int) -> pa.RecordBatch:
        count, size = stop - first, self.vectors.shape[1]
        texts = pa.list_(pa.string())
        empty = pa.array([[]] * count, type=texts)
        columns = {
            **dict.fromkeys(FILTER_COLUMNS, empty),
            **dict.fromkeys(KEY_COLUMNS, pa.array([""] * count)),
            "case_id": pa.array([name_of(row) for row in range(first, stop)]),
            "age_band": pa.array([""] * count),
            "sex": pa.array(["FM"[row % 2] for row in range(first, stop)]),
            "contrast": pa.array([None] * count, type=pa.bool_()),
            "tags": pa.array([tags_of(luck) for luck in self.luck[first:stop]], type=texts),
            "vector": pa.FixedSizeListArray.from_arrays(
                pa.array(self.vectors[first:stop].ravel()), size
            ),
        }
        return pa.RecordBatch.from_pydict(columns)


def name_of(row: int) -> str:
    """Name the case of a row, 32 characters as in the library."""
    return f"{row:032x}"


def tags_of(luck: float) -> list[str]:
    """Say which tags a case has."""
    return [tag for tag, share in TAGS.items() if luck < share]


def draw_cases(rng: np.random.Generator, count: int, variances: FloatArray) -> ManyCases:
    """Draw cases whose vectors have a covariance of these eigenvalues, around a common mean."""
    return ManyCases(draw_vectors(rng, count, variances), rng.random(count))


def draw_vectors(rng: np.random.Generator, count: int, variances: FloatArray) -> FloatArray:
    """Draw unit vectors, ``(count, d)``; the directions are the same for the same `variances`."""
    size = len(variances)
    turned = np.linalg.qr(np.random.default_rng(size).standard_normal((size, size)))[0]
    scales = np.sqrt(variances / variances.sum()).astype(np.float32)
    vectors = np.empty((count, size), dtype=np.float32)
    for first in range(0, count, _ROWS_AT_ONCE):
        part = vectors[first : first + _ROWS_AT_ONCE]
        rng.standard_normal(out=part, dtype=np.float32)
        part[:] = (part * scales) @ turned.astype(np.float32).T
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return vectors
