"""A cohort out of tables: what a model learns of each scan but its voxels."""

from collections.abc import Sequence

import numpy as np

from medct_core.errors import UsageError
from medct_core.training.cohort import Cohort
from medct_core.training.tables.scan_table import ScanRow, ScanTable, TextOrder


def read_cohort(tables: Sequence[ScanTable], order: TextOrder) -> Cohort:
    """Put the usable rows of tables one after another.

    Patients are numbered as they first appear, across tables; a scan of nobody known is a patient
    of its own.

    Parameters
    ----------
    tables
        With the same findings, in any order; the first says in which they are given.
    order
        Which part of a report comes first.

    Raises
    ------
    UsageError
        If there is no scan or no finding, or the tables differ in their findings.
    """
    findings = _findings(tables)
    rows = [row for table in tables for row in table.rows]
    if not rows:
        names = ", ".join(repr(table.name) for table in tables)
        raise UsageError(
            f"There is no usable scan in {names}.",
            remedy="Look at 'medct data check', which says why.",
        )
    numbers: dict[str, int] = {}
    patients = [numbers.setdefault(row.group, len(numbers)) for row in rows]
    return Cohort(
        scans=tuple(row.scan for row in rows),
        patients=np.array(patients, dtype=np.int64),
        findings=findings,
        labels=np.array([_labels(one, table, findings) for table in tables for one in table.rows]),
        reports=tuple(row.text(order) for row in rows),
    )


def _findings(tables: Sequence[ScanTable]) -> tuple[str, ...]:
    findings = tables[0].findings if tables else ()
    for table in tables:
        if set(table.findings) != set(findings):
            apart = ", ".join(sorted(set(table.findings) ^ set(findings)))
            raise UsageError(
                f"{tables[0].name!r} and {table.name!r} do not have the same findings: {apart}.",
                remedy="Give every table a column for each of them.",
            )
    if not findings:
        raise UsageError(
            "The tables have no column for a finding.",
            remedy="Add one with 0 and 1, named as 'medct data check' names findings.",
        )
    return findings


def _labels(row: ScanRow, table: ScanTable, findings: tuple[str, ...]) -> list[bool]:
    return [row.labels[table.findings.index(name)] for name in findings]
