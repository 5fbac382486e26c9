"""`medct evaluate`: how good a model is, on data whose truth is known."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.commands.console import cancel_on_interrupt, print_json, print_text, progress_bar
from medct_core.commands.evaluate_retrieval import retrieval
from medct_core.commands.evaluate_scans import classify, zero_shot
from medct_core.commands.options import AsJson
from medct_core.commands.phantom_choices import DomainChoice, DrawChoice
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.evaluation.phantoms import PhantomEvaluation
    from medct_core.inference.engine import InferenceEngine
    from medct_core.inference.prompt import Prompt


class WordingChoice(Enum):
    """Which fixed wordings are asked instead of the model's own."""

    KEPT_OUT = "kept-out"
    DEVELOPMENT = "development"


_WORDINGS_HELP = (
    "Ask with these instead of the model's own. kept-out: no training and no choice has seen "
    "them. development: the set that choices were made on, so its result is no measurement."
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = (
        "Measure a model on data whose truth is known.\n\n"
        "Example: medct evaluate phantoms --model medct-mini --seeds 5000000:5000020"
    )
    evaluate = typer.Typer(help=help_text)
    evaluate.command("phantoms")(phantoms)
    evaluate.command("zero-shot")(zero_shot)
    evaluate.command("classify")(classify)
    evaluate.command("retrieval")(retrieval)
    app.add_typer(evaluate, name="evaluate", no_args_is_help=True)


def phantoms(
    seeds: Annotated[str, typer.Option(help="Half-open range A:B; from 5000000.")],
    model: Annotated[str, typer.Option(help="Name or folder of a model.")] = "medct-mini",
    draw: Annotated[DrawChoice, typer.Option()] = DrawChoice.BALANCED,
    domain: Annotated[DomainChoice, typer.Option()] = DomainChoice.A,
    wordings: Annotated[WordingChoice | None, typer.Option(help=_WORDINGS_HELP)] = None,
    prompts: Annotated[Path | None, typer.Option(help="Ask with a prompt file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score synthetic scans that no training may have seen.

    Example: medct evaluate phantoms --model medct-mini --seeds 5000000:5000400 --draw balanced
    """
    from medct_core.evaluation.phantoms import (
        PhantomTask,
        evaluate_phantoms,
        phantom_baseline,
    )
    from medct_core.inference.loading import open_engine
    from medct_core.phantom.sampling import Draw
    from medct_core.phantom.seeds import parse_seeds

    first, stop = parse_seeds(seeds)
    engine = open_engine(model)
    asked = _prompts(engine, wordings, prompts)
    engine.check_prompts(asked)
    source = wordings.value if wordings else prompts.name if prompts else "own"
    task = PhantomTask(first, stop, Draw(draw.value), domain.value, source)
    with cancel_on_interrupt() as cancel, progress_bar("Scoring phantoms") as report:
        result = evaluate_phantoms(
            engine, asked, task, phantom_baseline(), cancel=cancel, on_progress=report
        )
    print_json(result.to_json()) if as_json else print_text(_table(result))


def _prompts(
    engine: "InferenceEngine", wordings: WordingChoice | None, file: Path | None
) -> tuple["Prompt", ...]:
    from medct_core.inference.prompt_file import read_prompts
    from medct_core.inference.prompt_sets import default_prompts, merged
    from medct_core.resources_folder import resources_folder

    usual = default_prompts(engine.loaded.folder, engine.loaded.manifest)
    if wordings and file:
        raise UsageError(
            "Both --wordings and --prompts are given.", remedy="Give only one of them."
        )
    if wordings:
        file = resources_folder() / "prompts" / f"{wordings.value}.toml"
    return merged(usual, read_prompts(file)) if file else usual


def _table(result: "PhantomEvaluation") -> str:
    lines = [
        f"{result.model} on {result.n} phantoms (version {result.phantom_version}, domain "
        f"{result.domain}, {result.draw}, seeds {result.seeds[0]}:{result.seeds[1]})",
        f"mean AUROC {_number(result.mean_auroc)}   trivial baseline "
        f"{_number(result.trivial_baseline)}   twin ranking {result.twin_ranking:.3f}",
    ]
    for title, intervals in (
        ("trained findings, prompted", result.auroc),
        ("zero-shot", result.zero_shot),
    ):
        lines.append(f"{title}:")
        lines += [
            f"  {name:36s} {_number(i.value)}  [{_number(i.low)}, {_number(i.high)}]  "
            f"{i.positives} positive"
            for name, i in intervals.items()
        ]
    severities = (f"{name} {_number(value)}" for name, value in result.severity.items())
    lines.append("by severity: " + ", ".join(severities))
    if result.single_wordings is not None:
        lines.append(f"one wording at a time: {_number(result.single_wordings)}")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "  -  " if value is None else f"{value:.3f}"
