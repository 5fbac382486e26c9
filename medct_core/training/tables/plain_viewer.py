"""PlainViewer: the scans of a cohort as they were prepared, unchanged in every epoch."""

import hashlib
import json
from collections.abc import Sequence

from medct_core.training.cohort import Cohort, ScanViews
from medct_core.training.tables.tensor_cache import CachedScans


class PlainViewer:
    """Shows scans out of a cache of tensors; a `ScanViewer`.

    Parameters
    ----------
    cohort
        Labels and reports.
    scans
        Tensors of the same rows.
    """

    def __init__(self, cohort: Cohort, scans: CachedScans) -> None:
        if len(cohort) != len(scans):
            raise ValueError(f"{len(cohort)} rows cannot have {len(scans)} tensors")
        self._cohort = cohort
        self._scans = scans
        self._identity = _digest(cohort, scans)

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        return self._cohort

    @property
    def identity(self) -> str:
        """SHA-256 over voxels, labels, patients and texts."""
        return self._identity

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:  # noqa: ARG002 - as any viewer
        """Give scans as they are, whatever the epoch."""
        reports = tuple(self._cohort.reports[row] for row in rows)
        return ScanViews(self._scans.values(rows), reports)


def _digest(cohort: Cohort, scans: CachedScans) -> str:
    said = {
        "tensors": scans.sha256,
        "findings": cohort.findings,
        "labels": cohort.labels.tolist(),
        "patients": cohort.patients.tolist(),
        "reports": cohort.reports,
    }
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
