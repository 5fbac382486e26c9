"""A smaller table: whole patients, drawn so that every finding stays as frequent as it was."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.errors import UsageError
from medct_core.inference.safe_write import replacing
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
        If the table has fewer usable scans, or every patient more than are wanted.
    """
    if n > len(table.rows):
        raise UsageError(
            f"{table.name!r} has {len(table.rows)} usable scans, not {n}.",
            remedy="Ask for fewer.",
        )
    groups: dict[str, list[ScanRow]] = {}
    for row in table.rows:
        groups.setdefault(row.group, []).append(row)
    names = sorted(groups)
    scans = np.array([len(groups[name]) for name in names], dtype=np.int64)
    shape = (len(names), len(table.findings))
    sums = [[row.labels for row in groups[name]] for name in names]
    positives = np.array([np.sum(one, axis=0) for one in sums], dtype=np.float64).reshape(shape)
    drawn = {names[place] for place in _drawn(scans, positives, n, np.random.default_rng(seed))}
    if not drawn:
        raise UsageError(
            f"Every patient of {table.name!r} has at least {scans.min()} scans, more than {n}.",
            remedy="Ask for more.",
        )
    rows = tuple(row for row in table.rows if row.group in drawn)
    return Sample(rows, len(drawn), _prevalence(table, rows), _prevalence(table, table.rows))


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


def _prevalence(table: ScanTable, rows: tuple[ScanRow, ...]) -> dict[str, float]:
    count = max(len(rows), 1)
    return {
        name: sum(row.labels[number] for row in rows) / count
        for number, name in enumerate(table.findings)
    }


def write_sample(sample: Sample, table: ScanTable, out: Path) -> None:
    """Write the drawn lines as they stand in their table, below its names of columns.

    Raises
    ------
    UsageError
        If the file is there already, or cannot be written.
    """
    if out.exists():
        raise UsageError(f"{out.name!r} exists already.", remedy="Choose another name.")
    try:
        with replacing(out) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.header)
            writer.writerows(row.cells for row in sample.rows)
    except OSError as error:
        raise UsageError(
            f"{str(out)!r} cannot be written: {error.strerror}.", remedy="Choose another folder."
        ) from error
