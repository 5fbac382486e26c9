"""`medct data show-augmentation`: what a recipe of augmentation does to a scan and its text."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.data_tables import require_training
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AsJson
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.preprocess.recipe import Recipe
    from medct_core.training.augmentation.augment import Look
    from medct_core.training.augmentation.frame import Frame
    from medct_core.training.augmentation.recipes import Augmentation
    from medct_core.training.augmentation.samples import Sample


def show_augmentation(
    scan: Annotated[Path, typer.Argument(metavar="SCAN", help="File, folder or zip.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Picture to write: .png or .pdf.")],
    recipe: Annotated[str, typer.Option(help="none, paper, fast or laterality-safe.")] = "paper",
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same picture.")] = 0,
    draws: Annotated[int, typer.Option(min=1, max=20, help="Draws of the whole recipe.")] = 4,
    input_recipe: Annotated[
        str,
        typer.Option("--input", help="Of ct-clip, medct-vlm-paper, medct-mini or astra."),
    ] = "medct-mini",
    text: Annotated[str, typer.Option(help="A report, to see what becomes of it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Draw a scan as it is, with each change alone, and as training would see it.

    Three numbers of one change stand for depth, height and width of the input: towards the head,
    the left and the back for all models but Astra. A text that changed stands below its draw.

    Example: medct data show-augmentation scan.nii.gz --recipe paper --seed 1 --out grid.png
    """
    require_training("matplotlib")
    from medct_core.training.augmentation.recipes import augmentation_named

    augmentation = augmentation_named(recipe)
    require_training(augmentation.engine.value)
    model = _input_recipe(input_recipe)
    plain, frame = interruptible(lambda cancel: _prepared(scan, model, text, cancel))
    shown = interruptible(
        lambda cancel: _samples(plain, frame, augmentation, (seed, draws), cancel)
    )
    from medct_core.training.augmentation.picture import draw_grid
    from medct_core.training.tables.chart import write_chart

    heading = f"Recipe {recipe}, seed {seed}: what a model sees in training, input of {model.name}"
    write_chart(draw_grid(shown, frame, heading), out)
    if as_json:
        print_json({"file": str(out), "samples": [_as_fields(one) for one in shown]})
        return
    print_text(str(out))
    for one in shown:
        print_text(f"{one.title}: {one.done}" if one.done else one.title)
        if one.look.report != text:
            print_text(f"  {one.look.report}")


def _input_recipe(name: str) -> "Recipe":
    from medct_core.preprocess.recipe import RECIPES

    if name not in RECIPES:
        raise UsageError(
            f"There is no input called {name!r}.", remedy=f"Choose one of: {', '.join(RECIPES)}."
        )
    return RECIPES[name]


def _prepared(scan: Path, recipe: "Recipe", text: str, cancel: CancelToken) -> "tuple[Look, Frame]":
    import numpy as np

    from medct_core.analysis import ScanChoice, read_scan
    from medct_core.preprocess.prepare import prepare
    from medct_core.training.augmentation.augment import Look
    from medct_core.training.augmentation.frame import Frame

    with progress_bar(scan.name) as report:
        read = read_scan(scan, choice=ScanChoice(), cancel=cancel, on_progress=report)
        made = prepare(read.volume, recipe, cancel=cancel)
    d, h, w = np.linalg.norm(made.affine[:3, :3], axis=0).tolist()
    return Look(made.values, text), Frame.of(recipe, (d, h, w))


def _samples(
    plain: "Look",
    frame: "Frame",
    augmentation: "Augmentation",
    which: tuple[int, int],
    cancel: CancelToken,
) -> "list[Sample]":
    from medct_core.training.augmentation.augment import Setup
    from medct_core.training.augmentation.samples import sample_count, samples

    seed, draws = which
    total = sample_count(augmentation, draws)
    made: list[Sample] = []
    with progress_bar("Augmenting") as report:
        for one in samples(plain, Setup(augmentation, frame), seed, draws):
            cancel.raise_if_cancelled()
            made.append(one)
            report(len(made) / total)
    return made


def _as_fields(one: "Sample") -> dict[str, object]:
    return {"title": one.title, "done": one.done, "text": one.look.report}
