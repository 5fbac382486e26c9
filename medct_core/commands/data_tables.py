"""Options that the commands of `medct data` share."""

from pathlib import Path
from typing import Annotated

import typer

ScansOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder in which every scan must lie.")
]
