"""`medct data check`: labelled tables looked through before a model learns from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import DONE, REFUSED, print_json, print_text, progress_bar
from medct_core.commands.data_tables import ScansOption
from medct_core.commands.interrupt import interruptible
from medct_core.commands.library_place import AsJson
from medct_core.training.tables.scan_table import TextOrder, read_scan_table

if TYPE_CHECKING:
    from medct_core.training.tables.check import CountTokens, InSeveralTables, TableFacts

_SHOWN = 20
"""Lines of a list that are printed; --json has all."""
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in the tables, and whose tokens were counted, if any."""

    facts: "list[TableFacts]"
    shared: "tuple[InSeveralTables, ...]"
    tokens_of: str


def check(
    tables: Annotated[
        list[Path], typer.Argument(metavar="CSV...", help="One table, or one for each split.")
    ],
    scans: ScansOption = None,
    order: Annotated[
        TextOrder, typer.Option(help="Part of a report that comes first; a limit cuts the end.")
    ] = TextOrder.FINDINGS_FIRST,
    model: Annotated[
        str | None, typer.Option(help="Count tokens as this model does; the usual if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what cannot be used and why, prevalence, duplicates, and reports that are too long.

    A table has VolumeName (or path), findings with 0 or 1, and may have report, or Findings_EN
    and Impressions_EN. Ends with 3 if a line cannot be used, or a patient is in two tables.

    Example: medct data check train.csv valid.csv --scans volumes --order impression-first
    """
    found = interruptible(lambda cancel: _checked(tables, scans, order, model, cancel))
    if as_json:
        print_json(_to_json(found, order))
    else:
        for one in found.facts:
            lines = _table_lines(one, are_files_sought=scans is not None)
            lines += _report_lines(one, order, found.tokens_of) if one.table.has_reports else []
            print_text("\n".join(lines))
        if len(found.facts) > 1:
            print_text("\n".join(_shared_lines(found)))
    is_good = not found.shared and not any(one.table.excluded for one in found.facts)
    raise typer.Exit(DONE if is_good else REFUSED)


def _checked(
    tables: Sequence[Path],
    scans: Path | None,
    order: TextOrder,
    model: str | None,
    cancel: CancelToken,
) -> Checked:
    from medct_core.models.catalogue import default_model, find_model
    from medct_core.training.tables.check import in_several_tables, table_facts

    read = [read_scan_table(table, scans) for table in tables]
    if not any(one.has_reports for one in read):
        return Checked([table_facts(one, order) for one in read], in_several_tables(read), "")
    chosen = find_model(model) if model else default_model()
    count_tokens = _counter(chosen.folder, cancel)
    facts = [table_facts(one, order, count_tokens) for one in read]
    return Checked(facts, in_several_tables(read), chosen.name)


def _to_json(found: Checked, order: TextOrder) -> dict[str, object]:
    return {
        "order": order.value,
        "tokens_of": found.tokens_of or None,
        "tables": [one.to_json() for one in found.facts],
        "in_several_tables": [
            [{"table": at, "lines": list(lines)} for at, lines in one.lines.items()]
            for one in found.shared
        ],
    }


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
    lines += _first(f"  line {one.line}, {one.scan}: {one.why}" for one in table.excluded)
    if facts.without_patient:
        lines.append(f"  {facts.without_patient} scans do not say whose they are")
    if not (table.has_paths or are_files_sought):
        lines.append("  files were not looked for: the table has no paths; give --scans")
    if table.unused_columns:
        lines.append(f"  columns not used: {', '.join(table.unused_columns)}")
    lines += _first(
        f"  the same scan in lines {', '.join(map(str, same))}" for same in facts.duplicate_scans
    )
    count = len(table.rows)
    return lines + [f"  {name:36s} {_share(n, count)}" for name, n in facts.positives.items()]


def _report_lines(facts: "TableFacts", order: TextOrder, tokens_of: str) -> list[str]:
    lines = [
        f"  {facts.reports} reports, {order.value}; {facts.shared_reports} texts stand beside "
        f"several scans, {facts.shared_between_patients} of them beside several known patients"
    ]
    for cut in facts.cuts:
        lost = "" if cut.impressions is None else f"; impression cut: {cut.impressions}"
        share = _share(cut.reports, facts.reports)
        lines.append(f"  longer than {cut.limit} tokens of {tokens_of}: {share}{lost}")
    return lines


def _shared_lines(found: Checked) -> list[str]:
    lines = [f"patients in more than one table: {len(found.shared)}"]
    return lines + _first(
        "  "
        + "; ".join(
            f"{found.facts[at].table.name} lines {', '.join(map(str, places))}"
            for at, places in one.lines.items()
        )
        for one in found.shared
    )


def _first(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    left = len(every) - _SHOWN
    return every[:_SHOWN] + ([f"  and {left} more; --json lists all"] if left > 0 else [])


def _share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.2f} %)" if of else "0"
