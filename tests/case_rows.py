"""Cases for retrieval that need no scan and no model."""

import numpy as np
import numpy.typing as npt

from medct_core.evaluation.retrieval_cases import RetrievalCases
from medct_core.vocabulary import FINDINGS


def units(seed: int, rows: int, size: int = 8) -> npt.NDArray[np.float32]:
    """Draw ``(rows, size)`` vectors of unit length."""
    drawn = np.random.default_rng(seed).standard_normal((rows, size)).astype(np.float32)
    unit: npt.NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def rows(count: int, *, seed: int = 0, offset: float = 0.0) -> RetrievalCases:
    """Draw scans with reports that lie near them; `offset` is common to all scans."""
    vectors = units(seed, count) + np.float32(offset)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return RetrievalCases(
        vectors=vectors,
        reports=tuple(f"Report {row}." for row in range(count)),
        report_vectors=units(seed, count),
        labels=np.random.default_rng(seed).random((count, len(FINDINGS))) < 0.3,
        patients=tuple(f"P{row}" for row in range(count)),
    )
