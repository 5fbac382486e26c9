"""`medct data`: labelled tables of scans, made ready before a model learns from them."""

import typer

from medct_core.commands.data_augmentation import show_augmentation
from medct_core.commands.data_cache import cache
from medct_core.commands.data_chart import chart
from medct_core.commands.data_check import check
from medct_core.commands.data_library import from_library
from medct_core.commands.data_sample import sample
from medct_core.commands.data_split import split


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = (
        "Look through labelled tables of scans, and make them ready to learn from.\n\n"
        "Example: medct data check train.csv valid.csv"
    )
    data = typer.Typer(help=help_text)
    data.command("check")(check)
    data.command("sample")(sample)
    data.command("from-library")(from_library)
    data.command("split")(split)
    data.command("chart")(chart)
    data.command("cache")(cache)
    data.command("show-augmentation")(show_augmentation)
    app.add_typer(data, name="data", no_args_is_help=True)
