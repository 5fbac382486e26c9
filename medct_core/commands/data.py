"""`medct data`: labelled tables of scans, made ready before a model learns from them."""

import typer

from medct_core.commands.data_check import check
from medct_core.commands.data_sample import sample


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = "Look at labelled tables.\n\nExample: medct data check train.csv valid.csv"
    data = typer.Typer(help=help_text)
    data.command("check")(check)
    data.command("sample")(sample)
    app.add_typer(data, name="data", no_args_is_help=True)
