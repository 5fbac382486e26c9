"""What is wrong with labelled tables before a model learns from them, and what they hold."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass

from medct_core.training.tables.scan_table import ScanRow, ScanTable, TextOrder

TOKEN_LIMITS = (256, 512)
"""What a text is cut at: the paper of MedCT-VLM says the first, CT-CLIP's code the second."""

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""Gives how many tokens each text has, those at both its ends included."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How many reports are longer than a limit, and how many lose of their impression by it.

    The second is None where no report has its impression in a column of its own.
    """

    limit: int
    reports: int
    impressions: int | None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What one table holds, over its usable rows.

    Attributes
    ----------
    positives
        Scans with each finding.
    patients, without_patient
        Patients known by name, and rows of which nobody says whose they are.
    duplicate_scans
        Lines of each scan that is named more than once.
    shared_reports, shared_between_patients
        Texts that stand beside several scans, and those of them with several known patients.
    reports
        Rows with a text.
    cuts
        Empty where tokens were not counted.
    """

    table: ScanTable
    positives: dict[str, int]
    patients: int
    without_patient: int
    duplicate_scans: tuple[tuple[int, ...], ...]
    shared_reports: int
    shared_between_patients: int
    reports: int
    cuts: tuple[Cut, ...]

    def to_json(self) -> dict[str, object]:
        """Give names and numbers; excluded lines with their reasons, no text of a report."""
        count = len(self.table.rows)
        return {
            "table": self.table.name,
            "usable": count,
            "excluded": [asdict(one) for one in self.table.excluded],
            "unused_columns": list(self.table.unused_columns),
            "unclaimed": [asdict(one) for one in self.table.unclaimed],
            "patients": self.patients,
            "without_patient": self.without_patient,
            "positives": self.positives,
            "prevalence": {n: k / count if count else None for n, k in self.positives.items()},
            "duplicate_scans": [list(lines) for lines in self.duplicate_scans],
            "reports": self.reports,
            "shared_reports": self.shared_reports,
            "shared_between_patients": self.shared_between_patients,
            "cuts": [asdict(one) for one in self.cuts],
        }


@dataclass(frozen=True, slots=True)
class InSeveralTables:
    """A patient whose scans stand in more than one table: lines by the table's place."""

    lines: dict[int, tuple[int, ...]]


def table_facts(
    table: ScanTable, order: TextOrder, count_tokens: CountTokens | None = None
) -> TableFacts:
    """Count what a table holds.

    Parameters
    ----------
    table
        From `read_scan_table`.
    order
        How the parts of a report stand in its text; decides what a limit cuts off.
    count_tokens
        Of the model that will read the texts; without it no cuts are counted.
    """
    rows = table.rows
    with_text = [row for row in rows if row.text(order)]
    same_text = _alike(with_text, lambda row: row.text(order))
    columns = {name: number for number, name in enumerate(table.findings)}
    counted = with_text if count_tokens is not None else []
    return TableFacts(
        table=table,
        positives={name: sum(row.labels[n] for row in rows) for name, n in columns.items()},
        patients=len({row.patient for row in rows} - {""}),
        without_patient=sum(not row.patient for row in rows),
        duplicate_scans=tuple(
            tuple(row.line for row in same) for same in _alike(rows, lambda row: row.scan)
        ),
        shared_reports=len(same_text),
        shared_between_patients=sum(
            len({row.patient for row in same} - {""}) > 1 for same in same_text
        ),
        reports=len(with_text),
        cuts=_cuts(counted, order, count_tokens) if count_tokens and counted else (),
    )


def in_several_tables(tables: Sequence[ScanTable]) -> tuple[InSeveralTables, ...]:
    """Find patients, or scans of nobody known, that stand in more than one of the tables.

    A model that learns from one and is measured on the other would know them already.
    """
    where: dict[str, list[tuple[int, ScanRow]]] = {}
    for place, table in enumerate(tables):
        for row in table.rows:
            # The scan counts too: only one of the tables may say whose it is.
            for key in {row.group, f"scan {row.scan}"}:
                where.setdefault(key, []).append((place, row))
    return tuple(
        _lines(rows)
        for key, rows in where.items()
        if len({place for place, _ in rows}) > 1
        and (len(groups := {row.group for _, row in rows}) > 1 or key in groups)
    )


def _lines(rows: Sequence[tuple[int, ScanRow]]) -> InSeveralTables:
    lines: dict[int, tuple[int, ...]] = {}
    for place, row in rows:
        lines[place] = (*lines.get(place, ()), row.line)
    return InSeveralTables(lines)


def _alike(
    rows: Iterable[ScanRow], key: Callable[[ScanRow], Hashable]
) -> tuple[tuple[ScanRow, ...], ...]:
    together: dict[Hashable, list[ScanRow]] = {}
    for row in rows:
        together.setdefault(key(row), []).append(row)
    return tuple(tuple(same) for same in together.values() if len(same) > 1)


def _cuts(rows: Sequence[ScanRow], order: TextOrder, count_tokens: CountTokens) -> tuple[Cut, ...]:
    wholes = _lengths([row.text(order) for row in rows], count_tokens)
    if order is TextOrder.FINDINGS_FIRST:
        ends = [length if row.impression else 0 for row, length in zip(rows, wholes, strict=True)]
    else:
        ends = _lengths([row.impression for row in rows], count_tokens)
    are_apart = any(row.impression for row in rows)
    return tuple(
        Cut(limit, _longer(wholes, limit), _longer(ends, limit) if are_apart else None)
        for limit in TOKEN_LIMITS
    )


def _longer(lengths: Sequence[int], limit: int) -> int:
    return sum(length > limit for length in lengths)


def _lengths(texts: Sequence[str], count_tokens: CountTokens) -> list[int]:
    """Count each different text once: all reconstructions of a scan share a report."""
    different = list(dict.fromkeys(texts))
    length_of = dict(zip(different, count_tokens(different), strict=True))
    return [length_of[text] for text in texts]
