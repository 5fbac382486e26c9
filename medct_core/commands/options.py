"""Options that commands share, so that the same words mean the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
ModelOption = Annotated[
    str | None, typer.Option(help="Name or folder of a model; CT-CLIP if installed.")
]
AdapterOption = Annotated[Path | None, typer.Option(help="Name or folder of an adapter, or none.")]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")]
