"""`medct preprocess`: a scan as a model wants it, in a file."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar, to_stderr
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AsJson
from medct_core.errors import OutOfDiskError, UsageError

if TYPE_CHECKING:
    from medct_core.preprocess.model_input import ModelInput
    from medct_core.preprocess.recipe import Recipe


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("preprocess")(preprocess)


def preprocess(
    scan: Annotated[Path, typer.Argument(metavar="SCAN", help="File, folder or zip.")],
    out: Annotated[Path, typer.Option(help="NumPy file to write (.npy).")],
    recipe: Annotated[str, typer.Option(help="ct-clip, medct-vlm-paper, medct-mini.")] = "ct-clip",
    series: Annotated[str | None, typer.Option(help="DICOM series: number or UID.")] = None,
    frame: Annotated[int | None, typer.Option(help="Volume of a 4D scan, from 1.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a scan as the input of a model: float32, (1, depth, height, width).

    Nothing is scored, so any scan is taken; what speaks against scoring it is said.

    Example: medct preprocess scan.nii.gz --recipe ct-clip --out scan.npy
    """
    chosen = _recipe(recipe)
    prepared = interruptible(
        lambda cancel: _prepared(scan, chosen, cancel, series=series, frame=frame)
    )
    _save(prepared, out)
    for notice in prepared.notices:
        to_stderr().print(notice.text, markup=False)
    if as_json:
        print_json(_as_fields(prepared, out))
    else:
        print_text(str(out))


def _recipe(name: str) -> "Recipe":
    from medct_core.preprocess.recipe import RECIPES

    if name not in RECIPES:
        raise UsageError(
            f"There is no recipe {name!r}.", remedy=f"Choose one of: {', '.join(RECIPES)}."
        )
    return RECIPES[name]


def _prepared(
    scan: Path, recipe: "Recipe", cancel: CancelToken, *, series: str | None, frame: int | None
) -> "ModelInput":
    """Read and prepare; what is slow to import is imported here, beside the thread of Ctrl-C."""
    from medct_core.analysis import ScanChoice, read_scan
    from medct_core.preprocess.prepare import prepare
    from medct_core.preprocess.suitability import unsuitability

    choice = ScanChoice(series=series, frame=frame)
    with progress_bar(scan.name) as report:
        read = read_scan(scan, choice=choice, cancel=cancel, on_progress=report)
        prepared = prepare(read.volume, recipe, cancel=cancel)
    notices = (*prepared.notices, *read.notices, *unsuitability(read.volume))
    return replace(prepared, notices=notices)


def _save(prepared: "ModelInput", out: Path) -> None:
    import numpy as np

    from medct_core.inference.safe_write import replacing

    try:
        with replacing(out) as temporary, temporary.open("wb") as file:
            np.save(file, prepared.values, allow_pickle=False)
    except OSError as error:
        raise OutOfDiskError(
            f"The file {str(out)!r} cannot be written: {error.strerror}.",
            remedy="Choose another folder with --out, or make room on the disk.",
        ) from error


def _as_fields(prepared: "ModelInput", out: Path) -> dict[str, object]:
    return {
        "file": str(out),
        "shape": list(prepared.values.shape),
        "recipe": prepared.recipe_id,
        "affine": prepared.affine.tolist(),
        "scan_sha256": prepared.volume_sha256,
        "notices": [{"code": one.code, "text": one.text} for one in prepared.notices],
    }
