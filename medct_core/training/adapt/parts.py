"""The scans of a run on disk: prepared once, divided by patients, ready to be looked at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.preprocess.recipe import Recipe
from medct_core.training.adapt.run_file import DataPlan
from medct_core.training.cohort import Cohort
from medct_core.training.tables.cache_fill import fill_cache
from medct_core.training.tables.cohort_reading import read_cohort
from medct_core.training.tables.plain_viewer import PlainViewer
from medct_core.training.tables.scan_table import ScanRow, ScanTable, TextOrder, read_scan_table
from medct_core.training.tables.split import split_table
from medct_core.training.tables.tensor_cache import TensorCache, create_cache, file_key

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of a table that the run does not use, and why."""

    table: str
    line: int
    scan: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a run sees, part by part.

    Attributes
    ----------
    train, validation, test
        Scans of patients of their own.
    left_out_of
        Lines of the tables of each part, in that order, that are in none of them.
    unknown_of
        How many scans of each part do not say whose they are.
    learned_from
        A key of each scan of the training part, see `file_key`.
    """

    train: PlainViewer
    validation: PlainViewer
    test: PlainViewer
    left_out_of: tuple[tuple[LeftOut, ...], tuple[LeftOut, ...], tuple[LeftOut, ...]]
    unknown_of: tuple[int, int, int] = (0, 0, 0)
    learned_from: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """All lines that are in none of the parts."""
        return tuple(one for part in self.left_out_of for one in part)


@dataclass(frozen=True, slots=True)
class _Divided:
    """Tables of each part."""

    train: tuple[ScanTable, ...]
    validation: tuple[ScanTable, ...]
    test: tuple[ScanTable, ...]

    def __iter__(self) -> Iterator[tuple[ScanTable, ...]]:
        return iter((self.train, self.validation, self.test))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One part, opened."""

    viewer: PlainViewer
    left_out: tuple[LeftOut, ...]
    rows: tuple[ScanRow, ...]

    @property
    def unknown(self) -> int:
        """How many of its scans do not say whose they are."""
        return sum(not row.patient for row in self.rows)


def prepare_scans(
    plan: DataPlan, recipe: Recipe, *, cancel: CancelToken, on_progress: Callable[[float], None]
) -> dict[str, str]:
    """Prepare every scan of the tables that was not prepared before.

    Returns
    -------
    Scans that cannot be prepared, and why.

    Raises
    ------
    UsageError
        If a table cannot be read.
    OutOfDiskError
        If the prepared scans do not fit.
    Cancelled
        If `cancel` was raised.
    """
    rows = [row for part in _divided(plan) for table in part for row in table.rows]
    done = fill_cache(
        create_cache(plan.cache, recipe),
        rows,
        workers=plan.workers,
        cancel=cancel,
        on_progress=on_progress,
    )
    return {one.row.scan: one.why for one in done if one.why}


def open_parts(plan: DataPlan, recipe: Recipe, refused: dict[str, str], order: TextOrder) -> Parts:
    """Open the prepared scans of a run.

    Parameters
    ----------
    plan
        Where they are.
    recipe
        By which they were prepared.
    refused
        What `prepare_scans` gave.
    order
        Which part of a report comes first.

    Raises
    ------
    UsageError
        If a table cannot be read, a part holds no usable scan, tables differ in their findings,
        or a patient is in two parts.
    """
    divided = _divided(plan)
    _require_apart(divided)
    cache = create_cache(plan.cache, recipe)
    train, validation, test = (_part(cache, tables, refused, order) for tables in divided)
    _require_same_findings([one.viewer.cohort for one in (train, validation, test)])
    return Parts(
        train=train.viewer,
        validation=validation.viewer,
        test=test.viewer,
        left_out_of=(train.left_out, validation.left_out, test.left_out),
        unknown_of=(train.unknown, validation.unknown, test.unknown),
        learned_from=tuple(map(file_key, train.rows)),
    )


def _divided(plan: DataPlan) -> _Divided:
    train = [
        read_scan_table(path, plan.scans, reports=plan.reports, metadata=plan.metadata)
        for path in plan.train
    ]
    if plan.split is not None:
        return _split(train, plan.split, plan.split_seed)
    assert plan.validation is not None
    assert plan.test is not None
    validation, test = (
        read_scan_table(path, plan.scans, reports=plan.reports, metadata=plan.metadata)
        for path in (plan.validation, plan.test)
    )
    return _Divided(tuple(train), (validation,), (test,))


def _split(tables: Sequence[ScanTable], shares: tuple[float, float, float], seed: int) -> _Divided:
    parts = [
        [replace(table, rows=part.rows) for part in split_table(table, shares, seed=seed)]
        for table in tables
    ]
    train, validation, test = zip(*parts, strict=True)
    # A line that cannot be read is in no part; it is told once.
    return _Divided(train, *(_all_usable(part) for part in (validation, test)))


def _all_usable(tables: Sequence[ScanTable]) -> tuple[ScanTable, ...]:
    return tuple(replace(table, excluded=()) for table in tables)


def _part(
    cache: TensorCache, tables: Sequence[ScanTable], refused: dict[str, str], order: TextOrder
) -> _Part:
    there, scans = cache.of(tables)
    left = tuple(
        LeftOut(table.name, one.line, one.scan, refused.get(one.scan, one.why))
        for table in there
        for one in table.excluded
    )
    rows = tuple(row for table in there for row in table.rows)
    return _Part(PlainViewer(read_cohort(there, order), scans), left, rows)


def _require_apart(divided: _Divided) -> None:
    rows = [[row for table in part for row in table.rows] for part in divided]
    _require_none_shared([{row.group: row.group for row in part} for part in rows])
    # A table that does not say whose scans they are may name those of another that does.
    files = [{row.file.resolve(): f"scan {row.scan}" for row in part if row.file} for part in rows]
    _require_none_shared(files)


def _require_none_shared(parts: Sequence[Mapping[Key, str]]) -> None:
    """Refuse a key that stands in two parts; its value is what a message calls it."""
    for one, other in ((0, 1), (0, 2), (1, 2)):
        both = sorted(parts[one][key] for key in parts[one].keys() & parts[other].keys())
        if both:
            names = ("training", "validation", "test")
            who = "patients" if both[0].startswith("patient ") else "scans"
            raise UsageError(
                f"{len(both)} {who} are in the {names[one]} and the {names[other]} part, the "
                f"first of them {both[0]}.",
                remedy="Divide the tables by patients: 'medct data split' does.",
            )


def _require_same_findings(cohorts: Sequence[Cohort]) -> None:
    first = cohorts[0]
    for cohort in cohorts[1:]:
        if cohort.findings != first.findings:
            apart = sorted(set(first.findings) ^ set(cohort.findings)) or ["their order"]
            raise UsageError(
                f"The parts of the run do not have the same findings: {', '.join(apart)}.",
                remedy="Give every table the same columns of findings, in the same order.",
            )


def findings_without_positives(cohort: Cohort) -> tuple[str, ...]:
    """Name findings that no scan of a cohort has: nothing can be learned of them."""
    return tuple(
        name
        for name, labels in zip(cohort.findings, cohort.labels.T, strict=True)
        if not labels.any()
    )
