"""`medct train site`: from the verdicts of a library to a site's own adapter, in one command."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from medct_core.commands.console import to_stderr
from medct_core.commands.data_library import Wish, in_words, write_verdicts
from medct_core.commands.library_place import AsJson, LibraryOption
from medct_core.commands.train_lora import lora
from medct_core.errors import UsageError

_TABLE, _FILE = "table.csv", "run.toml"


def site(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run; goes on there.")],
    library: LibraryOption = None,
    scans: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with the scans the viewer has not opened here."),
    ] = None,
    finding: Annotated[
        list[str] | None, typer.Option(help="A finding to learn; may be repeated.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name or folder of the base.")] = None,
    name: Annotated[str, typer.Option(help="Of the adapter.")] = "site",
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the scans.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Train an adapter on accepted and rejected findings of a library, and measure it.

    Writes the table as 'medct data from-library' does, and a file for 'medct train lora', which
    then trains by the model's prompts and measures base and adapter on patients held out: a
    fifth of them. A table or file that is there already is used as it is.

    Example: medct train site --library cases --scans scans/ --out runs/our-hospital
    """
    from medct_core.models.catalogue import default_model, find_model

    base = default_model() if model is None else find_model(model)
    style = base.manifest().scoring.prompt_style
    _make(out)
    if not (out / _TABLE).exists():
        wish = Wish(out / _TABLE, library, scans, tuple(finding or ()), by=())
        for line in in_words(*write_verdicts(wish), out / _TABLE):
            to_stderr().print(Text(line))
    if not (out / _FILE).exists():
        text = _run_text(str(base.folder.absolute()), style, name, epochs)
        (out / _FILE).write_text(text, encoding="utf-8")
    lora(out / _FILE, as_json=as_json)


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {out} cannot be made: {error.strerror}.", remedy="Choose another one."
        ) from error


def _run_text(base: str, style: str, name: str, epochs: int) -> str:
    """Say a run in TOML; a text of JSON is one of TOML too."""
    return "\n".join(
        [
            "[base]",
            f"model = {json.dumps(base)}",
            "[data]",
            f'train = "{_TABLE}"',
            "split = [0.7, 0.1, 0.2]",
            'cache = "cache"',
            "[head]",
            'kind = "prompt"',
            f"prompts = {json.dumps(style)}",
            "[run]",
            'folder = "run"',
            f"name = {json.dumps(name)}",
            f"epochs = {epochs}",
            "",
        ]
    )
