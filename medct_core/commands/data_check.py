"""`medct data check`: labelled tables looked through before a model learns from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import DONE, REFUSED, print_json, print_text, progress_bar
from medct_core.commands.data_open import (
    OpenedTables,
    copy_lines,
    open_tables,
    opened_json,
    opened_lines,
)
from medct_core.commands.data_tables import (
    MetadataOption,
    ReportsOption,
    ScansOption,
    WorkersOption,
    chosen_model,
    first_lines,
    grace_of,
    read_tables,
    share,
    unknown_patients,
)
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AsJson
from medct_core.training.tables.scan_table import ScanTable, TextOrder
from medct_core.vocabulary import FINDINGS

if TYPE_CHECKING:
    from medct_core.training.tables.check import CountTokens, InSeveralTables, TableFacts

_BATCH = 256
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in the tables, whose tokens were counted, and what was found in the files.

    Nobody's where no tokens were; nothing where no file was opened.
    """

    facts: "list[TableFacts]"
    shared: "tuple[InSeveralTables, ...]"
    tokens_of: str
    opened: OpenedTables

    @property
    def is_good(self) -> bool:
        """Whether there are scans, all can be used, and no patient is in two tables."""
        is_refused = any(one.table.excluded or not one.table.rows for one in self.facts)
        return self.opened.is_good and not (self.shared or is_refused)


def check(
    tables: Annotated[
        list[Path], typer.Argument(metavar="CSV...", help="One table, or one for each split.")
    ],
    scans: ScansOption = None,
    reports: ReportsOption = None,
    metadata: MetadataOption = None,
    order: Annotated[
        TextOrder, typer.Option(help="Part of a report that comes first; a limit cuts the end.")
    ] = TextOrder.FINDINGS_FIRST,
    model: Annotated[
        str | None,
        typer.Option(help="Count tokens, and judge scans, as this model does; the usual one."),
    ] = None,
    is_opening: Annotated[
        bool, typer.Option("--open", help="Open every scan; else files are only looked for.")
    ] = False,
    workers: WorkersOption = 1,
    as_json: AsJson = False,
) -> None:
    """List what cannot be used and why, prevalence, duplicates, and reports that are too long.

    A table has VolumeName (or path), findings with 0 or 1, and may have report, or Findings_EN
    and Impressions_EN. Ends with 3 if a line or a scan cannot be used, a table has no
    scan that can, or a patient is in two tables.

    Example: medct data check train.csv valid.csv --scans volumes --reports reports.csv --open
    """

    def work(cancel: CancelToken) -> Checked:
        read = read_tables(tables, scans, reports, metadata)
        opened = OpenedTables()
        if is_opening:
            opened = open_tables(read, chosen_model(model).folder, workers, cancel)
        return _checked(read, opened, order, model, cancel)

    found = interruptible(work, grace_s=grace_of(workers))
    if as_json:
        print_json(_to_json(found, order))
    else:
        print_text("\n".join(_lines(found, order, are_files_sought=scans is not None)))
    raise typer.Exit(DONE if found.is_good else REFUSED)


def _checked(
    read: list[ScanTable],
    opened: OpenedTables,
    order: TextOrder,
    model: str | None,
    cancel: CancelToken,
) -> Checked:
    from medct_core.training.tables.check import in_several_tables, table_facts

    shared = in_several_tables(read)
    if not any(one.has_reports for one in read):
        return Checked([table_facts(one, order) for one in read], shared, "", opened)
    chosen = chosen_model(model)
    count_tokens = _counter(chosen.folder, cancel)
    facts = [table_facts(one, order, count_tokens) for one in read]
    return Checked(facts, shared, chosen.name, opened)


def _to_json(found: Checked, order: TextOrder) -> dict[str, object]:
    return {
        "order": order.value,
        "tokens_of": found.tokens_of or None,
        "tables": [one.to_json() for one in found.facts],
        "opened": [opened_json(one) for one in found.opened.tables],
        "copies": [
            [{"table": at, "lines": list(lines)} for at, lines in one.lines.items()]
            for one in found.opened.copies
        ],
        "in_several_tables": [
            [{"table": at, "lines": list(lines)} for at, lines in one.lines.items()]
            for one in found.shared
        ],
    }


def _lines(found: Checked, order: TextOrder, *, are_files_sought: bool) -> list[str]:
    lines: list[str] = []
    for place, one in enumerate(found.facts):
        lines += _table_lines(one, are_files_sought=are_files_sought)
        lines += _report_lines(one, order, found.tokens_of) if one.table.has_reports else []
        lines += opened_lines(found.opened.tables[place]) if found.opened.tables else []
    lines += copy_lines(found.opened)
    return lines + (_shared_lines(found) if len(found.facts) > 1 else [])


def _counter(folder: Path, cancel: CancelToken) -> "CountTokens":
    from medct_core.models.bundle import load_tokenizer

    tokenizer = load_tokenizer(folder)

    def count(texts: Sequence[str]) -> list[int]:
        lengths: list[int] = []
        with progress_bar("Counting tokens") as report:
            for first in range(0, len(texts), _BATCH):
                cancel.raise_if_cancelled()
                some = list(texts[first : first + _BATCH])
                ids = tokenizer(some, truncation=False, padding=False, verbose=False)["input_ids"]
                lengths += [len(one) for one in ids]
                report(len(lengths) / len(texts))
        return lengths

    return count


def _table_lines(facts: "TableFacts", *, are_files_sought: bool) -> list[str]:
    table = facts.table
    lines = [
        f"{table.name}: {len(table.rows)} usable scans of {facts.patients} patients, "
        f"{len(table.excluded)} lines that cannot be used"
    ]
    lines += first_lines(f"  line {one.line}, {one.scan}: {one.why}" for one in table.excluded)
    lines += [f"  {line}" for line in unknown_patients(table.rows)]
    if not (table.has_paths or are_files_sought):
        lines.append("  files were not looked for: the table has no paths; give --scans")
    if table.has_paths and not (table.rows or are_files_sought):
        lines.append("  paths start beside the table; --scans names another folder")
    lines += [
        f"  {one.table} has {one.volumes} volumes that the table does not name"
        for one in table.unclaimed
        if one.volumes
    ]
    if table.unused_columns:
        lines.append(f"  columns not used: {', '.join(map(_unused, table.unused_columns))}")
    lines += first_lines(
        f"  the same scan in lines {', '.join(map(str, same))}" for same in facts.duplicate_scans
    )
    count = len(table.rows)
    absent = [name for name, positives in facts.positives.items() if not positives]
    if count and absent:
        lines.append(f"  no scan has {', '.join(absent)}: nothing can be learned or measured of it")
    return lines + [f"  {name:36s} {share(n, count)}" for name, n in facts.positives.items()]


def _unused(column: str) -> str:
    """Name a column that is not used, and the finding it may have been meant for."""
    near = get_close_matches(column.capitalize(), FINDINGS, n=1, cutoff=_ALIKE)
    return f"{column} (did you mean {near[0]!r}?)" if near else column


def _report_lines(facts: "TableFacts", order: TextOrder, tokens_of: str) -> list[str]:
    lines = [
        f"  {facts.reports} reports, {order.value}; texts beside several scans: "
        f"{facts.shared_reports}, beside several known patients: {facts.shared_between_patients}"
    ]
    for cut in facts.cuts:
        lost = "" if cut.impressions is None else f"; impression cut: {cut.impressions}"
        cut_off = share(cut.reports, facts.reports)
        lines.append(f"  longer than {cut.limit} tokens of {tokens_of}: {cut_off}{lost}")
    return lines


def _shared_lines(found: Checked) -> list[str]:
    lines = [f"patients in more than one table: {len(found.shared)}"]
    return lines + first_lines(
        "  "
        + "; ".join(
            f"{found.facts[at].table.name} lines {', '.join(map(str, places))}"
            for at, places in one.lines.items()
        )
        for one in found.shared
    )
