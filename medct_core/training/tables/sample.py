"""A smaller table: whole patients, drawn so that every finding stays as frequent as it was."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.errors import UsageError
from medct_core.training.tables.scan_table import ScanRow, ScanTable

_CHOICE = 64
"""Patients, drawn at random, of whom the one that balances best is taken."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Drawn rows, in the order of their table.

    Attributes
    ----------
    rows
        All scans of every patient drawn.
    prevalence, prevalence_of_table
        Share of scans with each finding, here and among the usable rows of the table.
    """

    rows: tuple[ScanRow, ...]
    patients: int
    prevalence: dict[str, float]
    prevalence_of_table: dict[str, float]

    @property
    def largest_difference(self) -> float:
        """Give the greatest change of a prevalence, in [0, 1]; 0 without findings."""
        pairs = zip(self.prevalence.values(), self.prevalence_of_table.values(), strict=True)
        return max((abs(here - there) for here, there in pairs), default=0.0)


def sample_table(table: ScanTable, *, n: int, seed: int) -> Sample:
    """Draw `n` scans, patient by patient.

    One after another a patient is taken of `_CHOICE` drawn at random: the one that brings the
    share of every finding, and the scans a patient has, nearest to the table's; rare findings
    count as much as frequent ones. The same seed draws the same patients, whatever the order of
    the lines.

    Parameters
    ----------
    table
        Its excluded lines are never drawn.
    n
        Scans wanted. Fewer are given only where no patient left over has few enough scans.
    seed
        0 or more.

    Raises
    ------
    UsageError
        If the table has no or fewer usable scans, or every patient more than are wanted.
    """
    require_usable(table)
    if n > len(table.rows):
        raise UsageError(
            f"{table.name!r} has {len(table.rows)} usable scans, not {n}.",
            remedy="Ask for fewer.",
        )
    groups = Groups.of(table)
    every = np.arange(len(groups.names))
    drawn = groups.draw(every, n, np.random.default_rng(seed))
    if not len(drawn):
        raise UsageError(
            f"Every patient of {table.name!r} has at least {groups.scans.min()} scans, more than "
            f"{n}.",
            remedy="Ask for more.",
        )
    rows = groups.rows_of(drawn, table)
    return Sample(rows, len(drawn), prevalence(table, rows), prevalence(table, table.rows))


def require_usable(table: ScanTable) -> None:
    """Refuse a table of which no scan can be used.

    Raises
    ------
    UsageError
        If none can.
    """
    if not table.rows:
        raise UsageError(
            f"{table.name!r} has no usable scan.",
            remedy="Look at 'medct data check', which says why; --scans names another folder.",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Scans that must stay together: those of a patient, or one of nobody known.

    Attributes
    ----------
    names
        As `ScanRow.group`, sorted.
    scans
        ``(groups,)`` int64.
    positives
        ``(groups, findings)`` float64: scans of the group with each finding.
    """

    names: tuple[str, ...]
    scans: npt.NDArray[np.int64]
    positives: npt.NDArray[np.float64]

    @classmethod
    def of(cls, table: ScanTable) -> "Groups":
        """Group the usable rows of a table."""
        groups: dict[str, list[ScanRow]] = {}
        for row in table.rows:
            groups.setdefault(row.group, []).append(row)
        names = tuple(sorted(groups))
        scans = np.array([len(groups[name]) for name in names], dtype=np.int64)
        sums = [np.sum([row.labels for row in groups[name]], axis=0) for name in names]
        shape = (len(names), len(table.findings))
        return cls(names, scans, np.array(sums, dtype=np.float64).reshape(shape))

    def draw(
        self, places: npt.NDArray[np.int64], n: int, generator: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """Draw groups of `n` scans in all, or a few less, out of those at `places`."""
        drawn = _drawn(self.scans[places], self.positives[places], n, generator)
        return places[np.array(drawn, dtype=np.int64)]

    def rows_of(self, places: npt.NDArray[np.int64], table: ScanTable) -> tuple[ScanRow, ...]:
        """Give the rows of groups in the order of the table."""
        wanted = {self.names[place] for place in places}
        return tuple(row for row in table.rows if row.group in wanted)


def _drawn(
    scans: npt.NDArray[np.int64],
    positives: npt.NDArray[np.float64],
    n: int,
    generator: np.random.Generator,
) -> list[int]:
    """Give the places of groups of `scans`, ``(groups,)``, with `positives`, ``(groups, f)``."""
    share = positives.sum(axis=0) / scans.sum()
    # Of a finding that all or none have, no choice is better than another.
    weight = 1.0 / np.maximum(share * (1.0 - share), 1.0 / scans.sum())
    surplus = positives - scans[:, None] * share
    # Patients with one scan are easiest to balance: without this column they would be preferred.
    surplus = np.column_stack([surplus, scans - scans.mean()])
    weight = np.append(weight, 1.0 / max(scans.var(), 1.0))
    waiting = generator.permutation(len(scans))
    balance = np.zeros(len(weight))
    room, drawn = n, []
    while len(waiting := waiting[scans[waiting] <= room]):
        few = generator.choice(len(waiting), min(_CHOICE, len(waiting)), replace=False)
        cost = ((balance + surplus[waiting[few]]) ** 2 * weight).sum(axis=1)
        best = few[np.argmin(cost)]
        place = int(waiting[best])
        waiting = np.delete(waiting, best)
        balance += surplus[place]
        room -= int(scans[place])
        drawn.append(place)
    return drawn


def prevalence(table: ScanTable, rows: tuple[ScanRow, ...]) -> dict[str, float]:
    """Give the share of rows with each finding; 0 where there is no row."""
    count = max(len(rows), 1)
    return {
        name: sum(row.labels[number] for row in rows) / count
        for number, name in enumerate(table.findings)
    }
