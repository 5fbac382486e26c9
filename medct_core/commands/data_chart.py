"""`medct data chart`: the class-distribution chart of labelled tables."""

from pathlib import Path
from typing import Annotated

import typer

from medct_core.commands.console import print_text
from medct_core.commands.data_tables import ScansOption, read_tables, require_training


def chart(
    tables: Annotated[
        list[Path], typer.Argument(metavar="CSV...", help="One table, or one for each split.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Picture to write: .png or .pdf.")],
    scans: ScansOption = None,
) -> None:
    """Draw how many scans have each finding, a bar for each table.

    Example: medct data chart train.csv validation.csv test.csv --out findings.pdf
    """
    require_training("matplotlib")
    from medct_core.training.tables.chart import draw_distribution, write_chart

    read = read_tables(tables, scans, None, None)
    write_chart(draw_distribution(read), out)
    print_text(str(out))
