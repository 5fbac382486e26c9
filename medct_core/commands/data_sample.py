"""`medct data sample`: a smaller table in which every finding stays as frequent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.commands.console import print_json, print_text
from medct_core.commands.data_tables import MetadataOption, ReportsOption, ScansOption
from medct_core.commands.options import AsJson
from medct_core.training.tables.scan_table import read_scan_table

if TYPE_CHECKING:
    from medct_core.training.tables.sample import Sample


def sample(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="Table to draw from.")],
    n: Annotated[int, typer.Option(min=1, help="Scans to draw.")],
    out: Annotated[Path, typer.Option(help="Table to write; must not exist.")],
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same scans.")] = 0,
    scans: ScansOption = None,
    reports: ReportsOption = None,
    metadata: MetadataOption = None,
    as_json: AsJson = False,
) -> None:
    """Draw whole patients into a smaller table in which every finding stays as frequent.

    Lines that reports or metadata say nothing of are left out; beside the new table both are of
    use as they are.

    Example: medct data sample train.csv --n 1000 --seed 1 --out train-1000.csv
    """
    from medct_core.training.tables.sample import sample_table
    from medct_core.training.tables.writing import write_rows

    read = read_scan_table(table, scans, reports=reports, metadata=metadata)
    drawn = sample_table(read, n=n, seed=seed)
    write_rows(read, drawn.rows, out, scans=scans)
    answer = {
        "table": out.name,
        "seed": seed,
        "scans": len(drawn.rows),
        "patients": drawn.patients,
        "excluded": len(read.excluded),
        "prevalence": drawn.prevalence,
        "prevalence_of_table": drawn.prevalence_of_table,
        "largest_difference": drawn.largest_difference,
    }
    print_json(answer) if as_json else print_text(_sample_text(drawn, out, len(read.excluded)))


def _sample_text(drawn: "Sample", out: Path, excluded: int) -> str:
    lines = [
        f"{out}: {len(drawn.rows)} scans of {drawn.patients} patients; {excluded} lines of the "
        "table cannot be used",
        "prevalence here and in the table; largest difference "
        f"{100 * drawn.largest_difference:.2f} points",
    ]
    lines += [
        f"  {name:36s} {100 * here:6.2f} % {100 * drawn.prevalence_of_table[name]:6.2f} %"
        for name, here in drawn.prevalence.items()
    ]
    return "\n".join(lines)
