"""RetrievalCases: scans whose reports and findings are known, as a model sees both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class RetrievalCases:
    """What retrieval is measured on; one row a scan.

    Attributes
    ----------
    vectors
        ``(n, d)`` float32 of unit length, as the model gives them; n at least 1.
    reports
        Texts; empty where there is none.
    report_vectors
        ``(n, d)`` float32 of unit length; 0 where there is no report.
    labels
        ``(n, findings)`` bool: which findings are there.
    patients
        Equal ones are one patient; empty where unknown, and then a patient of its own.

    Raises
    ------
    ValueError
        If the rows do not match.
    """

    vectors: FloatArray
    reports: tuple[str, ...]
    report_vectors: FloatArray
    labels: BoolArray
    patients: tuple[str, ...]

    def __post_init__(self) -> None:
        rows = {len(self.vectors), len(self.reports), len(self.report_vectors)}
        rows |= {len(self.labels), len(self.patients)}
        if len(rows) > 1 or self.vectors.shape != self.report_vectors.shape:
            raise ValueError("every scan has one vector, one report, and one row of labels")
        if len(self.vectors) == 0:
            raise ValueError("retrieval is measured on at least one scan")

    def __len__(self) -> int:
        return len(self.reports)

    @property
    def groups(self) -> npt.NDArray[np.int64]:
        """``(n,)``: equal for scans of one patient, counted from 0."""
        names = [name or f"\0{row}" for row, name in enumerate(self.patients)]
        known = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return np.array([known[name] for name in names], dtype=np.int64)


def joined(rows: Sequence[RetrievalCases]) -> RetrievalCases:
    """Put cases of one model together.

    Raises
    ------
    ValueError
        If there are none.
    """
    if not rows:
        raise ValueError("retrieval is measured on at least one scan")
    return RetrievalCases(
        vectors=np.concatenate([one.vectors for one in rows]),
        reports=tuple(text for one in rows for text in one.reports),
        report_vectors=np.concatenate([one.report_vectors for one in rows]),
        labels=np.concatenate([one.labels for one in rows]),
        patients=tuple(name for one in rows for name in one.patients),
    )
