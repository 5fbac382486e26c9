"""`medct train site`: from the verdicts of a library to a site's own adapter, in one command."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from medct_core.commands.console import to_stderr
from medct_core.commands.data_library import Wish, in_words, write_verdicts
from medct_core.commands.library_place import LibraryOption
from medct_core.commands.options import AsJson
from medct_core.commands.train_lora import lora
from medct_core.errors import UsageError

_TABLE, _FILE = "table.csv", "run.toml"
_NAME, _EPOCHS = "site", 15


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
    name: Annotated[str | None, typer.Option(help="Of the adapter.", show_default=_NAME)] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the scans.", show_default=str(_EPOCHS))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train an adapter on accepted and rejected findings of a library, and measure it.

    Writes the table as 'medct data from-library' does, and a file for 'medct train lora', which
    then trains by the model's prompts and measures base and adapter on patients held out: a
    fifth of them. A run that was stopped goes on with the table and the file that are there.

    Example: medct train site --library cases --scans scans/ --out runs/our-hospital
    """
    from medct_core.models.adapter_install import usable_name
    from medct_core.models.catalogue import default_model, find_model

    base = default_model() if model is None else find_model(model)
    if (out / _FILE).exists():
        _require_same(out / _FILE, None if model is None else base.folder, name, epochs)
    style = base.manifest().scoring.prompt_style
    called = usable_name(name or _NAME)
    text = _run_text(str(base.folder.absolute()), style, called, epochs or _EPOCHS)
    _make(out)
    if (out / _TABLE).exists():
        _require_findings(out / _TABLE, finding or ())
        said = "Going on with the table that is there already; new verdicts need another --out."
        to_stderr().print(Text(said))
    else:
        wish = Wish(out / _TABLE, library, scans, tuple(finding or ()), by=())
        for line in in_words(*write_verdicts(wish), out / _TABLE):
            to_stderr().print(Text(line))
    if not (out / _FILE).exists():
        (out / _FILE).write_text(text, encoding="utf-8")
    lora(out / _FILE, as_json=as_json)


def _require_findings(table: Path, wanted: Sequence[str]) -> None:
    """Refuse findings other than those of the table a run was begun with."""
    from medct_core.training.tables.library_verdicts import column_name
    from medct_core.training.tables.scan_table import read_scan_table

    there = read_scan_table(table).findings
    if wanted and {column_name(one) for one in wanted} != set(there):
        raise UsageError(
            f"The run in {table.parent} was begun with --finding {' --finding '.join(there)}.",
            remedy="Leave the option out to go on with it, or begin another in a new --out.",
        )


def _require_same(file: Path, model: Path | None, name: str | None, epochs: int | None) -> None:
    """Refuse what is asked otherwise than the run was begun."""
    from medct_core.training.adapt.run_file import read_run_file

    begun = read_run_file(file)
    asked = {
        "--model": (model and model.resolve(), Path(begun.model).resolve()),
        "--name": (name, begun.config.name),
        "--epochs": (epochs, begun.config.epochs),
    }
    for option, (wanted, there) in asked.items():
        if wanted is not None and wanted != there:
            raise UsageError(
                f"The run in {file.parent} was begun with {option} {there}, not {wanted}.",
                remedy="Leave the option out to go on with it, or begin another in a new --out.",
            )


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
