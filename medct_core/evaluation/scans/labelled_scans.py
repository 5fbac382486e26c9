"""LabelledScans: one split of scans on disk, with what is known of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.multilabel.predictions import Bool, Whole
from medct_core.volume.volume import Volume

ReadScan = Callable[[int, CancelToken], Volume]
"""Takes a row and gives its scan."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A scan that is not measured, and why."""

    scan: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class LabelledScans:
    """Scans of one split; the voxels stay on disk.

    Attributes
    ----------
    name, sha256
        Of the table.
    findings
        What the labels stand for.
    scans
        Names.
    patients
        ``(n,)`` int64; two splits of one evaluation share the numbers.
    truth
        ``(n, findings)`` bool.
    reports
        Texts; empty where there is none.
    keys
        What changes when a scan changes: SHA-256 in hex.
    left_out
        Scans of the table that cannot be measured.
    read
        Gives the scan of a row.
    unknown
        ``(n,)`` bool: True where the table does not say whose scan it is.
    files
        What names the file of a scan as it is now; adapters keep those they learned from.
    """

    name: str
    sha256: str
    findings: tuple[str, ...]
    scans: tuple[str, ...]
    patients: Whole
    truth: Bool
    reports: tuple[str, ...]
    keys: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    read: ReadScan
    unknown: Bool
    files: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.scans)

    def without(self, refused: Mapping[int, str]) -> "LabelledScans":
        """Leave rows out, each with its reason.

        Raises
        ------
        UsageError
            If none is left.
        """
        rows = [row for row in range(len(self)) if row not in refused]
        if not rows:
            reasons = "; ".join(dict.fromkeys(refused.values()))
            raise UsageError(
                f"No scan of {self.name!r} can be measured: {reasons}",
                remedy="Look at the scans, or give another table.",
            )
        gone = tuple(LeftOut(self.scans[row], why) for row, why in refused.items())
        return replace(
            self,
            scans=tuple(self.scans[row] for row in rows),
            patients=self.patients[rows],
            truth=self.truth[rows],
            reports=tuple(self.reports[row] for row in rows),
            keys=tuple(self.keys[row] for row in rows),
            left_out=(*self.left_out, *gone),
            read=lambda row, cancel: self.read(rows[row], cancel),
            unknown=self.unknown[rows],
            files=tuple(self.files[row] for row in rows),
        )


def require_apart(test: LabelledScans, validation: LabelledScans) -> None:
    """Refuse to choose thresholds on patients that are tested.

    Raises
    ------
    UsageError
        If a patient is in both splits, or a scan of which one table does not say whose it is.
    """
    if (test.name, test.keys) == (validation.name, validation.keys):
        raise UsageError(
            f"The table {test.name!r} is given both to test on and to choose thresholds.",
            remedy="Give a validation table of other patients.",
        )
    patients = set(test.patients.tolist()) & set(validation.patients.tolist())
    scans = set(test.keys) & set(validation.keys)
    if patients or scans:
        both = f"{len(patients)} patients" if patients else f"{len(scans)} scans"
        raise UsageError(
            f"{both} are in {test.name!r} and in {validation.name!r}; thresholds "
            "would have seen them.",
            remedy="Give a validation table of other patients.",
        )
