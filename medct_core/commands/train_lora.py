"""`medct train lora`: an adapter for scans of one's own, from one file that says everything."""

import contextlib
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, to_stderr
from medct_core.commands.data_tables import first_lines, require_training
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AsJson

if TYPE_CHECKING:
    from medct_core.training.adapt.run_file import RunFile
    from medct_core.training.adapt.train import Trained

_GRACE_S = 20.0
"""How long a step and its checkpoint may take after Ctrl-C."""


def lora(
    config: Annotated[Path, typer.Option(metavar="TOML", help="File of the run.")],
    as_json: AsJson = False,
) -> None:
    """Train an adapter (LoRA) on tables of scans; a stopped or killed run goes on where it was.

    The file has the sections base, data, augmentation, lora, head, loss and run. Afterwards base
    and adapter are measured on patients that were held out. With torchrun the same file is used by
    several processes or machines.

    Example: medct train lora --config run.toml
    """
    for package in ("accelerate", "matplotlib", "torchio"):
        require_training(package)
    from medct_core.training.adapt.run_file import read_run_file

    run = read_run_file(config)
    trained = interruptible(lambda cancel: _trained(run, cancel), grace_s=_GRACE_S)
    if trained is None:  # another process of the same launcher prints
        return
    print_json(_answer(trained)) if as_json else print_text("\n".join(_lines(trained)))


def _trained(run: "RunFile", cancel: CancelToken) -> "Trained | None":
    from medct_core.training.adapt.train import train_adapter

    console = to_stderr()
    with _told(console) as tell:
        return train_adapter(
            run,
            cancel=cancel,
            on_stage=tell,
            on_caution=lambda text: console.print(Text(f"Caution: {text}")),
        )


@contextlib.contextmanager
def _told(console: Console) -> Iterator[Callable[[str, float], None]]:
    """Show what is being done: a bar on a terminal, else a line for every tenth of it."""
    if not console.is_terminal:
        yield _Tenths(console.print)
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Loading the model", total=1.0)
        yield lambda words, share: progress.update(task, description=words, completed=share)


class _Tenths:
    """Writes a line for every tenth of a stage, for logs."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._last = -1

    def __call__(self, words: str, share: float) -> None:
        """Take what is being done, and how far it is."""
        tenth = int(10 * share)
        if tenth != self._last:
            self._last = tenth
            self._write(f"{share:4.0%} {words}")


def _answer(trained: "Trained") -> dict[str, object]:
    manifest = trained.manifest
    return {
        "adapter": str(trained.adapter),
        "name": manifest.name,
        "base": manifest.base_name,
        "layers": manifest.layers,
        "parameters": manifest.parameters,
        "metrics": dict(manifest.metrics),
        "why_not_offered": manifest.why_not_offered,
        "report": str(trained.report),
        "seconds": round(trained.seconds, 1),
        "without_positives": list(trained.without_positives),
        "cautions": list(trained.evaluation.contest.cautions),
        "left_out": [
            {"table": one.table, "line": one.line, "scan": one.scan, "why": one.why}
            for one in trained.left_out
        ],
    }


def _lines(trained: "Trained") -> list[str]:
    manifest = trained.manifest
    measured = manifest.held_out
    lines = [
        f"Adapter {manifest.name}: {manifest.layers} layers, {manifest.parameters:,} numbers, "
        f"trained in {trained.seconds:.0f} s: {trained.adapter}"
    ]
    if measured is None:
        lines.append("Mean AUROC on held-out patients: not defined; a finding has no positives.")
    else:
        lines.append(
            f"Mean AUROC on {measured.patients} held-out patients: {measured.auroc:.3f}, "
            f"base alone {measured.base_auroc:.3f}, {_gain(trained)}; see {trained.report}"
        )
        if measured.head_auroc is not None:
            lines.append(
                f"By its head: {measured.head_auroc:.3f}; 'medct evaluate classify' asks it so, "
                "the rest of the program by prompts."
            )
    if trained.left_out:
        lines.append(f"{len(trained.left_out)} lines of the tables were left out:")
        lines += first_lines(
            f"  {one.table}, line {one.line}, {one.scan}: {one.why}" for one in trained.left_out
        )
    lines += [f"Caution: {text}" for text in trained.evaluation.contest.cautions]
    return [*lines, _advice(trained)]


def _quoted(path: Path) -> str:
    """Write a path as the shell of this system wants it."""
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))


def _gain(trained: "Trained") -> str:
    from medct_core.evaluation.report.words import between, signed

    gain = trained.evaluation.comparisons[trained.manifest.name].metrics["mean_auroc"]
    return f"gain {signed(gain.gain)} [{between(gain.low, gain.high)}]"


def _advice(trained: "Trained") -> str:
    why = trained.manifest.why_not_offered
    add = f"medct adapters add {_quoted(trained.adapter)}"
    return (
        f"Better use the base: {why}. To keep it all the same: {add}"
        if why
        else f"Use it with: {add}"
    )
