"""`medct reproduce`: experiments whose claims are tested again, from nothing, by one command."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar, to_stderr
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AsJson
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from medct_core.training.adapt.progress import FitProgress
    from medct_core.training.reproduce.ledger import Ledger, Record
    from medct_core.training.reproduce.outcome import Outcome
    from medct_core.training.reproduce.plan import Run
    from medct_core.training.reproduce.work import Work

_GRACE_S = 60.0
"""How long an interrupted run may take to keep what it learned."""

_WORK_HELP = "Folder for scans, bases and checkpoints; needed to do runs."
_RESULTS_HELP = (
    "Folder for lora.json, the tables, the charts and the finished runs (in lora/); that of the "
    "program by default."
)
_ONLY_HELP = "Only this run, or all runs of this group; may be given more than once."
_MOST_HELP = "Do so many runs at most; 0 only draws the conclusions."


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = "Test published claims again.\n\nExample: medct reproduce lora --list"
    reproduce = typer.Typer(help=help_text)
    reproduce.callback()(_nothing_alone)
    reproduce.command("lora")(lora)
    app.add_typer(reproduce, name="reproduce", no_args_is_help=True)


def _nothing_alone() -> None:
    """Keep the name of the only command."""


def lora(
    work: Annotated[Path | None, typer.Option(help=_WORK_HELP)] = None,
    results: Annotated[Path | None, typer.Option(help=_RESULTS_HELP)] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help=_ONLY_HELP)] = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the runs; do none.")] = False,
    max_runs: Annotated[int | None, typer.Option(min=0, help=_MOST_HELP)] = None,
    threads: Annotated[int, typer.Option(min=1, help="Processors a run may use.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Test on synthetic scans what LoRA gains on a new domain, run by run.

    Whatever is stopped or killed goes on when the command is given again, and several may work
    at the same time. Finished runs are kept as small files, from which the verdicts follow.

    Example: medct reproduce lora --work runs/lora --only M-lora-paper --max-runs 1
    """
    from medct_core.training.reproduce.ledger import Ledger
    from medct_core.training.reproduce.plan import runs_named
    from medct_core.training.reproduce.work import Work

    place = _default_results() if results is None else results
    runs = runs_named(tuple(only or ()))
    ledger = Ledger(place / "lora")
    if list_only:
        _print_list(runs, ledger, as_json=as_json)
        return
    missing = [run for run in runs if not ledger.has(run)]
    if missing and max_runs != 0:
        how = Work(_required(work), threads=threads, most_runs=max_runs)
        interruptible(lambda cancel: _work_on(missing, ledger, how, cancel), grace_s=_GRACE_S)
    outcome = _concluded(ledger, place)
    print_json(outcome.to_json()) if as_json else print_text(_said(outcome, place))


def _required(work: Path | None) -> Path:
    if work is None:
        raise UsageError(
            "Runs need a folder for scans, bases and checkpoints.",
            remedy="Give it with --work, or --max-runs 0 to draw the conclusions only.",
        )
    return work


def _default_results() -> Path:
    from medct_core.resources_folder import resources_folder

    return resources_folder() / "results"


def _print_list(runs: "tuple[Run, ...]", ledger: "Ledger", *, as_json: bool) -> None:
    rows = [{"id": run.id, "group": run.group, "done": ledger.has(run)} for run in runs]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print_text(f"{row['id']:28s} {'done' if row['done'] else 'missing'}")


def _work_on(runs: "list[Run]", ledger: "Ledger", how: "Work", cancel: CancelToken) -> None:
    from medct_core.training.reproduce.conduct import conduct
    from medct_core.training.reproduce.materials import PhantomMaterials

    with progress_bar("Reproducing") as show:
        watch = _Reporter(ledger, len(runs), show)

        def prepares(stage: str, share: float) -> None:
            cancel.raise_if_cancelled()
            watch.prepares(stage, share)

        materials = PhantomMaterials(how.folder, _bases(ledger), prepares)
        conduct(runs, ledger, materials, how, cancel=cancel, watch=watch)


def _bases(ledger: "Ledger") -> Path:
    """Where the bases lie: beside the results, or those that came with the program."""
    own, ours = ledger.folder / "bases", _default_results() / "lora" / "bases"
    return ours if ours.is_dir() and not own.is_dir() else own


class _Reporter:
    """Says on standard error how it goes, a line whenever something is done."""

    def __init__(self, ledger: "Ledger", runs: int, show: "Callable[[float], None]") -> None:
        self._ledger = ledger
        self._runs = runs
        self._show = show
        self._left = runs
        self._said = ""

    def prepares(self, stage: str, share: float) -> None:
        """Say what is drawn or trained before a run can begin."""
        self._say(f"{stage}: {10 * int(10 * share)} %")

    def begins(self, run: "Run", left: int) -> None:
        """Say which run begins."""
        self._left = left
        self._say(f"{run.id} begins; {left} of {self._runs} left{self._remaining(left)}.")

    def learned(self, run: "Run", progress: "FitProgress") -> None:
        """Say once an epoch where a run stands."""
        self._show((self._runs - self._left + progress.fraction) / self._runs)
        per_epoch = progress.steps // progress.epochs
        if progress.step % per_epoch == 0:
            self._say(f"{run.id}: {progress.line}")

    def finished(self, record: "Record", left: int) -> None:
        """Say what came of a run."""
        self._left = left
        auroc = record.metrics["auroc"]["own"]["B"]["mean"]
        self._show((self._runs - left) / self._runs)
        self._say(
            f"{record.run.id}: mean AUROC on B {auroc:.3f}, {60 * record.hours:.1f} min; "
            f"{left} of {self._runs} left{self._remaining(left)}."
        )

    def _remaining(self, left: int) -> str:
        from medct_core.training.reproduce.conduct import usual_seconds

        usual = usual_seconds(self._ledger)
        return "" if usual is None else f", about {left * usual / 3600:.1f} h"

    def _say(self, line: str) -> None:
        if line != self._said:
            to_stderr().print(line)
        self._said = line


def _concluded(ledger: "Ledger", place: Path) -> "Outcome":
    from medct_core.inference.safe_write import replacing
    from medct_core.training.reproduce.charts import write_charts
    from medct_core.training.reproduce.evidence import Evidence
    from medct_core.training.reproduce.outcome import conclude, write_outcome
    from medct_core.training.reproduce.tables import report

    outcome = conclude(Evidence(ledger))
    write_outcome(outcome, place / "lora.json")
    with replacing(place / "lora.md") as part:
        part.write_text(report(outcome), encoding="utf-8")
    write_charts(outcome, place)
    return outcome


def _said(outcome: "Outcome", place: Path) -> str:
    done = outcome.planned - len(outcome.missing)
    lines = [f"{done} of {outcome.planned} runs are finished, {outcome.hours:.1f} hours in all."]
    lines += [
        f"{judged[0].verdict.value:16s} {claim.statement}" for claim, judged in outcome.verdicts
    ]
    return "\n".join([*lines, str(place / "lora.json")])
