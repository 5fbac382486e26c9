"""Parts of a table for training, validation and test: no patient in two, findings as frequent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medct_core.errors import UsageError
from medct_core.training.tables.sample import Groups, prevalence, require_usable
from medct_core.training.tables.scan_table import ScanRow, ScanTable

PARTS = ("train", "validation", "test")
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a table.

    Attributes
    ----------
    name
        One of `PARTS`.
    rows
        All scans of its patients, in the order of the table.
    prevalence
        Share of its scans with each finding.
    without
        Findings that no scan of it has; no metric is defined for them there.
    """

    name: str
    rows: tuple[ScanRow, ...]
    patients: int
    prevalence: dict[str, float]
    without: tuple[str, ...]


def split_table(table: ScanTable, shares: Sequence[float], *, seed: int) -> tuple[Part, ...]:
    """Split the usable rows of a table, patient by patient.

    Test and validation are drawn as `sample_table` draws, one after the other; training is what
    is left. The same seed gives the same parts, whatever the order of the lines.

    Parameters
    ----------
    table
        Its excluded lines are in no part.
    shares
        Of the scans, for training, validation and test. A part with the share 0 is left out.
    seed
        0 or more.

    Raises
    ------
    UsageError
        If the shares do not add up to one, or a part would be empty.
    """
    _require_shares(shares)
    require_usable(table)
    groups = Groups.of(table)
    generator = np.random.default_rng(seed)
    left = np.arange(len(groups.names))
    parts: list[Part] = []
    for name, share in list(zip(PARTS, shares, strict=True))[:0:-1]:
        drawn = groups.draw(left, round(share * len(table.rows)), generator)
        left = np.setdiff1d(left, drawn, assume_unique=True)
        if share:
            parts.append(_part(name, groups.rows_of(drawn, table), table))
    parts.append(_part(PARTS[0], groups.rows_of(left, table), table))
    return tuple(parts[::-1])


def _part(name: str, rows: tuple[ScanRow, ...], table: ScanTable) -> Part:
    if not rows:
        raise UsageError(
            f"The {name} part of {table.name!r} would hold no scan.",
            remedy="Give it a larger share, or a table with more patients.",
        )
    found = prevalence(table, rows)
    without = tuple(finding for finding, share in found.items() if share == 0.0)
    return Part(name, rows, len({row.group for row in rows}), found, without)


def _require_shares(shares: Sequence[float]) -> None:
    if len(shares) != len(PARTS) or min(shares) < 0 or abs(sum(shares) - 1.0) > _ROUNDING:
        raise UsageError(
            f"The shares {', '.join(f'{share:g}' for share in shares)} are no three parts of one.",
            remedy="Give three that add up to 1, such as --shares 0.8 0.1 0.1.",
        )
