"""`medct train`: models made from nothing, by one command each."""

from pathlib import Path
from typing import Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_text, progress_bar
from medct_core.commands.interrupt import interruptible
from medct_core.commands.train_lora import lora
from medct_core.commands.train_site import site
from medct_core.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = "Train a model.\n\nExample: medct train mini --work runs/mini --out medct-mini"
    train = typer.Typer(help=help_text)
    train.command("mini")(mini)
    train.command("card")(card)
    train.command("lora")(lora)
    train.command("site")(site)
    app.add_typer(train, name="train", no_args_is_help=True)


def mini(
    out: Annotated[Path, typer.Option(help="Model folder to write; must not exist.")],
    work: Annotated[Path, typer.Option(help="Folder for scans and checkpoints; about 4 GB.")],
    anatomies: Annotated[int, typer.Option(min=8, help="Bodies; two scans of each.")] = 3000,
    epochs: Annotated[float, typer.Option(min=0.01, help="Passes over all scans.")] = 8.0,
) -> None:
    """Train medct-mini from nothing, on synthetic scans; a stopped run goes on where it was.

    Example: medct train mini --work runs/mini --out medct-mini
    """
    from medct_core.training.mini import MiniRun, train_mini
    from medct_core.training.run_config import RunConfig

    if out.exists():
        raise UsageError(f"{out} exists already.", remedy="Choose another folder for the model.")
    run = MiniRun(work, out, RunConfig(anatomies=anatomies, epochs=epochs))

    def do(cancel: CancelToken) -> None:
        with progress_bar("Training medct-mini") as show:

            def report(_stage: str, share: float) -> None:
                cancel.raise_if_cancelled()
                show(share)

            train_mini(run, report)

    interruptible(do)
    print_text(str(out))


def card(
    model: Annotated[Path, typer.Option(help="Model folder the card goes into.")],
    work: Annotated[Path, typer.Option(help="Folder of the training run.")],
    evaluations: Annotated[
        list[Path], typer.Argument(help="What 'medct evaluate phantoms --json' printed.")
    ],
) -> None:
    """Write the model card from measured numbers.

    Example: medct train card --model medct-mini --work runs/mini balanced.json natural.json
    """
    from medct_core.training.card import write_card

    write_card(model, work / "run.json", evaluations)
    print_text(str(model / "MODEL_CARD.md"))
